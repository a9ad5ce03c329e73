"""Cancelling jobs that have not finished by the deadline."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterable

import pytest

from gradient_async.errors import (
    ConflictError,
    IndexingJobFailedError,
    IndexingJobTimeoutError,
    ServerError,
)
from gradient_async.models import IndexingJob
from gradient_async.waiting import CompletedJobs, JobSource, wait_all
from tests.waiting.job_server import JobServer, Phase, Request, fail_between, make_uuids


async def wait_for_all(
    server: JobSource, uuids: Iterable[str], *, cancel_on_timeout: bool = True
) -> tuple[IndexingJob, ...]:
    """Wait for 30 s, then cancel the jobs that have not finished."""
    return await wait_all(
        server, uuids, timeout=30, check=False, cancel_on_timeout=cancel_on_timeout
    )


async def wait_for_one(server: JobSource, *, check: bool) -> IndexingJob:
    """Wait for the first job for 30 s, then cancel it."""
    (job,) = await wait_all(
        server, ["job-0"], timeout=30, check=check, cancel_on_timeout=True
    )
    return job


def iterate(server: JobSource, uuids: Iterable[str]) -> CompletedJobs:
    """Iterate over the jobs as they finish; cancel the others after 30 s."""
    return CompletedJobs(server, uuids, timeout=30, cancel_on_timeout=True)


def fail_cancels(error: Exception) -> Callable[[Request], Exception | None]:
    """Return a fault that fails every cancel request."""
    return lambda request: error if request.kind == "cancel" else None


class SlowCancels(JobServer):
    """A server that takes `delays` seconds to cancel each job."""

    delays: dict[str, float]

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job after its delay."""
        await asyncio.sleep(self.delays.get(uuid, 0.0))
        return await super().cancel(uuid)


