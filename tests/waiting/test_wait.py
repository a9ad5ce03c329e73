"""Waiting until jobs have finished."""

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
from gradient_async.waiting import TIMEOUT, JobSource, wait_all
from tests.waiting.job_server import (
    JobServer,
    Phase,
    Status,
    fail_between,
    make_uuids,
)

DEFAULTS: dict[str, Any] = {
    "timeout": 600.0,
    "check": False,
    "cancel_on_timeout": False,
}


async def wait_for_all(
    server: JobSource, uuids: Iterable[str], **options: Any
) -> tuple[IndexingJob, ...]:
    """Wait with the default options, except for these."""
    return await wait_all(server, uuids, **(DEFAULTS | options))


async def wait_for_one(server: JobSource, **options: Any) -> IndexingJob:
    """Wait for the first job with the default options, except for these."""
    (job,) = await wait_all(server, ["job-0"], **(DEFAULTS | options))
    return job


async def test_order_of_results() -> None:
    """Jobs are returned in the order given; an id given twice yields two."""
    ends = {"job-0": 9.0, "job-1": 3.0, "job-2": 6.0}
    server = JobServer(make_uuids(3), finish_at=ends)
    wanted = ["job-2", "job-0", "job-2", "job-1"]

    assert wanted == [job.uuid for job in await wait_for_all(server, wanted)]


async def test_no_ids() -> None:
    """Without ids there is nothing to wait for, and nothing is sent."""
    server = JobServer(make_uuids(3))

    assert () == await wait_for_all(server, ())
    assert [] == server.requests


def test_default_timeout() -> None:
    """The default is one hour."""
    assert 3600.0 == TIMEOUT


@pytest.mark.parametrize("timeout", [0.05, 1.0, 7.3, 60.0, 3600.0])
@pytest.mark.parametrize("delay", [0.0, 0.3, 5.0, 1e9])
@pytest.mark.parametrize("count", [1, 3])
async def test_deadline(
    timeout: float,  # noqa: ASYNC109  (what is tested)
    delay: float,
    count: int,
) -> None:
    """Waiting ends at the deadline, or when no poll would fit in before it."""
    server = JobServer(make_uuids(3), delay=lambda: delay)
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, make_uuids(count), timeout=timeout)

    assert timeout - delay - 0.1 - 1e-6 <= server.now <= timeout + 1e-6
    assert 0 == server.in_flight


async def test_hanging_server() -> None:
    """A request without a response is cut off at the deadline."""
    server = JobServer(make_uuids(3), delay=lambda: 1e9)
    with pytest.raises(IndexingJobTimeoutError, match="never seen") as caught:
        await wait_for_all(server, make_uuids(3), timeout=5)

    assert 5.0 == pytest.approx(server.now)
    assert () == caught.value.jobs
    assert None is caught.value.__cause__


async def test_coarse_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """If timers fire early, nothing is requested after the cut-off."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "_clock_resolution", 0.5)
    loop.call_later(4.6, int)
    server = JobServer(make_uuids(1), delay=lambda: 1e9)
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_one(server, timeout=5)

    assert 4.6 == pytest.approx(server.now)
    assert 1 == len(server.requests)


@pytest.mark.parametrize("count", [1, 3])
async def test_last_poll(count: int) -> None:
    """A job that finished after the last regular poll is seen in time."""
    ends = dict.fromkeys(make_uuids(3), 299.5)
    server = JobServer(make_uuids(3), finish_at=ends, delay=lambda: 0.3)
    jobs = await wait_for_all(server, make_uuids(count), timeout=300)

    assert all(job.succeeded for job in jobs)
    assert server.now < 300.0


BUSY = ServerError("busy", status=503)

TRANSIENT = [
    ConnectError("no route"),
    ConnectionLostError("lost"),
    ServerError("busy", status=503),
    RateLimitError("slow down", status=429),
    DeadlineExceededError("no response within 60 s"),
    StatusError("too slow", status=408),
    ServerError("out of order", status=500),
    ServerError("unknown error at the edge", status=520),
    DecodeError("a page in HTML"),
]

LIST_FAILURES = [it for it in TRANSIENT if not isinstance(it, RateLimitError)]

PERMANENT = [
    TLSError("expired"),
    ResponseTooLargeError("too large"),
    AuthenticationError("no", status=401),
    NotFoundError("gone", status=404),
    StatusError("odd", status=418),
]


def kind(error: object) -> str:
    """Return the name of an error's class."""
    return type(error).__name__


