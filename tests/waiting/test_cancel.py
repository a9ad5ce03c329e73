"""Cancelling jobs that have not ended when the time is up."""

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
from gradient_async.waiting import CompletedJobs, JobSource, wait, wait_all
from tests.waiting.job_server import JobServer, Phase, Request, between, name


async def wait_for_all(
    server: JobSource, uuids: Iterable[str], *, cancel_on_timeout: bool = True
) -> tuple[IndexingJob, ...]:
    """Wait for 30 s, and cancel what has not ended then."""
    return await wait_all(
        server, uuids, timeout=30, check=False, cancel_on_timeout=cancel_on_timeout
    )


async def wait_for_one(server: JobSource, *, check: bool) -> IndexingJob:
    """Wait for the first job for 30 s, and cancel it then."""
    return await wait(server, "job-0", timeout=30, check=check, cancel_on_timeout=True)


def complete(server: JobSource, uuids: Iterable[str]) -> CompletedJobs:
    """Take jobs as they end within 30 s, and cancel the others then."""
    return CompletedJobs(server, uuids, timeout=30, cancel_on_timeout=True)


def cancels_fail(error: Exception) -> Callable[[Request], Exception | None]:
    """Let every cancel fail with this error."""
    return lambda request: error if request.kind == "cancel" else None


