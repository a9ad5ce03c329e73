"""Waiting until jobs have ended."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Iterable
from typing import Any

import pytest

from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    IndexingJobFailedError,
    IndexingJobTimeoutError,
    NotFoundError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    TLSError,
)
from gradient_async.models import IndexedDataSource, IndexingJob
from gradient_async.waiting import TIMEOUT, Completed, JobSource, wait, wait_all
from tests.waiting.job_server import JobServer, Phase, Request, Status, between, name

USUAL: dict[str, Any] = {"timeout": 600.0, "check": False, "cancel_on_timeout": False}


async def wait_for_all(
    server: JobSource, uuids: Iterable[str], **options: Any
) -> tuple[IndexingJob, ...]:
    """Wait as usual, but for these options."""
    return await wait_all(server, uuids, **(USUAL | options))


async def wait_for_one(server: JobSource, **options: Any) -> IndexingJob:
    """Wait for the first job as usual, but for these options."""
    return await wait(server, "job-0", **(USUAL | options))


async def test_the_order_given() -> None:
    """The jobs come in the order given, one given twice comes twice."""
    ends = {"job-0": 9.0, "job-1": 3.0, "job-2": 6.0}
    server = JobServer(name(3), ends=ends)
    wanted = ["job-2", "job-0", "job-2", "job-1"]

    assert wanted == [job.uuid for job in await wait_for_all(server, wanted)]


async def test_one() -> None:
    """One job is got, and given when it has ended."""
    server = JobServer(name(3), ends={"job-0": 9.0})
    job = await wait_for_one(server)

    assert job.succeeded
    assert {"get"} == {request.kind for request in server.asked}


async def test_none() -> None:
    """Without ids there is nothing to wait for, and nothing is sent."""
    server = JobServer(name(3))

    assert () == await wait_for_all(server, ())
    assert [] == server.asked


async def test_impossible_arguments() -> None:
    """What cannot work is refused before anything is sent."""
    server = JobServer(name(3))
    with pytest.raises(ConfigurationError, match="several ids, not one string"):
        await wait_for_all(server, "job-0")
    with pytest.raises(ConfigurationError, match="uuid must be the id of a job"):
        await wait(server, ["job-0"], **USUAL)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="timeout"):
        await wait_for_one(server, timeout=0)

    assert [] == server.asked


def test_an_hour_by_default() -> None:
    """The default is an hour."""
    assert 3600.0 == TIMEOUT


@pytest.mark.parametrize("timeout", [0.05, 1.0, 7.3, 60.0, 3600.0])
@pytest.mark.parametrize("delay", [0.0, 0.3, 5.0, 1e9])
@pytest.mark.parametrize("count", [1, 3])
async def test_the_deadline(
    timeout: float,  # noqa: ASYNC109  (what is tested)
    delay: float,
    count: int,
) -> None:
    """The waiting never passes the deadline, nor ends when more could be learnt."""
    server = JobServer(name(3), delay=lambda: delay)
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(count), timeout=timeout)

    assert timeout - delay - 0.1 - 1e-6 <= server.now <= timeout + 1e-6
    assert 0 == server.in_flight


async def test_a_server_that_hangs() -> None:
    """A request without an answer is cut at the deadline; no job was seen."""
    server = JobServer(name(3), delay=lambda: 1e9)
    with pytest.raises(IndexingJobTimeoutError, match="not seen yet") as caught:
        await wait_for_all(server, name(3), timeout=5)

    assert 5.0 == pytest.approx(server.now)
    assert () == caught.value.jobs
    assert None is caught.value.__cause__


async def test_a_coarse_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where timers fire a little early, nothing is asked for after the cut."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "_clock_resolution", 0.5)
    loop.call_later(4.6, int)
    server = JobServer(name(1), delay=lambda: 1e9)
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_one(server, timeout=5)

    assert 4.6 == pytest.approx(server.now)
    assert 1 == len(server.asked)


@pytest.mark.parametrize("count", [1, 3])
async def test_the_last_look(count: int) -> None:
    """A job that ended after the last regular round is seen before the deadline."""
    ends = dict.fromkeys(name(3), 299.5)
    server = JobServer(name(3), ends=ends, delay=lambda: 0.3)
    jobs = await wait_for_all(server, name(count), timeout=300)

    assert all(job.succeeded for job in jobs)
    assert server.now < 300.0


async def test_what_ended_in_a_round_that_was_cut() -> None:
    """What a round showed before the deadline cut it counts."""
    slow = [0.0, 1e9]

    class Slow(JobServer):
        async def get(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(slow[uuid == "job-9001"])
            return await super().get(uuid)

    deep = ["job-9000", "job-9001"]
    server = Slow(name(10000), ends=dict.fromkeys(deep, 0.0))
    with pytest.raises(IndexingJobTimeoutError, match="1 of 2 ") as caught:
        await wait_for_all(server, deep, timeout=5)

    assert ["job-9000"] == [job.uuid for job in caught.value.jobs]


PASSING = [
    ConnectError("no route"),
    ConnectionLostError("lost"),
    ServerError("busy", status=503),
    RateLimitError("slow down", status=429),
    DeadlineExceededError("no answer within 60 s"),
]

STAYING = [
    TLSError("expired"),
    ResponseTooLargeError("too large"),
    AuthenticationError("no", status=401),
    DecodeError("odd"),
    NotFoundError("gone", status=404),
]


def kind(error: object) -> str:
    """Name a case by its error's class."""
    return type(error).__name__