@pytest.mark.parametrize("error", TRANSIENT, ids=kind)
@pytest.mark.parametrize("count", [1, 3])
async def test_transient_failures(
    error: GradientError, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    """After the first poll, transient failures are logged and tolerated."""
    server = JobServer(
        make_uuids(3),
        finish_at=dict.fromkeys(make_uuids(3), 20.0),
        fault=fail_between(1, 15, error),
    )
    jobs = await wait_for_all(server, make_uuids(count))

    assert all(job.succeeded for job in jobs)
    assert {("gradient_async", logging.WARNING)} == {
        (record.name, record.levelno) for record in caplog.records
    }
    assert (
        f"polling indexing jobs failed ({kind(error)}); {count} unfinished, "
        "polling again until the timeout"
    ) == caplog.messages[0]


@pytest.mark.parametrize("error", TRANSIENT + PERMANENT, ids=kind)
async def test_failures_of_the_first_poll(error: GradientError) -> None:
    """In the first poll every error is raised unchanged."""
    server = JobServer(make_uuids(3), fault=fail_between(0, 1, error))
    with pytest.raises(type(error)) as caught:
        await wait_for_all(server, make_uuids(3))

    assert error is caught.value
    # A list that may be down alone is followed by one attempt to do without it.
    expected = ["page", "get"] if error in LIST_FAILURES else ["page"]
    assert expected == [request.kind for request in server.requests]


@pytest.mark.parametrize("error", LIST_FAILURES, ids=kind)
@pytest.mark.parametrize("since", [0, 1])
async def test_list_that_is_down(error: GradientError, since: float) -> None:
    """While only the list is down, jobs are fetched one by one, without a failure."""
    uuids = make_uuids(40)
    server = JobServer(
        uuids,
        finish_at=dict.fromkeys(uuids, 2.0),
        fault=lambda it: error if it.kind == "page" and it.at >= since else None,
    )
    jobs = await wait_for_all(server, uuids, timeout=60)

    assert uuids == [job.uuid for job in jobs]
    assert all(job.succeeded for job in jobs)
    assert server.now < 10


@pytest.mark.parametrize(
    "error",
    [
        RateLimitError("slow down", status=429),
        DeadlineExceededError("no slot within 60 s", retry_after=5.0),
        ServerError("maintenance", status=503, retry_after=5.0),
    ],
    ids=kind,
)
async def test_list_that_is_limited(error: GradientError) -> None:
    """If the server asks to wait, jobs are not fetched one by one instead."""
    uuids = make_uuids(40)
    server = JobServer(
        uuids,
        finish_at=dict.fromkeys(uuids, 2.0),
        fault=lambda it: error if 1 < it.at < 10 else None,
    )
    await wait_for_all(server, uuids)

    assert [] == server.targets("get")


async def test_list_that_comes_back() -> None:
    """After an outage, the list is read again, and spares the single requests."""
    uuids = make_uuids(40)
    server = JobServer(
        uuids,
        finish_at=dict.fromkeys(uuids, 30.0),
        fault=lambda it: BUSY if it.kind == "page" and 1 < it.at < 5 else None,
    )
    await wait_for_all(server, uuids)
    after = [request.kind for request in server.requests if request.at > 5]

    assert {"page"} == set(after)


async def test_everything_is_down() -> None:
    """If a job cannot be fetched either, the others are not tried one by one."""
    uuids = make_uuids(40)
    server = JobServer(
        uuids,
        finish_at=dict.fromkeys(uuids, 20.0),
        fault=fail_between(1, 10, BUSY),
    )
    await wait_for_all(server, uuids)
    during = [request.kind for request in server.requests if 1 <= request.at < 10]

    assert ["page", "get"] * (len(during) // 2) == during


async def test_page_down_the_list_that_fails() -> None:
    """Jobs that were found before a page failed are not fetched again."""
    uuids = [*make_uuids(3), *make_uuids(400)[200:300]]
    server = JobServer(
        make_uuids(400),
        finish_at=dict.fromkeys(uuids, 0.0),
        fault=lambda it: BUSY if it.target == "2" else None,
    )
    await wait_for_all(server, uuids)

    assert uuids[3:] == server.targets("get")


@pytest.mark.parametrize("count", [1, 3])
async def test_lasting_decode_errors(count: int) -> None:
    """A response that cannot be decoded for five minutes will not be any later."""
    error = DecodeError("another shape")
    server = JobServer(make_uuids(3), fault=fail_between(600, 1e9, error))
    with pytest.raises(DecodeError) as caught:
        await wait_for_all(server, make_uuids(count), timeout=7200)

    assert error is caught.value
    assert 900 < server.now < 980


async def test_decode_errors_now_and_then() -> None:
    """The five minutes begin anew after each poll that succeeds."""
    error = DecodeError("a page in HTML")
    uuids = make_uuids(1)
    server = JobServer(
        uuids,
        finish_at={"job-0": 3000.0},
        fault=lambda it: error if it.at > 1 and it.at % 280 < 200 else None,
    )
    (job,) = await wait_for_all(server, uuids, timeout=7200)

    assert job.succeeded


@pytest.mark.parametrize("error", PERMANENT, ids=kind)
async def test_permanent_failures(error: GradientError) -> None:
    """A permanent failure is raised at once in later polls, too."""
    server = JobServer(make_uuids(3), fault=fail_between(1, 1e9, error))
    with pytest.raises(type(error)) as caught:
        await wait_for_all(server, make_uuids(3))

    assert error is caught.value
    assert server.now < 6


async def test_foreign_error() -> None:
    """An error that is not the package's own is raised unchanged."""
    server = JobServer(
        make_uuids(3), fault=fail_between(0, 1, TimeoutError("of another kind"))
    )
    with pytest.raises(TimeoutError, match="of another kind"):
        await wait_for_one(server)


async def test_cause_of_a_timeout() -> None:
    """If polls were failing at the deadline, the latest error is the cause."""
    error = ServerError("busy", status=503)
    server = JobServer(make_uuids(3), fault=fail_between(10, 1e9, error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(3), timeout=60)

    assert error is caught.value.__cause__
    assert server.now <= 60


async def test_no_cause_after_a_success() -> None:
    """A failure followed by a successful poll is not the cause."""
    error = ServerError("busy", status=503)
    server = JobServer(make_uuids(3), fault=fail_between(1, 15, error))
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(3), timeout=60)

    assert None is caught.value.__cause__


async def test_retry_after() -> None:
    """No poll starts before the time in the server's `Retry-After`."""
    error = RateLimitError("slow down", status=429, retry_after=40.0)
    server = JobServer(make_uuids(3), fault=fail_between(0.5, 2, error))
    with pytest.raises(IndexingJobTimeoutError):
        await wait_for_all(server, make_uuids(3), timeout=60)
    first, refused, *others = [request.at for request in server.requests]

    assert 0.0 == first
    assert refused + 40.0 == pytest.approx(min(others))


@pytest.mark.parametrize("delay", [0.0, 0.3, 1e9])
async def test_elapsed_time(delay: float) -> None:
    """The error has the time waited, and belongs to no single call."""
    delays = iter([0.3, 0.3])
    server = JobServer(make_uuids(3), delay=lambda: next(delays, delay))
    await asyncio.sleep(50)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_all(server, make_uuids(3), timeout=30)

    assert server.now - 50 == pytest.approx(caught.value.elapsed)
    assert 29.3 <= caught.value.elapsed <= 30.0 + 1e-6
    assert (0, "") == (caught.value.attempts, caught.value.method)


@pytest.mark.parametrize("seed", range(5))
async def test_seen_job(seed: int) -> None:
    """A job that was already seen is first polled after about 1 s."""
    random.seed(seed)
    server = JobServer(make_uuids(1), finish_at={"job-0": 5.0})
    await asyncio.sleep(2)
    job = await wait_for_one(server, seen=await server.get("job-0"))
    _, first, *_ = [request.at for request in server.requests]

    assert job.succeeded
    assert 2.8 <= first <= 3.2


async def test_seen_job_with_a_short_timeout() -> None:
    """With less than a second left, the only poll is before the deadline."""
    server = JobServer(make_uuids(1), finish_at={"job-0": 0.3})
    seen = await server.get("job-0")
    job = await wait_for_one(server, seen=seen, timeout=0.5)

    assert job.succeeded
    assert [0.0, 0.4] == pytest.approx([request.at for request in server.requests])


async def test_timeout_of_a_seen_job() -> None:
    """If no poll succeeds, the error carries the job as it was seen."""
    error = ServerError("busy", status=503)
    server = JobServer(make_uuids(1), fault=fail_between(0.5, 1e9, error))
    seen = await server.get("job-0")
    with pytest.raises(IndexingJobTimeoutError, match=r"job-0 \(running\)") as caught:
        await wait_for_one(server, seen=seen, timeout=30)

    assert (seen,) == caught.value.jobs
    assert error is caught.value.__cause__


async def test_seen_job_that_has_finished() -> None:
    """A job seen as finished is not fetched again, and is checked as usual."""
    failed = IndexingJob(uuid="job-0", phase=Phase.FAILED)
    server = JobServer(make_uuids(1))

    assert failed is await wait_for_one(server, seen=failed)
    with pytest.raises(IndexingJobFailedError) as caught:
        await wait_for_one(server, seen=failed, check=True)
    assert failed is caught.value.job
    assert ([], 0.0) == (server.requests, server.now)


@pytest.mark.parametrize("after", [0.5, 15.0, 30.1])
async def test_cancelling_the_task(after: float) -> None:
    """Cancelling the waiting task ends it at once, whatever it is doing."""
    server = JobServer(make_uuids(3), delay=lambda: 1.0)
    waiting = asyncio.ensure_future(
        wait_for_all(server, make_uuids(3), timeout=30, cancel_on_timeout=True)
    )
    await asyncio.sleep(after)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert after == pytest.approx(server.now)
    assert 1 == len(asyncio.all_tasks())


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        (
            "job-0 (paused, a phase unknown to",
            {"phase": Phase("BATCH_JOB_PHASE_PAUSED")},
        ),
        ("job-0 (unknown, a phase unknown to", {"status": Status.IN_PROGRESS}),
    ],
)
async def test_unknown_phases(text: str, unfinished: dict[str, Any]) -> None:
    """A job in an unknown phase ends with the timeout, whose text says so."""
    server = JobServer(make_uuids(1), unfinished=unfinished)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await wait_for_one(server, timeout=30)

    assert text in str(caught.value)


