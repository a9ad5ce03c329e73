"""Starting a job and waiting for it: requests, results and errors."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gradient_async import (
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DecodeError,
    GradientError,
    IndexingJobFailedError,
    IndexingJobPhase,
    IndexingJobRunningError,
    IndexingJobTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    ServerError,
)
from gradient_async.testing import Response
from tests.resources.job_account import (
    HANG,
    JobAccount,
    Outcome,
    error_response,
    job,
    jobs,
)

NOTE = "indexing job job-1 was started"


async def run_and_fail(account: JobAccount, **options: Any) -> GradientError:
    """Run a job and return the error it raises."""
    with pytest.raises(GradientError) as caught:
        await account.run(**options)
    return caught.value


def notes(error: GradientError) -> list[str]:
    """Return the notes of an error."""
    return getattr(error, "__notes__", [])


@pytest.mark.parametrize("seed", range(5))
async def test_first_poll(seed: int) -> None:
    """The job is first polled about 1 s after its start."""
    random.seed(seed)
    account = JobAccount(list=jobs(), start=job(), get=[job(), job("SUCCEEDED")])
    done = await account.run()
    at = dict(reversed(account.requests))

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert ["list", "start", "get", "get"] == account.kinds
    assert 0.8 <= at["get"] - at["start"] <= 1.2


async def test_job_that_has_already_finished() -> None:
    """A job that is finished in the response to its start is not polled."""
    account = JobAccount(list=jobs(), start=job("SUCCEEDED"))
    done = await account.run()

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert ["list", "start"] == account.kinds


async def test_failing_first_poll() -> None:
    """The start counts as the first poll: an outage right after it is tolerated."""
    outage: list[Outcome] = [error_response(503)] * 4
    account = JobAccount(list=jobs(), start=job(), get=[*outage, job("SUCCEEDED")])
    done = await account.run()

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert 5 == account.kinds.count("get")


@pytest.mark.parametrize(
    ("kind", "start", "get"),
    [
        (IndexingJobFailedError, job("FAILED"), None),
        (IndexingJobFailedError, job(), job("CANCELLED")),
        (IndexingJobTimeoutError, job(), job()),
        (IndexingJobTimeoutError, job(), HANG),
        (IndexingJobTimeoutError, job(), error_response(503)),
        (NotFoundError, job(), error_response(404)),
        (IndexingJobTimeoutError, job(), Response(status=200, body=b"<html>")),
    ],
)
async def test_errors_after_the_start(
    kind: type[GradientError], start: Response, get: Response | None
) -> None:
    """Each error after the start has a note with the id of the job."""
    account = JobAccount(list=jobs(), start=start, get=get or job())
    error = await run_and_fail(account, timeout=30)

    assert kind is type(error)
    assert [NOTE] == notes(error)


async def test_note_of_a_failed_cancel() -> None:
    """If the job could not be cancelled either, both are noted."""
    account = JobAccount(
        list=jobs(), start=job(), get=job(), cancel=error_response(404)
    )
    error = await run_and_fail(account, timeout=30, cancel_on_timeout=True)
    first, second = notes(error)

    assert first.startswith("could not cancel job-1: NotFoundError: 404 x: no")
    assert NOTE == second


async def test_malformed_id() -> None:
    """A malformed id from the server is an error, and is not shown."""
    account = JobAccount(list=jobs(), start=job(uuid="a\x1b[2J\nb"))
    error = await run_and_fail(account)

    assert isinstance(error, DecodeError)
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("kind", "first", "start"),
    [
        (IndexingJobRunningError, jobs("SUCCEEDED", "RUNNING"), None),
        (NotFoundError, error_response(404), None),
        (ConflictError, jobs(), error_response(409)),
        (OutcomeUnknownError, jobs(), ConnectionLostError("lost")),
        (OutcomeUnknownError, jobs(), error_response(502)),
        (ServerError, jobs(), error_response(500)),
        (DecodeError, jobs(), job(uuid="")),
    ],
)
async def test_errors_before_the_start(
    kind: type[GradientError], first: Response, start: Outcome | None
) -> None:
    """An error before a job is known to have started has no such note."""
    account = JobAccount(list=first, start=start or job())
    error = await run_and_fail(account)

    assert kind is type(error)
    assert [] == [note for note in notes(error) if "was started" in note]
    assert (start is not None) == ("start" in account.kinds)
    assert "get" not in account.kinds


async def test_concurrent_start() -> None:
    """After a conflict, the error carries the running job."""
    account = JobAccount(list=[jobs(), jobs("RUNNING")], start=error_response(409))
    error = await run_and_fail(account)

    assert isinstance(error, IndexingJobRunningError)
    assert "other-0" == error.job.uuid
    assert ["list", "start", "list"] == account.kinds


@pytest.mark.parametrize(
    "second",
    [
        jobs(),
        jobs("SUCCEEDED", "FAILED"),
        error_response(401),
        error_response(404),
        error_response(408),
        error_response(409),
        error_response(429),
        error_response(500),
        Response(status=200, body=b"<html>"),
        ConnectError("no route", sent=False),
        ConnectionLostError("lost"),
        HANG,
    ],
    ids=lambda it: type(it).__name__ + str(getattr(it, "status", "")),
)
async def test_unexplained_conflict(second: Outcome) -> None:
    """If no running job is found, or the lookup fails, the conflict is raised."""
    account = JobAccount(list=[jobs(), second], start=error_response(409))
    error = await run_and_fail(account)

    assert isinstance(error, ConflictError)
    assert 1 == error.attempts
    assert None is error.__cause__
    assert error.__suppress_context__
    assert ["list", "start", "list"] == account.kinds[:3]
    assert 1 == account.kinds.count("start")