@pytest.mark.parametrize("error", PASSING, ids=kind)
@pytest.mark.parametrize("count", [1, 3])
async def test_failures_that_pass(
    error: GradientError, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    """After the first round, "not now" is logged and looked past."""
    server = JobServer(
        name(3), ends=dict.fromkeys(name(3), 20.0), fault=between(1, 15, error)
    )
    jobs = await wait_for_all(server, name(count))

    assert all(job.succeeded for job in jobs)
    assert {("gradient_async", logging.WARNING)} == {
        (record.name, record.levelno) for record in caplog.records
    }
    assert (
        f"a look at indexing jobs failed ({kind(error)}); {count} to go, "
        "looking again while time is left"
    ) == caplog.messages[0]


@pytest.mark.parametrize("error", PASSING + STAYING, ids=kind)
async def test_failures_of_the_first_round(error: GradientError) -> None:
    """In the first round every error is raised as it is."""
    server = JobServer(name(3), fault=between(0, 1, error))
    with pytest.raises(type(error)) as caught:
        await wait_for_all(server, name(3))

    assert error is caught.value
    assert 1 == len(server.asked)


@pytest.mark.parametrize("error", STAYING, ids=kind)
async def test_failures_that_stay(error: GradientError) -> None:
    """What would not pass is raised at once in later rounds, too."""
    server = JobServer(name(3), fault=between(1, 1e9, error))
    with pytest.raises(type(error)) as caught:
        await wait_for_all(server, name(3))

    assert error is caught.value
    assert server.now < 6


async def test_a_mistake_in_the_source() -> None:
    """An error that is not of this package passes unchanged."""
    server = JobServer(name(3), fault=between(0, 1, TimeoutError("of another kind")))
    with pytest.raises(TimeoutError, match="of another kind"):
        await wait_for_one(server)


async def test_the_cause_of_a_timeout() -> None:
    """Where the looks failed when the time ran out, the last error is the cause."""
    error = ServerError("busy", status=503)
    server = JobServer(name(3), fault=between(10, 1e9, error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(3), timeout=60)

    assert error is caught.value.__cause__
    assert server.now <= 60


async def test_a_cause_that_passed() -> None:
    """A failure that was followed by a good look is no cause."""
    error = ServerError("busy", status=503)
    server = JobServer(name(3), fault=between(1, 15, error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(3), timeout=60)

    assert None is caught.value.__cause__


async def test_the_servers_wish() -> None:
    """After a refusal that says when to come again, no look is earlier."""
    error = RateLimitError("slow down", status=429, retry_after=40.0)
    server = JobServer(name(3), fault=between(0.5, 2, error))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(3), timeout=60)
    first, refused, *others = [request.at for request in server.asked]

    assert 0.0 == first
    assert refused + 40.0 == pytest.approx(min(others))


async def test_cancelling_at_the_end() -> None:
    """What has not ended by the deadline is cancelled, each job once, all of them."""
    server = JobServer(name(5), ends={"job-2": 1.0}, delay=lambda: 0.2)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(5), timeout=30, cancel_on_timeout=True)
    cancels = [request for request in server.asked if request.kind == "cancel"]

    assert ["job-0", "job-1", "job-3", "job-4"] == [each.what for each in cancels]
    assert all(30.0 == pytest.approx(each.at) for each in cancels)
    assert 30.2 == pytest.approx(server.now)
    assert name(5) == [job.uuid for job in caught.value.jobs]
    assert [Phase.CANCELLED] * 2 + [Phase.SUCCEEDED] + [Phase.CANCELLED] * 2 == [
        job.phase for job in caught.value.jobs
    ]
    assert "job-0 (running)" in str(caught.value)
    assert "; 4 cancelled since" in str(caught.value)


async def test_cancels_that_fail() -> None:
    """A cancel that fails is a note on the error, and hinders no other."""

    def fault(request: Request) -> Exception | None:
        if request.kind == "cancel" and request.what == "job-1":
            return ServerError("busy\n", status=503)
        return OSError("broken") if request.kind == "cancel" else None

    server = JobServer(name(2), fault=fault)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(2), timeout=30, cancel_on_timeout=True)
    twin = pickle.loads(pickle.dumps(caught.value))

    assert [
        "cancelling job-0 failed: OSError: broken",
        (
            "cancelling job-1 failed: ServerError: 503: busy . Try again later, and "
            "name the request id to support"
        ),
    ] == caught.value.__notes__
    assert [Phase.RUNNING] * 2 == [job.phase for job in caught.value.jobs]
    assert (str(caught.value), caught.value.jobs) == (str(twin), twin.jobs)
    assert caught.value.__notes__ == twin.__notes__


