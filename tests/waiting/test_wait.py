"""Waiting until jobs have ended."""

from __future__ import annotations

import asyncio
import logging
import pickle
import random
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
    StatusError,
    TLSError,
)
from gradient_async.models import IndexedDataSource, IndexingJob
from gradient_async.waiting import TIMEOUT, JobSource, wait, wait_all
from tests.waiting.job_server import BAD_IDS, JobServer, Phase, Status, between, name

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
    with pytest.raises(ConfigurationError, match="a list of ids, not a string"):
        await wait_for_all(server, "job-0")
    with pytest.raises(ConfigurationError, match="uuid must be a string"):
        await wait(server, ["job-0"], **USUAL)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="timeout"):
        await wait_for_one(server, timeout=0)

    assert [] == server.asked


@pytest.mark.parametrize(("match", "uuid"), BAD_IDS)
async def test_impossible_ids(match: str, uuid: str) -> None:
    """An id that no path can have is refused before anything is sent."""
    server = JobServer(name(3))
    with pytest.raises(ConfigurationError, match=match):
        await wait(server, uuid, **USUAL)
    with pytest.raises(ConfigurationError, match=match):
        await wait_for_all(server, ["job-0", uuid])

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
    with pytest.raises(IndexingJobTimeoutError, match="never seen") as caught:
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
    StatusError("too slow", status=408),
    ServerError("out of order", status=500),
]

STAYING = [
    TLSError("expired"),
    ResponseTooLargeError("too large"),
    AuthenticationError("no", status=401),
    DecodeError("odd"),
    NotFoundError("gone", status=404),
    StatusError("odd", status=418),
]


def kind(error: object) -> str:
    """Name an error's class."""
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
        f"polling indexing jobs failed ({kind(error)}); {count} unfinished, "
        "polling again until the timeout"
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


@pytest.mark.parametrize("count", [1, 3])
async def test_a_wish_behind_the_deadline(count: int) -> None:
    """A server that is not to be asked for hours is asked before the hour is up."""
    error = ServerError("busy", status=503, retry_after=7200.0)
    ends = dict.fromkeys(name(3), 100.0)
    server = JobServer(
        name(3), ends=ends, delay=lambda: 0.2, fault=between(0.5, 2, error)
    )
    jobs = await wait_for_all(server, name(count), timeout=3600)

    assert all(job.succeeded for job in jobs)
    assert 3 == len(server.asked)
    assert 3599.0 == pytest.approx(server.asked[-1].at)
    assert 3599.2 == pytest.approx(server.now)


@pytest.mark.parametrize("delay", [0.0, 0.3, 1e9])
async def test_the_time_waited(delay: float) -> None:
    """The error tells how long the waiting was, and that it was no call."""
    delays = iter([0.3, 0.3])
    server = JobServer(name(3), delay=lambda: next(delays, delay))
    await asyncio.sleep(50)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, name(3), timeout=30)

    assert server.now - 50 == pytest.approx(caught.value.elapsed)
    assert 29.3 <= caught.value.elapsed <= 30.0 + 1e-6
    assert (0, "") == (caught.value.attempts, caught.value.method)


@pytest.mark.parametrize("seed", range(5))
async def test_seen_before(seed: int) -> None:
    """A job that was seen is looked at about 1 s later, and not before."""
    random.seed(seed)
    server = JobServer(name(1), ends={"job-0": 5.0})
    await asyncio.sleep(2)
    job = await wait_for_one(server, seen=await server.get("job-0"))
    _, first, *_ = [request.at for request in server.asked]

    assert job.succeeded
    assert 2.8 <= first <= 3.2


async def test_a_failure_after_what_was_seen() -> None:
    """What was seen counts as the first look: a failure of the next one passes."""
    error = ServerError("busy", status=503)
    server = JobServer(name(1), ends={"job-0": 3.0}, fault=between(0.5, 2, error))
    seen = await server.get("job-0")

    assert (await wait_for_one(server, seen=seen)).succeeded
    assert 0.5 <= server.asked[1].at < 2


async def test_seen_with_little_time() -> None:
    """Where there is less than a second, the one look is before the deadline."""
    server = JobServer(name(1), ends={"job-0": 0.3})
    seen = await server.get("job-0")
    job = await wait_for_one(server, seen=seen, timeout=0.5)

    assert job.succeeded
    assert [0.0, 0.4] == pytest.approx([request.at for request in server.asked])


async def test_a_timeout_after_what_was_seen() -> None:
    """What was seen is what the error has, where no look succeeds."""
    error = ServerError("busy", status=503)
    server = JobServer(name(1), fault=between(0.5, 1e9, error))
    seen = await server.get("job-0")
    with pytest.raises(IndexingJobTimeoutError, match=r"job-0 \(running\)") as caught:
        await wait_for_one(server, seen=seen, timeout=30)

    assert (seen,) == caught.value.jobs
    assert error is caught.value.__cause__


async def test_seen_as_ended() -> None:
    """A job that was seen as ended is asked for no more, and checked as ever."""
    failed = IndexingJob(uuid="job-0", phase=Phase.FAILED)
    server = JobServer(name(1))

    assert failed is await wait_for_one(server, seen=failed)
    with pytest.raises(IndexingJobFailedError) as caught:
        await wait_for_one(server, seen=failed, check=True)
    assert failed is caught.value.job
    assert ([], 0.0) == (server.asked, server.now)


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
        (
            "job-0 (paused, a phase unknown to",
            {"phase": Phase("BATCH_JOB_PHASE_PAUSED")},
        ),
        ("job-0 (unknown, a phase unknown to", {"status": Status.IN_PROGRESS}),
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
            "indexing job job-0 of knowledge base base is incomplete: it ended "
            "in phase succeeded, status partial"
        ),
        (
            "indexing job job-1 of knowledge base base is incomplete: it ended "
            "in phase succeeded, status in_progress; data source s-1: ERR, gone"
        ),
    ] == caplog.messages
    assert {logging.WARNING} == {record.levelno for record in caplog.records}


async def test_partial_jobs_beside_a_failed_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Jobs that left something out are warned of, once each, where others failed."""
    lost = IndexedDataSource(data_source_uuid="s-1", error_msg="ERR")
    partial = {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL}
    endings: dict[str, dict[str, Any]] = {
        "job-0": {"phase": Phase.FAILED, "data_source_jobs": (lost,)},
        "job-1": partial,
        "job-2": partial,
    }
    server = JobServer(name(3), ends=dict.fromkeys(name(3), 0.0), endings=endings)
    with pytest.raises(IndexingJobFailedError, match=r"job-0 .*; data source s-1: ERR"):
        await wait_for_all(server, ["job-2", *name(3), "job-2"], check=True)

    assert ["indexing job job-2", "indexing job job-1"] == [
        text[: len("indexing job job-2")] for text in caplog.messages
    ]


async def test_no_warnings_without_a_check(caplog: pytest.LogCaptureFixture) -> None:
    """Unless jobs are to be checked, none is warned of."""
    partial = {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL}
    server = JobServer(name(1), ends={"job-0": 0.0}, endings={"job-0": partial})
    await wait_for_one(server, check=False)

    assert [] == caplog.messages
