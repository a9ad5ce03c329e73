"""Cancelling a job after a first response was lost."""

from __future__ import annotations

import pytest

from gradient_async import ConflictError, ConnectionLostError, IndexingJobPhase
from gradient_async.testing import Response
from tests.resources.job_account import JobAccount, Outcome, error_response, job

LOST = ConnectionLostError("lost")


@pytest.mark.parametrize("lost", [[LOST], [LOST, LOST], [error_response(504)]], ids=len)
async def test_cancelled_by_a_lost_attempt(lost: list[Outcome]) -> None:
    """A conflict after a lost response is a success if the job is cancelled."""
    account = JobAccount(cancel=[*lost, error_response(409)], get=job("CANCELLED"))
    got = await account.cancel()

    assert ("job-1", IndexingJobPhase.CANCELLED) == (got.uuid, got.phase)
    assert ["cancel"] * (len(lost) + 1) + ["get"] == account.kinds


async def test_second_attempt_succeeds() -> None:
    """After a successful second attempt there is no lookup."""
    account = JobAccount(cancel=[LOST, job("CANCELLED")])
    got = await account.cancel()

    assert IndexingJobPhase.CANCELLED is got.phase
    assert ["cancel", "cancel"] == account.kinds


@pytest.mark.parametrize(
    "state",
    [
        *(job("SUCCEEDED"), job("FAILED"), job("ERROR"), job("RUNNING"), job("ODD")),
        job("SUCCEEDED", status="INDEX_JOB_STATUS_CANCELLED"),
        *(
            error_response(404),
            error_response(500),
            Response(status=200, body=b"<html>"),
        ),
    ],
)
async def test_job_that_is_not_cancelled(state: Response) -> None:
    """If the job is not cancelled, or cannot be fetched, the conflict is raised."""
    account = JobAccount(cancel=[LOST, error_response(409)], get=state)
    with pytest.raises(ConflictError) as caught:
        await account.cancel()

    assert (2, "PUT") == (caught.value.attempts, caught.value.method)
    assert ["cancel", "cancel", "get"] == account.kinds[:3]


async def test_conflict_on_the_first_attempt() -> None:
    """A conflict on the first attempt is raised without a lookup."""
    account = JobAccount(cancel=error_response(409), get=job("CANCELLED"))
    with pytest.raises(ConflictError) as caught:
        await account.cancel()

    assert 1 == caught.value.attempts
    assert ["cancel"] == account.kinds