async def test_check() -> None:
    """The error's job is the first that failed, in the order given."""
    failed = {"phase": Phase.FAILED, "status": Status.FAILED}
    server = JobServer(
        make_uuids(3),
        finish_at=dict.fromkeys(make_uuids(3), 2.0),
        outcomes={"job-1": failed, "job-2": failed},
    )
    wanted = ["job-0", "job-2", "job-1", "job-2"]
    with pytest.raises(IndexingJobFailedError, match="indexing job job-2 ") as caught:
        await wait_for_all(server, wanted, check=True)
    copy = pickle.loads(pickle.dumps(caught.value))

    assert "job-2" == caught.value.job.uuid
    assert wanted == [job.uuid for job in caught.value.jobs]
    assert (caught.value.job, caught.value.jobs) == (copy.job, copy.jobs)
    assert wanted == [job.uuid for job in await wait_for_all(server, wanted)]


async def test_warnings_for_incomplete_jobs(caplog: pytest.LogCaptureFixture) -> None:
    """An incomplete job is returned, and the log names the data sources."""
    failed_source = IndexedDataSource(
        data_source_uuid="s-1", error_msg="ERR", error_details="gone"
    )
    outcomes: dict[str, dict[str, Any]] = {
        "job-0": {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL},
        "job-1": {"phase": Phase.SUCCEEDED, "data_source_jobs": (failed_source,)},
    }
    server = JobServer(
        make_uuids(3), finish_at=dict.fromkeys(make_uuids(3), 0.0), outcomes=outcomes
    )
    wanted = [*make_uuids(3), "job-0"]
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