class Slow(JobServer):
    """Takes so many seconds to cancel each job."""

    delays: dict[str, float]

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job, in its time."""
        await asyncio.sleep(self.delays.get(uuid, 0.0))
        return await super().cancel(uuid)


async def test_cancelling_at_the_end() -> None:
    """What has not ended by the deadline is cancelled, each job once, all of them."""
    server = JobServer(name(5), ends={"job-2": 1.0}, delay=lambda: 0.2)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(5))
    cancels = [request for request in server.asked if request.kind == "cancel"]

    assert ["job-0", "job-1", "job-3", "job-4"] == [each.what for each in cancels]
    assert all(30.0 == pytest.approx(each.at) for each in cancels)
    assert 30.2 == pytest.approx(server.now)
    assert name(5) == [job.uuid for job in caught.value.jobs]
    assert [Phase.CANCELLED] * 2 + [Phase.SUCCEEDED] + [Phase.CANCELLED] * 2 == [
        job.phase for job in caught.value.jobs
    ]
    assert "job-0 (running)" in str(caught.value)
    assert "; 4 of them cancelled" in str(caught.value)
    assert 30.2 == pytest.approx(caught.value.elapsed)


async def test_cancels_that_fail() -> None:
    """A cancel that fails is a note on the error, and hinders no other."""

    def fault(request: Request) -> Exception | None:
        if request.kind == "cancel" and request.what == "job-1":
            return ServerError("busy\n", status=503)
        return OSError("broken") if request.kind == "cancel" else None

    server = JobServer(name(2), fault=fault)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(2))
    twin = pickle.loads(pickle.dumps(caught.value))

    assert [
        "could not cancel job-0: OSError: broken",
        (
            "could not cancel job-1: ServerError: 503: busy . Try again later, and "
            "name the request id to support"
        ),
    ] == caught.value.__notes__
    assert [Phase.RUNNING] * 2 == [job.phase for job in caught.value.jobs]
    assert (str(caught.value), caught.value.jobs) == (str(twin), twin.jobs)
    assert caught.value.__notes__ == twin.__notes__


async def test_cancelling_that_is_interrupted() -> None:
    """Whoever is cancelled while the jobs are has the others cancelled by going on."""
    server = Slow(name(3), ends={"job-2": 29.95})
    server.delays = {"job-0": 1.0, "job-1": 3.0}
    completed = complete(server, name(3))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(32):
            await anext(completed)
    asked = len(server.asked)

    assert "job-2" == (await anext(completed)).uuid
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3") as caught:
        await anext(completed)

    assert ["job-2", "job-0", "job-1"] == server.asked_for("cancel")
    assert asked + 1 == len(server.asked)
    assert [Phase.CANCELLED, Phase.CANCELLED, Phase.SUCCEEDED] == [
        job.phase for job in caught.value.jobs
    ]
    assert 35.0 == pytest.approx(server.now)
    assert None is await anext(completed, None)


async def test_no_cancel_before_the_deadline() -> None:
    """After the last look, jobs still have until the deadline to end."""
    error = ServerError("busy", status=503, retry_after=1000.0)
    server = JobServer(name(2), fault=between(0.5, 2, error))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(2))
    asked = server.asked[-3:]

    assert ["page", "cancel", "cancel"] == [request.kind for request in asked]
    assert [29.9, 30.0, 30.0] == pytest.approx([request.at for request in asked])


async def test_without_cancelling() -> None:
    """Unless asked for, nothing is cancelled."""
    server = JobServer(name(2))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(2), cancel_on_timeout=False)

    assert [] == server.asked_for("cancel")


async def test_cancels_that_do_not_answer() -> None:
    """All cancels together take 10 s at most; what was not answered then is a note."""
    server = Slow(name(4))
    server.delays = {"job-1": 9.9, "job-2": 10.1, "job-3": 1e9}
    with pytest.raises(
        IndexingJobTimeoutError, match=r"4 of 4 .*; 2 of them cancelled"
    ) as caught:
        await wait_for_all(server, name(4))

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
async def test_many_cancels_that_take_long(seconds: float) -> None:
    """However many they are, they take 10 s at most, and make four notes at most."""
    server = Slow(name(100))
    server.delays = dict.fromkeys(name(100), seconds)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(100))
    # There are 16 at a time.
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
async def test_a_few_notes(expected: int, count: int) -> None:
    """Three failures are told of, each by a note, and the others are counted."""
    server = JobServer(name(count), fault=cancels_fail(OSError("x")))
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_all(server, name(count))
    notes = caught.value.__notes__
    told = [f"could not cancel job-{number}: OSError: x" for number in range(count)]

    assert expected == len(notes)
    assert told[:3] == notes[:3]
    assert [f"and {count - 3} more"] * (count > 3) == notes[3:]


async def test_long_notes_are_cut() -> None:
    """A note is 200 characters long at most, whatever the error says."""
    server = JobServer(name(1), fault=cancels_fail(OSError("x" * 10**6)))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(1))
    (note,) = caught.value.__notes__

    assert 200 == len(note)


async def test_a_timeout_of_another_kind() -> None:
    """A timeout that a cancel fails with by itself is told in its own words."""
    error = TimeoutError("of another kind")
    server = JobServer(name(1), fault=cancels_fail(error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(1))

    assert ["could not cancel job-0: TimeoutError: of another kind"] == (
        caught.value.__notes__
    )


async def test_one_that_ended_by_itself() -> None:
    """A job that cannot be cancelled because it has ended is given, without error."""
    server = JobServer(name(1), ends={"job-0": 29.95})
    job = await wait_for_one(server, check=True)

    assert Phase.SUCCEEDED is job.phase
    assert 30.0 == pytest.approx(server.now)
    assert [("cancel", "job-0"), ("get", "job-0")] == [
        (request.kind, request.what) for request in server.asked[-2:]
    ]


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.CANCELLED])
async def test_one_that_failed_by_itself(phase: Phase) -> None:
    """A job that has failed by itself is checked like any other."""
    server = JobServer(
        name(1), ends={"job-0": 29.95}, endings={"job-0": {"phase": phase}}
    )
    with pytest.raises(IndexingJobFailedError) as caught:
        await wait_for_one(server, check=True)

    assert phase is caught.value.job.phase


async def test_all_ended_by_themselves() -> None:
    """Where all had ended when they were to be cancelled, there is no timeout."""
    ends = {"job-0": 29.96, "job-1": 29.95}
    first, second = JobServer(name(2), ends=ends), JobServer(name(2), ends=ends)
    jobs = await wait_for_all(first, name(2))
    order = [job.uuid async for job in complete(second, name(2))]

    assert name(2) == [job.uuid for job in jobs]
    assert all(job.succeeded for job in jobs)
    assert ["job-1", "job-0"] == order


async def test_some_ended_by_themselves() -> None:
    """Those count as ended; the error is about the others, and comes after them."""
    server = JobServer(name(3), ends={"job-1": 29.95})
    completed = complete(server, name(3))
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


async def test_a_conflict_without_an_end() -> None:
    """A cancel that is refused although the job runs on is a note."""
    error = ConflictError("not now", status=409)
    server = JobServer(name(1), fault=cancels_fail(error))
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)
    (note,) = caught.value.__notes__

    assert note.startswith("could not cancel job-0: ConflictError: 409: not now")
    assert [Phase.RUNNING] == [job.phase for job in caught.value.jobs]
    assert "get" == server.asked[-1].kind


async def test_a_conflict_that_cannot_be_looked_up() -> None:
    """Where the job cannot be got after the refusal, that is the note."""
    error = OSError("x")
    server = JobServer(
        name(1),
        ends={"job-0": 29.95},
        fault=lambda it: error if it.kind == "get" and it.at >= 30 else None,
    )
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)

    assert ["could not cancel job-0: OSError: x"] == caught.value.__notes__


async def test_a_conflict_whose_look_does_not_answer() -> None:
    """The 10 s are for the look after a refusal, too."""

    class Hanging(JobServer):
        async def get(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(0.0 if self.now < 30 else 1e9)
            return await super().get(uuid)

    server = Hanging(name(1), ends={"job-0": 29.95})
    with pytest.raises(
        IndexingJobTimeoutError, match="; 0 of them cancelled"
    ) as caught:
        await wait_for_one(server, check=True)

    assert 40.0 == pytest.approx(server.now)
    assert ["could not cancel job-0: TimeoutError: timed out after 10 s"] == (
        caught.value.__notes__
    )