async def test_cancelling_that_is_interrupted() -> None:
    """Whoever is cancelled while the jobs are has the others cancelled by going on."""
    delays = {"job-0": 1.0, "job-1": 3.0}

    class Slow(JobServer):
        async def cancel(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(delays[uuid])
            return await super().cancel(uuid)

    server = Slow(name(2))
    completed = Completed(server, name(2), timeout=30, cancel_on_timeout=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(32):
            await anext(completed)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 2") as caught:
        await anext(completed)

    assert ["job-0", "job-1"] == server.asked_for("cancel")
    assert {Phase.CANCELLED} == {job.phase for job in caught.value.jobs}
    assert None is await anext(completed, None)


async def test_an_end_in_good_time_before_the_cancelling() -> None:
    """Where nothing more can be learnt early, jobs still have until the deadline."""
    error = RateLimitError("slow down", status=429, retry_after=1000.0)
    server = JobServer(name(2), fault=between(0.5, 2, error))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(2), timeout=60, cancel_on_timeout=True)
    cancels = [request.at for request in server.asked if request.kind == "cancel"]

    assert [60.0, 60.0] == pytest.approx(cancels)


async def test_without_cancelling() -> None:
    """Unless asked for, nothing is cancelled."""
    server = JobServer(name(2))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, name(2), timeout=30)

    assert [] == server.asked_for("cancel")


@pytest.mark.parametrize("after", [0.5, 15.0, 30.1])
async def test_cancellation_passes(after: float) -> None:
    """Cancelling the task that waits ends it at once, whatever it does."""
    server = JobServer(name(3), delay=lambda: 1.0)
    waiting = asyncio.ensure_future(
        wait_for_all(server, name(3), timeout=30, cancel_on_timeout=True)
    )
    await asyncio.sleep(after)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert after == pytest.approx(server.now)
    assert 1 == len(asyncio.all_tasks())


@pytest.mark.parametrize(
    ("text", "going"),
    [
        ("job-0 (paused, a phase that", {"phase": Phase("BATCH_JOB_PHASE_PAUSED")}),
        ("job-0 (unknown, a phase that", {"status": Status.IN_PROGRESS}),
    ],
)
async def test_unknown_phases(text: str, going: dict[str, Any]) -> None:
    """A job whose phase says nothing is ended by the timeout, which says so."""
    server = JobServer(name(1), going=going)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_one(server, timeout=30)

    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("succeeds", "ending"),
    [
        (True, {"status": Status.COMPLETED}),
        (False, {"status": Status.FAILED}),
        (False, {"status": Status.UNKNOWN}),
        (False, {"status": Status("INDEX_JOB_STATUS_ODD")}),
    ],
)
async def test_ends_without_a_phase(*, succeeds: bool, ending: dict[str, Any]) -> None:
    """A status or `finished_at` ends a job whose phase says nothing; it may be odd."""
    server = JobServer(
        name(1),
        ends={"job-0": 3.0},
        going={"status": Status.PENDING},
        endings={"job-0": ending},
    )
    job = await wait_for_one(server)

    assert succeeds is job.succeeded
    if not succeeds:
        with pytest.raises(IndexingJobFailedError):
            await wait_for_one(server, check=True)


async def test_checking() -> None:
    """The first that failed, in the order given, is the error's job."""
    failed = {"phase": Phase.FAILED, "status": Status.FAILED}
    server = JobServer(
        name(3),
        ends=dict.fromkeys(name(3), 2.0),
        endings={"job-1": failed, "job-2": failed},
    )
    wanted = ["job-0", "job-2", "job-1", "job-2"]
    with pytest.raises(IndexingJobFailedError, match="indexing job job-2 ") as caught:
        await wait_for_all(server, wanted, check=True)
    twin = pickle.loads(pickle.dumps(caught.value))

    assert "job-2" == caught.value.job.uuid
    assert wanted == [job.uuid for job in caught.value.jobs]
    assert (caught.value.job, caught.value.jobs) == (twin.job, twin.jobs)
    assert wanted == [job.uuid for job in await wait_for_all(server, wanted)]


async def test_partial_jobs_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """A job that left something out is returned, and the log names what."""
    lost = IndexedDataSource(
        data_source_uuid="s-1", error_msg="ERR", error_details="gone"
    )
    endings: dict[str, dict[str, Any]] = {
        "job-0": {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL},
        "job-1": {"phase": Phase.SUCCEEDED, "data_source_jobs": (lost,)},
    }
    server = JobServer(name(3), ends=dict.fromkeys(name(3), 0.0), endings=endings)
    wanted = [*name(3), "job-0"]
    jobs = await wait_for_all(server, wanted, check=True)

    assert wanted == [job.uuid for job in jobs]
    assert [
        (
            "indexing job job-0 of knowledge base base left something out: it ended "
            "in phase succeeded, status partial"
        ),
        (
            "indexing job job-1 of knowledge base base left something out: it ended "
            "in phase succeeded, status in_progress; source s-1: ERR, gone"
        ),
    ] == caplog.messages
    assert {logging.WARNING} == {record.levelno for record in caplog.records}