async def test_warnings_beside_a_failed_job(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each incomplete job is logged once, even if others failed."""
    failed_source = IndexedDataSource(data_source_uuid="s-1", error_msg="ERR")
    partial = {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL}
    outcomes: dict[str, dict[str, Any]] = {
        "job-0": {"phase": Phase.FAILED, "data_source_jobs": (failed_source,)},
        "job-1": partial,
        "job-2": partial,
    }
    server = JobServer(
        make_uuids(3), finish_at=dict.fromkeys(make_uuids(3), 0.0), outcomes=outcomes
    )
    with pytest.raises(IndexingJobFailedError, match=r"job-0 .*; data source s-1: ERR"):
        await wait_for_all(server, ["job-2", *make_uuids(3), "job-2"], check=True)

    assert ["indexing job job-2", "indexing job job-1"] == [
        text[: len("indexing job job-2")] for text in caplog.messages
    ]


async def test_no_warnings_without_a_check(caplog: pytest.LogCaptureFixture) -> None:
    """Without a check there are no warnings."""
    partial = {"phase": Phase.SUCCEEDED, "status": Status.PARTIAL}
    server = JobServer(
        make_uuids(1), finish_at={"job-0": 0.0}, outcomes={"job-0": partial}
    )
    await wait_for_one(server, check=False)

    assert [] == caplog.messages
