"""Starting a job and waiting for its end: what is sent, and what comes of it."""

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
from tests.resources.asking import client_of
from tests.resources.job_account import (
    HANG,
    JobAccount,
    Told,
    job,
    jobs,
    refused,
)

NOTE = "indexing job job-1 was started"


async def failure(account: JobAccount, **options: Any) -> GradientError:
    """Run a job; give the error that it ends with."""
    async with client_of(account.transport) as client:
        with pytest.raises(GradientError) as caught:
            await client.indexing_jobs.run("kb-1", **options)
    return caught.value


def notes(error: GradientError) -> list[str]:
    """Give the notes of an error."""
    return getattr(error, "__notes__", [])


@pytest.mark.parametrize("seed", range(5))
async def test_the_first_look(seed: int) -> None:
    """The job is looked at about 1 s after it was started, and not before."""
    random.seed(seed)
    account = JobAccount(list=jobs(), start=job(), get=[job(), job("SUCCEEDED")])
    async with client_of(account.transport) as client:
        done = await client.indexing_jobs.run("kb-1")
    at = dict(reversed(account.asked))

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert ["list", "start", "get", "get"] == account.kinds
    assert 0.8 <= at["get"] - at["start"] <= 1.2


async def test_a_job_that_ends_at_once() -> None:
    """A job that has ended when its start is answered is asked for no more."""
    account = JobAccount(list=jobs(), start=job("SUCCEEDED"))
    async with client_of(account.transport) as client:
        done = await client.indexing_jobs.run("kb-1")

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert ["list", "start"] == account.kinds


async def test_a_first_look_that_fails() -> None:
    """The start counts as a look: an outage right after it is waited out."""
    outage: list[Told] = [refused(503)] * 4
    account = JobAccount(list=jobs(), start=job(), get=[*outage, job("SUCCEEDED")])
    async with client_of(account.transport) as client:
        done = await client.indexing_jobs.run("kb-1")

    assert IndexingJobPhase.SUCCEEDED is done.phase
    assert 5 == account.kinds.count("get")


@pytest.mark.parametrize(
    ("kind", "start", "get"),
    [
        (IndexingJobFailedError, job("FAILED"), None),
        (IndexingJobFailedError, job(), job("CANCELLED")),
        (IndexingJobTimeoutError, job(), job()),
        (IndexingJobTimeoutError, job(), HANG),
        (IndexingJobTimeoutError, job(), refused(503)),
        (NotFoundError, job(), refused(404)),
        (DecodeError, job(), Response(status=200, body=b"<html>")),
    ],
)
async def test_errors_of_the_waiting(
    kind: type[GradientError], start: Response, get: Response | None
) -> None:
    """Each error after the start has a note with the id of the job that runs."""
    account = JobAccount(list=jobs(), start=start, get=get or job())
    error = await failure(account, timeout=30)

    assert kind is type(error)
    assert [NOTE] == notes(error)


async def test_notes_of_cancelling() -> None:
    """Where the job could not be cancelled either, both are noted."""
    account = JobAccount(list=jobs(), start=job(), get=job(), cancel=refused(404))
    error = await failure(account, timeout=30, cancel_on_timeout=True)
    first, second = notes(error)

    assert first.startswith("could not cancel job-1: NotFoundError: 404 x: no")
    assert NOTE == second


async def test_an_odd_id() -> None:
    """An id that the server made up wrongly is its error, and is not shown."""
    account = JobAccount(list=jobs(), start=job(uuid="a\x1b[2J\nb"))
    error = await failure(account)

    assert isinstance(error, DecodeError)
    assert str(error).isprintable()


async def test_without_a_check() -> None:
    """A job that failed is given as ever where it is not to be checked."""
    account = JobAccount(list=jobs(), start=job(), get=job("FAILED"))
    async with client_of(account.transport) as client:
        done = await client.indexing_jobs.run("kb-1", check=False)

    assert IndexingJobPhase.FAILED is done.phase


@pytest.mark.parametrize(
    ("kind", "first", "start"),
    [
        (IndexingJobRunningError, jobs("SUCCEEDED", "RUNNING"), None),
        (NotFoundError, refused(404), None),
        (ConflictError, jobs(), refused(409)),
        (OutcomeUnknownError, jobs(), ConnectionLostError("lost")),
        (OutcomeUnknownError, jobs(), refused(502)),
        (ServerError, jobs(), refused(500)),
        (DecodeError, jobs(), job(uuid="")),
    ],
)
async def test_errors_before_there_is_a_job(
    kind: type[GradientError], first: Response, start: Told | None
) -> None:
    """An error before a job is known to be started has no such note."""
    account = JobAccount(list=first, start=start or job())
    error = await failure(account)

    assert kind is type(error)
    assert [] == [note for note in notes(error) if "was started" in note]
    assert (start is not None) == ("start" in account.kinds)
    assert "get" not in account.kinds


async def test_a_job_that_was_quicker() -> None:
    """After a conflict, the job that stands in the way is named."""
    account = JobAccount(list=[jobs(), jobs("RUNNING")], start=refused(409))
    error = await failure(account)

    assert isinstance(error, IndexingJobRunningError)
    assert "other-0" == error.job.uuid
    assert ["list", "start", "list"] == account.kinds


@pytest.mark.parametrize(
    "second",
    [
        jobs(),
        jobs("SUCCEEDED", "FAILED"),
        refused(401),
        refused(404),
        refused(408),
        refused(409),
        refused(429),
        refused(500),
        Response(status=200, body=b"<html>"),
        ConnectError("no route", sent=False),
        ConnectionLostError("lost"),
        HANG,
    ],
    ids=lambda it: type(it).__name__ + str(getattr(it, "status", "")),
)
async def test_a_conflict_without_a_reason(second: Told) -> None:
    """Where no job stands in the way, or none can be seen, the conflict is raised."""
    account = JobAccount(list=[jobs(), second], start=refused(409))
    error = await failure(account)

    assert isinstance(error, ConflictError)
    assert 1 == error.attempts
    assert None is error.__cause__
    assert error.__suppress_context__
    assert ["list", "start", "list"] == account.kinds[:3]
    assert 1 == account.kinds.count("start")
