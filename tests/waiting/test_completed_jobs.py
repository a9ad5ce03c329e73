"""Iterating over jobs as they finish."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from itertools import pairwise
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    IndexingJobTimeoutError,
    NotFoundError,
    ServerError,
)
from gradient_async.models import IndexingJob
from gradient_async.waiting import CompletedJobs
from tests.support.streams import take
from tests.support.virtual_time import VirtualTimeLoop
from tests.waiting.job_server import (
    BAD_IDS,
    EPOCH,
    JobServer,
    Request,
    fail_between,
    make_uuids,
)


def iterate(
    server: JobServer,
    uuids: Iterable[str],
    *,
    timeout: float = 600.0,
    cancel_on_timeout: bool = False,
) -> CompletedJobs:
    """Iterate over these jobs as they finish."""
    return CompletedJobs(
        server, uuids, timeout=timeout, cancel_on_timeout=cancel_on_timeout
    )


async def drain(completed: CompletedJobs) -> list[str]:
    """Return the ids of all jobs, in the order they are yielded."""
    return [job.uuid async for job in completed]


def round_starts(server: JobServer) -> list[float]:
    """Return when each round started, by its request for page 1."""
    return [request.at for request in server.requests if request.target == "1"]


async def test_one_request_for_a_hundred_jobs() -> None:
    """A hundred jobs among the newest 200 cost one request per round."""
    jobs = make_uuids(100)
    random.Random(7).shuffle(jobs)
    ends = {uuid: 0.6 * index for index, uuid in enumerate(jobs, start=1)}
    server = JobServer(make_uuids(1000), finish_at=ends, delay=lambda: 0.2)
    yielded_at: list[float] = []
    order: list[str] = []
    async for job in iterate(server, sorted(jobs)):
        order.append(job.uuid)
        yielded_at.append(server.now)

    assert jobs == order
    assert {"1"} == set(server.targets("page")) == {r.target for r in server.requests}
    assert len(server.requests) <= 14
    # Each is yielded by the first round that started after it had finished.
    gaps = [0.0, *[after - before for before, after in pairwise(round_starts(server))]]
    delays = [at - ends[uuid] for at, uuid in zip(yielded_at, order, strict=True)]
    assert max(delays) <= max(gaps) + 0.2
    for at, uuid in zip(yielded_at, order, strict=True):
        first = next(each for each in round_starts(server) if each + 0.1 >= ends[uuid])
        assert first + 0.2 == pytest.approx(at)


async def test_single_job_is_fetched_by_id() -> None:
    """A single job is never searched for in the list."""
    server = JobServer(make_uuids(10), finish_at={"job-3": 5.0})

    assert ["job-3"] == await drain(iterate(server, ["job-3", "job-3"]))
    assert {"get"} == {request.kind for request in server.requests}


async def test_failed_jobs_are_yielded() -> None:
    """A failed job counts as finished."""
    outcomes = {"job-1": {"phase": "BATCH_JOB_PHASE_FAILED"}}
    server = JobServer(
        make_uuids(2),
        finish_at=dict.fromkeys(make_uuids(2), 1.0) | {"job-1": 0.5},
        outcomes=outcomes,
    )

    assert ["job-1", "job-0"] == await drain(iterate(server, make_uuids(2)))


async def test_order_within_a_round() -> None:
    """Jobs of one round are sorted by finish time; those without one come last."""
    ends = {"job-0": 0.4, "job-1": 0.1, "job-2": 0.3, "job-3": 0.2}
    outcomes = {"job-1": {"phase": "BATCH_JOB_PHASE_ERROR", "finished_at": None}}
    server = JobServer(make_uuids(4), finish_at=ends, outcomes=outcomes)

    assert ["job-3", "job-2", "job-0", "job-1"] == await drain(
        iterate(server, make_uuids(4))
    )


async def test_no_ids() -> None:
    """Without ids the iteration ends at once, and nothing is sent."""
    server = JobServer(make_uuids(4))

    assert [] == await drain(iterate(server, []))
    assert [] == server.requests


async def test_lazy_start() -> None:
    """Creating the iterator sends nothing and does not start the timeout."""
    server = JobServer(make_uuids(2), finish_at=dict.fromkeys(make_uuids(2), 0.0))
    completed = iterate(server, make_uuids(2), timeout=5.0)
    aiter(completed)
    await asyncio.sleep(10)

    assert [] == server.requests
    assert ["job-0", "job-1"] == await drain(completed)


@pytest.mark.parametrize(
    ("match", "arguments"),
    [
        (r"not a string: write \['job-1'\]", {"uuids": "job-1"}),
        ("uuids must be an iterable, got int", {"uuids": 5}),
        ("uuid must be a string, got int", {"uuids": ["a", 5]}),
        *((match, {"uuids": ["a", uuid]}) for match, uuid in BAD_IDS),
        ("timeout must be a positive number of seconds, got None", {"timeout": None}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": inf}),
    ],
)
async def test_invalid_arguments(match: str, arguments: dict[str, Any]) -> None:
    """Invalid arguments are refused when the iterator is created."""
    usual: dict[str, Any] = {
        "uuids": ["a"],
        "timeout": 1.0,
        "cancel_on_timeout": False,
    }
    server = JobServer([])
    with pytest.raises(ConfigurationError, match=match):
        CompletedJobs(server, **(usual | arguments))

    assert [] == server.requests


async def test_leaving_the_loop() -> None:
    """A `break` leaves no task behind, and a second loop continues from there."""
    ends = {uuid: float(index) for index, uuid in enumerate(make_uuids(6))}
    server = JobServer(make_uuids(6), finish_at=ends)
    completed = iterate(server, make_uuids(6))
    first = [job.uuid for job in await take(completed, 2)]
    await asyncio.sleep(30)
    requests_before = len(server.requests)
    second = [job.uuid for job in await take(completed, 4)]

    assert make_uuids(6) == first + second
    assert 1 == len(asyncio.all_tasks())
    # After a slow consumer the next round starts at once, and is the only one.
    assert requests_before + 1 == len(server.requests)


async def test_slow_consumer_past_the_deadline() -> None:
    """Jobs that finished while the consumer was away are yielded before the error."""
    ends = {"job-0": 0.0, "job-1": 100.0, "job-2": 50.0}
    server = JobServer(make_uuids(5), finish_at=ends, delay=lambda: 0.2)
    completed = iterate(server, make_uuids(5))
    first = await anext(completed)
    await asyncio.sleep(3600)
    requests_before = len(server.requests)
    late = await take(completed, 2)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 5 ") as caught:
        await anext(completed)

    assert ["job-0", "job-2", "job-1"] == [job.uuid for job in [first, *late]]
    assert make_uuids(5) == [job.uuid for job in caught.value.jobs]
    assert requests_before + 1 == len(server.requests)
    assert 3600.4 == pytest.approx(server.now)
    assert 3600.4 == pytest.approx(caught.value.elapsed)
    assert [] == await drain(completed)


async def test_slow_consumer_until_all_finished() -> None:
    """If all jobs have finished by the late poll, nothing is raised."""
    server = JobServer(
        make_uuids(3), finish_at={"job-0": 0.0, "job-1": 599.0, "job-2": 700.0}
    )
    completed = iterate(server, make_uuids(3))
    await anext(completed)
    await asyncio.sleep(1000)

    assert ["job-1", "job-2"] == await drain(completed)


async def test_slow_consumer_with_cancelling() -> None:
    """A job that the late poll finds finished is not cancelled."""
    ends = {"job-0": 0.0, "job-1": 100.0}
    server = JobServer(make_uuids(3), finish_at=ends)
    completed = iterate(server, make_uuids(3), cancel_on_timeout=True)
    await anext(completed)
    await asyncio.sleep(1000)

    assert "job-1" == (await anext(completed)).uuid
    with pytest.raises(
        IndexingJobTimeoutError, match=r"1 of 3 .*; 1 of them cancelled"
    ):
        await anext(completed)
    assert ["job-2"] == server.targets("cancel")


async def test_late_poll_is_cut_off() -> None:
    """A poll after the deadline is cut off after 10 s, and is the only one."""
    delays = iter([0.0, 0.0])
    server = JobServer(
        make_uuids(3), finish_at={"job-0": 0.0}, delay=lambda: next(delays, 1e6)
    )
    completed = iterate(server, make_uuids(3))
    await anext(completed)
    await asyncio.sleep(1000)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3 "):
        await anext(completed)

    assert 1010.0 == pytest.approx(server.now)
    assert 2 == len(server.requests)


async def test_late_poll_that_fails() -> None:
    """A transient failure of the late poll is the cause of the timeout."""
    error = ServerError("busy", status=503, retry_after=5.0)
    server = JobServer(
        make_uuids(3), finish_at={"job-0": 0.0}, fault=fail_between(1, 1e9, error)
    )
    completed = iterate(server, make_uuids(3))
    await anext(completed)
    await asyncio.sleep(1000)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3 ") as caught:
        await anext(completed)

    assert error is caught.value.__cause__
    assert 2 == len(server.requests)
    assert 1000.0 == server.now


async def test_poll_cut_off_by_the_deadline() -> None:
    """What a poll found before the deadline is yielded; no other poll follows."""
    slow = {"job-9001": 1e6}

    class SlowGets(JobServer):
        async def get(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(slow.get(uuid, 0.0))
            return await super().get(uuid)

    deep = ["job-9000", "job-9001"]
    server = SlowGets(make_uuids(10000), finish_at=dict.fromkeys(deep, 0.0))
    completed = iterate(server, deep, timeout=5)
    first, at = await anext(completed), server.now
    await asyncio.sleep(100)
    slow.clear()
    with pytest.raises(IndexingJobTimeoutError, match="1 of 2 "):
        await anext(completed)

    assert "job-9000" == first.uuid
    assert 5.0 == pytest.approx(at)
    assert ["job-9000"] == server.targets("get")
    assert 105.0 == pytest.approx(server.now)


async def test_shared_by_tasks() -> None:
    """Tasks that share an iterator get each job once between them."""
    ends = {uuid: float(index % 7) for index, uuid in enumerate(make_uuids(20))}
    server = JobServer(make_uuids(20), finish_at=ends, delay=lambda: 0.3)
    completed = iterate(server, make_uuids(20))
    parts = await asyncio.gather(*[drain(completed) for _ in range(3)])

    assert sorted(make_uuids(20)) == sorted(uuid for part in parts for uuid in part)
    assert 1 == server.most_in_flight


@pytest.mark.parametrize("step_timeout", [0.05, 0.25, 0.5, 3.0])
async def test_cancelling_a_step_loses_nothing(step_timeout: float) -> None:
    """Steps that are cancelled and repeated still yield every job once."""
    ends = {uuid: 2.0 * index for index, uuid in enumerate(make_uuids(9))}
    delays = iter([0.0, 0.4, 0.0, 0.4] + [0.02] * 10**4)
    server = JobServer(make_uuids(9), finish_at=ends, delay=lambda: next(delays))
    completed = iterate(server, make_uuids(9))
    uuids: list[str] = []
    while len(uuids) < 9:
        try:
            async with asyncio.timeout(step_timeout):
                uuids.append((await anext(completed)).uuid)
        except TimeoutError:
            continue

    assert make_uuids(9) == uuids
    assert 0 == server.in_flight


async def test_unknown_id() -> None:
    """Finished jobs come first, then the error; the next step raises it again."""
    server = JobServer(make_uuids(2), finish_at=dict.fromkeys(make_uuids(2), 0.0))
    completed = iterate(server, ["job-0", "nowhere", "job-1"])

    assert ["job-0", "job-1"] == [(await anext(completed)).uuid for _ in range(2)]
    assert 0.0 == server.now
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await anext(completed)
    assert ["nowhere", "nowhere"] == server.targets("get")


async def test_temporarily_revoked_token() -> None:
    """A permanent error is raised at once; iterating again polls on schedule."""
    ends = dict.fromkeys(make_uuids(3), 20.0)
    fault = fail_between(5, 30, AuthenticationError("no", status=401))
    server = JobServer(make_uuids(3), finish_at=ends, fault=fault)
    completed = iterate(server, make_uuids(3))
    uuids: list[str] = []
    failures = 0
    while len(uuids) < 3:
        try:
            uuids += await drain(completed)
        except AuthenticationError:
            failures += 1

    assert sorted(make_uuids(3)) == sorted(uuids)
    assert 1 <= failures <= 6
    assert server.now < 60


async def test_continuing_after_an_error() -> None:
    """Jobs fetched beside a failed `get` come before its error, raised once."""
    error = AuthenticationError("no", status=401)
    times = iter([error])
    server = JobServer(
        make_uuids(10000),
        finish_at=dict.fromkeys(make_uuids(10000), 0.0),
        fault=lambda it: next(times, None) if it.target == "job-9001" else None,
    )
    completed = iterate(server, ["job-9000", "job-9001", "job-9002"])

    assert ["job-9000", "job-9002"] == [(await anext(completed)).uuid for _ in "ab"]
    with pytest.raises(AuthenticationError) as caught:
        await anext(completed)
    assert error is caught.value
    assert 0.0 == server.now
    assert ["job-9001"] == await drain(completed)
    assert 2 == server.targets("get").count("job-9001")


async def test_page_before_an_error() -> None:
    """Jobs on the first page come before the error of the second page."""
    error = AuthenticationError("no", status=401)
    server = JobServer(
        make_uuids(400),
        finish_at=dict.fromkeys(make_uuids(400), 0.0),
        fault=lambda request: error if request.target == "2" else None,
    )
    completed = iterate(server, [*make_uuids(3), *make_uuids(400)[200:]])

    assert make_uuids(3) == [(await anext(completed)).uuid for _ in range(3)]
    with pytest.raises(AuthenticationError):
        await anext(completed)


async def test_most_severe_error() -> None:
    """Of the errors of one round, the permanent one is raised."""

    def fault(request: Request) -> Exception | None:
        if request.kind == "page" or request.at < 0.5:
            return None
        if request.target == "job-9001":
            return AuthenticationError("no", status=401)
        return ServerError("busy", status=503)

    server = JobServer(make_uuids(10000), fault=fault)
    with pytest.raises(AuthenticationError):
        await drain(iterate(server, ["job-9000", "job-9001", "job-9002"]))


async def test_concurrent_gets() -> None:
    """Jobs are fetched 16 at a time, so that no call waits long in the queue."""
    deep = make_uuids(40)
    server = JobServer(
        make_uuids(20000, prefix="other") + deep,
        finish_at=dict.fromkeys(deep, 0.0),
        delay=lambda: 0.5,
    )

    assert sorted(deep) == sorted(await drain(iterate(server, deep)))
    assert 16 == server.most_in_flight


async def test_repr() -> None:
    """The repr shows how many jobs have finished."""
    server = JobServer(make_uuids(3), finish_at={"job-1": 0.0})
    completed = iterate(server, make_uuids(3))
    before = repr(completed)
    await anext(completed)

    assert "<CompletedJobs 0 of 3 finished>" == before
    assert "<CompletedJobs 1 of 3 finished>" == repr(completed)


@settings(max_examples=60)
@given(
    positions=st.lists(st.integers(0, 2999), min_size=1, max_size=30, unique=True),
    ends=st.lists(st.floats(0.0, 100.0), min_size=30, max_size=30),
    growth=st.integers(0, 20),
    seed=st.integers(0, 2**32),
)
def test_every_job_once(
    positions: list[int], ends: list[float], growth: int, seed: int
) -> None:
    """However the list grows and requests fail, each job is yielded once."""
    rng = random.Random(seed)
    finish_at = {f"job-{p}": end for p, end in zip(positions, ends, strict=False)}

    def fault(request: Request) -> Exception | None:
        # The first round, of up to 15 pages, must not fail.
        is_failing = request.at > 2.0 and rng.random() < 0.1
        return ServerError("random", status=503) if is_failing else None

    async def run() -> list[IndexingJob]:
        server = JobServer(
            make_uuids(3000),
            finish_at=finish_at,
            added=lambda now: int(growth * now),
            delay=lambda: rng.random() / 10,
            fault=fault,
        )
        return [job async for job in iterate(server, finish_at)]

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        jobs = runner.run(run())

    assert sorted(finish_at) == sorted(job.uuid for job in jobs)
    assert all(job.is_finished for job in jobs)
    assert all(job.finished_at and job.finished_at >= EPOCH for job in jobs)