class LateResponses(JobServer):
    """A server that cancels a job at once, and responds 3 s later."""

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job."""
        try:
            return await super().cancel(uuid)
        finally:
            await asyncio.sleep(3.0)


async def test_cancels_at_the_deadline() -> None:
    """At the deadline each unfinished job is cancelled once."""
    server = JobServer(make_uuids(5), finish_at={"job-2": 1.0}, delay=lambda: 0.2)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(5))
    cancels = [request for request in server.requests if request.kind == "cancel"]

    assert ["job-0", "job-1", "job-3", "job-4"] == [each.target for each in cancels]
    assert all(30.0 == pytest.approx(each.at) for each in cancels)
    assert 30.2 == pytest.approx(server.now)
    assert make_uuids(5) == [job.uuid for job in caught.value.jobs]
    assert [Phase.CANCELLED] * 2 + [Phase.SUCCEEDED] + [Phase.CANCELLED] * 2 == [
        job.phase for job in caught.value.jobs
    ]
    assert "job-0 (running)" in str(caught.value)
    assert "; 4 of them cancelled" in str(caught.value)
    assert 30.2 == pytest.approx(caught.value.elapsed)


async def test_failed_cancels() -> None:
    """A cancel that fails becomes a note and does not stop the others."""

    def fault(request: Request) -> Exception | None:
        if request.kind == "cancel" and request.target == "job-1":
            return ServerError("busy\n", status=503)
        return OSError("broken") if request.kind == "cancel" else None

    server = JobServer(make_uuids(2), fault=fault)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(2))
    copy = pickle.loads(pickle.dumps(caught.value))

    assert [
        "could not cancel job-0: OSError: broken",
        "could not cancel job-1: ServerError: 503: busy . Try again later",
    ] == caught.value.__notes__
    assert [Phase.RUNNING] * 2 == [job.phase for job in caught.value.jobs]
    assert (str(caught.value), caught.value.jobs) == (str(copy), copy.jobs)
    assert caught.value.__notes__ == copy.__notes__


async def test_interrupted_cancels() -> None:
    """After an interruption, the next step cancels the remaining jobs."""
    server = SlowCancels(make_uuids(3), finish_at={"job-2": 29.95})
    server.delays = {"job-0": 1.0, "job-1": 3.0}
    completed = iterate(server, make_uuids(3))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(32):
            await anext(completed)
    requests_before = len(server.requests)

    assert "job-2" == (await anext(completed)).uuid
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3") as caught:
        await anext(completed)

    assert ["job-2", "job-0", "job-1"] == server.targets("cancel")
    assert requests_before + 1 == len(server.requests)
    assert [Phase.CANCELLED, Phase.CANCELLED, Phase.SUCCEEDED] == [
        job.phase for job in caught.value.jobs
    ]
    assert 35.0 == pytest.approx(server.now)
    assert None is await anext(completed, None)


async def test_a_cancel_interrupted_before_its_response() -> None:
    """A job that an interrupted cancel has cancelled did not finish by itself."""
    server = LateResponses(make_uuids(1))
    completed = iterate(server, make_uuids(1))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(31):
            await anext(completed)

    with pytest.raises(IndexingJobTimeoutError, match="; 1 of them cancelled"):
        await anext(completed)

    assert ["job-0"] * 2 == server.targets("cancel")


async def test_no_cancel_before_the_deadline() -> None:
    """After the last poll, jobs may still finish until the deadline."""
    error = ServerError("busy", status=503, retry_after=1000.0)
    server = JobServer(make_uuids(2), fault=fail_between(0.5, 2, error))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, make_uuids(2))
    last_requests = server.requests[-3:]

    assert ["page", "cancel", "cancel"] == [request.kind for request in last_requests]
    assert [29.9, 30.0, 30.0] == pytest.approx(
        [request.at for request in last_requests]
    )


async def test_no_cancel_by_default() -> None:
    """Nothing is cancelled unless requested."""
    server = JobServer(make_uuids(2))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, make_uuids(2), cancel_on_timeout=False)

    assert [] == server.targets("cancel")


async def test_cancels_without_a_response() -> None:
    """All cancels together take at most 10 s; the rest become notes."""
    server = SlowCancels(make_uuids(4))
    server.delays = {"job-1": 9.9, "job-2": 10.1, "job-3": 1e9}
    with pytest.raises(
        IndexingJobTimeoutError, match=r"4 of 4 .*; 2 of them cancelled"
    ) as caught:
        await wait_for_all(server, make_uuids(4))

    assert [
        "could not cancel job-2: TimeoutError: timed out after 10 s",
        "could not cancel job-3: TimeoutError: timed out after 10 s",
    ] == caught.value.__notes__
    assert 40.0 == pytest.approx(server.now) == caught.value.elapsed
    assert [Phase.CANCELLED] * 2 + [Phase.RUNNING] * 2 == [
        job.phase for job in caught.value.jobs
    ]
    assert 1 == len(asyncio.all_tasks())


@pytest.mark.parametrize("seconds", [0.9, 3.0, 1e9])
async def test_many_slow_cancels(seconds: float) -> None:
    """Any number of cancels takes at most 10 s and adds at most four notes."""
    server = SlowCancels(make_uuids(100))
    server.delays = dict.fromkeys(make_uuids(100), seconds)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(100))
    # 16 run at a time.
    cancelled = min(16 * int(10 / seconds), 100)

    assert min(30 + 7 * seconds, 40.0) == pytest.approx(server.now)
    assert f"; {cancelled} of them cancelled" in str(caught.value)
    notes = getattr(caught.value, "__notes__", [])
    if cancelled == 100:
        assert [] == notes
    else:
        *others, last = notes
        assert f"and {97 - cancelled} more" == last
        assert [
            f"could not cancel job-{number}: TimeoutError: timed out after 10 s"
            for number in range(cancelled, cancelled + 3)
        ] == others


@pytest.mark.parametrize(
    ("expected", "count"), [(1, 1), (2, 2), (3, 3), (4, 4), (4, 9)]
)
async def test_number_of_notes(expected: int, count: int) -> None:
    """The first three failures get a note each, and the others are counted."""
    server = JobServer(make_uuids(count), fault=fail_cancels(OSError("x")))
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_all(server, make_uuids(count))
    notes = caught.value.__notes__
    expected_notes = [
        f"could not cancel job-{number}: OSError: x" for number in range(count)
    ]

    assert expected == len(notes)
    assert expected_notes[:3] == notes[:3]
    assert [f"and {count - 3} more"] * (count > 3) == notes[3:]


async def test_long_notes_are_cut() -> None:
    """A note has at most 200 characters, however long the error's text."""
    server = JobServer(make_uuids(1), fault=fail_cancels(OSError("x" * 10**6)))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(1))
    (note,) = caught.value.__notes__

    assert 200 == len(note)


async def test_timeout_raised_by_the_source() -> None:
    """A `TimeoutError` that a cancel itself raises keeps its own text."""
    error = TimeoutError("of another kind")
    server = JobServer(make_uuids(1), fault=fail_cancels(error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(1))

    assert ["could not cancel job-0: TimeoutError: of another kind"] == (
        caught.value.__notes__
    )


async def test_job_that_finished_meanwhile() -> None:
    """A job that finished before it could be cancelled is returned."""
    server = JobServer(make_uuids(1), finish_at={"job-0": 29.95})
    job = await wait_for_one(server, check=True)

    assert Phase.SUCCEEDED is job.phase
    assert 30.0 == pytest.approx(server.now)
    assert [("cancel", "job-0"), ("get", "job-0")] == [
        (request.kind, request.target) for request in server.requests[-2:]
    ]


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.CANCELLED])
async def test_job_that_failed_meanwhile(phase: Phase) -> None:
    """A job that failed before it could be cancelled is checked like any other."""
    server = JobServer(
        make_uuids(1), finish_at={"job-0": 29.95}, outcomes={"job-0": {"phase": phase}}
    )
    with pytest.raises(IndexingJobFailedError) as caught:
        await wait_for_one(server, check=True)

    assert phase is caught.value.job.phase


async def test_all_finished_meanwhile() -> None:
    """If every job finished before it could be cancelled, nothing is raised."""
    ends = {"job-0": 29.96, "job-1": 29.95}
    first, second = (
        JobServer(make_uuids(2), finish_at=ends),
        JobServer(make_uuids(2), finish_at=ends),
    )
    jobs = await wait_for_all(first, make_uuids(2))
    order = [job.uuid async for job in iterate(second, make_uuids(2))]

    assert make_uuids(2) == [job.uuid for job in jobs]
    assert all(job.succeeded for job in jobs)
    assert ["job-1", "job-0"] == order


async def test_some_finished_meanwhile() -> None:
    """Those jobs count as finished and come before the error about the others."""
    server = JobServer(make_uuids(3), finish_at={"job-1": 29.95})
    completed = iterate(server, make_uuids(3))
    job = await anext(completed)
    with pytest.raises(
        IndexingJobTimeoutError, match=r"2 of 3 .*job-0 .*job-2 .*; 2 of them cancelled"
    ) as caught:
        await anext(completed)

    assert ("job-1", Phase.SUCCEEDED) == (job.uuid, job.phase)
    assert [Phase.CANCELLED, Phase.SUCCEEDED, Phase.CANCELLED] == [
        job.phase for job in caught.value.jobs
    ]
    assert [] == getattr(caught.value, "__notes__", [])
    assert None is await anext(completed, None)


async def test_conflict_on_an_unfinished_job() -> None:
    """A conflict on a job that is still running becomes a note."""
    error = ConflictError("not now", status=409)
    server = JobServer(make_uuids(1), fault=fail_cancels(error))
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)
    (note,) = caught.value.__notes__

    assert note.startswith("could not cancel job-0: ConflictError: 409: not now")
    assert [Phase.RUNNING] == [job.phase for job in caught.value.jobs]
    assert "get" == server.requests[-1].kind


async def test_conflict_with_a_failed_lookup() -> None:
    """If the job cannot be fetched after a conflict, that error is the note."""
    error = OSError("x")
    server = JobServer(
        make_uuids(1),
        finish_at={"job-0": 29.95},
        fault=lambda it: error if it.kind == "get" and it.at >= 30 else None,
    )
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)

    assert ["could not cancel job-0: OSError: x"] == caught.value.__notes__


async def test_conflict_with_a_hanging_lookup() -> None:
    """The 10 s include fetching the job after a conflict."""

    class Hanging(JobServer):
        async def get(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(0.0 if self.now < 30 else 1e9)
            return await super().get(uuid)

    server = Hanging(make_uuids(1), finish_at={"job-0": 29.95})
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)

    assert 40.0 == pytest.approx(server.now)
    assert ["could not cancel job-0: TimeoutError: timed out after 10 s"] == (
        caught.value.__notes__
    )
