"""Taking jobs as they end."""

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
    BEGINNING,
    JobServer,
    Request,
    between,
    name,
)


def complete(
    server: JobServer,
    uuids: Iterable[str],
    *,
    timeout: float = 600.0,
    cancel_on_timeout: bool = False,
) -> CompletedJobs:
    """Take these jobs as they end."""
    return CompletedJobs(
        server, uuids, timeout=timeout, cancel_on_timeout=cancel_on_timeout
    )


async def drain(completed: CompletedJobs) -> list[str]:
    """Take the ids of all that ends."""
    return [job.uuid async for job in completed]


def rounds(server: JobServer) -> list[float]:
    """Give when the first page was read: the starts of the rounds."""
    return [request.at for request in server.asked if request.what == "1"]


async def test_a_hundred_jobs() -> None:
    """A hundred jobs among the newest 200 cost one request a round, and no get."""
    jobs = name(100)
    random.Random(7).shuffle(jobs)
    ends = {uuid: 0.6 * index for index, uuid in enumerate(jobs, start=1)}
    server = JobServer(name(1000), ends=ends, delay=lambda: 0.2)
    came: list[float] = []
    order: list[str] = []
    async for job in complete(server, sorted(jobs)):
        order.append(job.uuid)
        came.append(server.now)

    assert jobs == order
    assert {"1"} == set(server.asked_for("page")) == {r.what for r in server.asked}
    assert len(server.asked) <= 14
    # Each comes with the first round that began after its end.
    gaps = [0.0, *[after - before for before, after in pairwise(rounds(server))]]
    lags = [at - ends[uuid] for at, uuid in zip(came, order, strict=True)]
    assert max(lags) <= max(gaps) + 0.2
    for at, uuid in zip(came, order, strict=True):
        first = next(each for each in rounds(server) if each + 0.1 >= ends[uuid])
        assert first + 0.2 == pytest.approx(at)


async def test_cadence() -> None:
    """The rounds begin 1 s apart, then ever more rarely, 30 s before the last two."""
    server = JobServer(name(3))
    with pytest.raises(IndexingJobTimeoutError):
        await drain(complete(server, name(3)))
    gaps = [after - before for before, after in pairwise(rounds(server))]

    assert 0.8 <= gaps[0] <= 1.2
    assert 1.2 <= gaps[1] <= 1.8
    assert all(24.0 <= gap <= 36.0 for gap in gaps[9:-2])
    assert len(gaps) < 40


async def test_old_jobs_are_got() -> None:
    """Two jobs deep down a long list cost a get each, and no page but the first."""
    deep = ["job-4990", "job-4991"]
    ends = dict.fromkeys(["job-1", "job-2", *deep], 5.0)
    server = JobServer(name(5000), ends=ends)
    order = await drain(complete(server, ["job-1", "job-2", *deep]))

    assert sorted(["job-1", "job-2", *deep]) == sorted(order)
    assert {"1"} == set(server.asked_for("page"))
    assert set(deep) == set(server.asked_for("get"))


async def test_the_list_grows() -> None:
    """Jobs that slip to deeper pages are followed there; only the last few are got."""
    jobs = name(100)
    ends = {uuid: 2.0 * index for index, uuid in enumerate(jobs, start=1)}
    server = JobServer(name(400), ends=ends, added=lambda now: int(3 * now))
    order = await drain(complete(server, jobs))

    assert jobs == order
    assert set(jobs[-3:]) >= set(server.asked_for("get"))
    assert {"1", "2", "3"} <= set(server.asked_for("page"))
    assert len(server.asked) <= 4 * len(rounds(server))


async def test_a_list_without_counts() -> None:
    """Where the server does not count its pages, links lead to the jobs."""
    server = JobServer(
        name(500), ends=dict.fromkeys(name(500), 3.0), counts_pages=False
    )

    assert 3 == len(await drain(complete(server, ["job-0", "job-250", "job-450"])))


async def test_one_alone_is_got() -> None:
    """One job in all is never looked for in the list."""
    server = JobServer(name(10), ends={"job-3": 5.0})

    assert ["job-3"] == await drain(complete(server, ["job-3", "job-3"]))
    assert {"get"} == {request.kind for request in server.asked}


async def test_failed_jobs_come_too() -> None:
    """A job that failed is one that ended."""
    endings = {"job-1": {"phase": "BATCH_JOB_PHASE_FAILED"}}
    server = JobServer(
        name(2), ends=dict.fromkeys(name(2), 1.0) | {"job-1": 0.5}, endings=endings
    )

    assert ["job-1", "job-0"] == await drain(complete(server, name(2)))


async def test_order_within_a_round() -> None:
    """Jobs found in one round come as they ended; those that do not tell, last."""
    ends = {"job-0": 0.4, "job-1": 0.1, "job-2": 0.3, "job-3": 0.2}
    endings = {"job-1": {"phase": "BATCH_JOB_PHASE_ERROR", "finished_at": None}}
    server = JobServer(name(4), ends=ends, endings=endings)

    assert ["job-3", "job-2", "job-0", "job-1"] == await drain(
        complete(server, name(4))
    )


async def test_nothing_to_wait_for() -> None:
    """Without ids it ends at once, and nothing is sent."""
    server = JobServer(name(4))

    assert [] == await drain(complete(server, []))
    assert [] == server.asked


async def test_nothing_before_the_first_step() -> None:
    """Making one sends nothing, and its clock does not run yet."""
    server = JobServer(name(2), ends=dict.fromkeys(name(2), 0.0))
    completed = complete(server, name(2), timeout=5.0)
    aiter(completed)
    await asyncio.sleep(10)

    assert [] == server.asked
    assert ["job-0", "job-1"] == await drain(completed)


@pytest.mark.parametrize(
    ("match", "arguments"),
    [
        (r"not a string: write \['job-1'\]", {"uuids": "job-1"}),
        ("uuids must be a list of ids, not int", {"uuids": 5}),
        ("uuid must be a string, not int", {"uuids": ["a", 5]}),
        *((match, {"uuids": ["a", uuid]}) for match, uuid in BAD_IDS),
        ("timeout must be a number of seconds above 0, not None", {"timeout": None}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": inf}),
    ],
)
async def test_impossible_arguments(match: str, arguments: dict[str, Any]) -> None:
    """What cannot work is refused when the object is made."""
    usual: dict[str, Any] = {
        "uuids": ["a"],
        "timeout": 1.0,
        "cancel_on_timeout": False,
    }
    server = JobServer([])
    with pytest.raises(ConfigurationError, match=match):
        CompletedJobs(server, **(usual | arguments))

    assert [] == server.asked


async def test_leaving_the_loop() -> None:
    """A break leaves no task behind, and a second loop goes on from there."""
    ends = {uuid: float(index) for index, uuid in enumerate(name(6))}
    server = JobServer(name(6), ends=ends)
    completed = complete(server, name(6))
    first = [job.uuid for job in await take(completed, 2)]
    await asyncio.sleep(30)
    asked = len(server.asked)
    second = [job.uuid for job in await take(completed, 4)]

    assert name(6) == first + second
    assert 1 == len(asyncio.all_tasks())
    # The consumer was slow: the next round follows at once, and is the only one.
    assert asked + 1 == len(server.asked)


async def test_away_when_the_time_was_up() -> None:
    """Jobs that ended while the consumer was away come, the others are told of."""
    ends = {"job-0": 0.0, "job-1": 100.0, "job-2": 50.0}
    server = JobServer(name(5), ends=ends, delay=lambda: 0.2)
    completed = complete(server, name(5))
    first = await anext(completed)
    await asyncio.sleep(3600)
    asked = len(server.asked)
    late = await take(completed, 2)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 5 ") as caught:
        await anext(completed)

    assert ["job-0", "job-2", "job-1"] == [job.uuid for job in [first, *late]]
    assert name(5) == [job.uuid for job in caught.value.jobs]
    assert asked + 1 == len(server.asked)
    assert 3600.4 == pytest.approx(server.now)
    assert 3600.4 == pytest.approx(caught.value.elapsed)
    assert [] == await drain(completed)


async def test_away_until_all_had_ended() -> None:
    """Where all have ended by the late look, there is no timeout."""
    server = JobServer(name(3), ends={"job-0": 0.0, "job-1": 599.0, "job-2": 700.0})
    completed = complete(server, name(3))
    await anext(completed)
    await asyncio.sleep(1000)

    assert ["job-1", "job-2"] == await drain(completed)


async def test_away_with_cancelling() -> None:
    """Of the jobs that the late look shows, none that has ended is cancelled."""
    ends = {"job-0": 0.0, "job-1": 100.0}
    server = JobServer(name(3), ends=ends)
    completed = complete(server, name(3), cancel_on_timeout=True)
    await anext(completed)
    await asyncio.sleep(1000)

    assert "job-1" == (await anext(completed)).uuid
    with pytest.raises(
        IndexingJobTimeoutError, match=r"1 of 3 .*; 1 of them cancelled"
    ):
        await anext(completed)
    assert ["job-2"] == server.asked_for("cancel")


async def test_a_late_look_has_an_end() -> None:
    """A look behind the deadline is cut off after 10 s, and is the only one."""
    delays = iter([0.0, 0.0])
    server = JobServer(name(3), ends={"job-0": 0.0}, delay=lambda: next(delays, 1e6))
    completed = complete(server, name(3))
    await anext(completed)
    await asyncio.sleep(1000)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3 "):
        await anext(completed)

    assert 1010.0 == pytest.approx(server.now)
    assert 2 == len(server.asked)


async def test_a_late_look_that_fails() -> None:
    """A passing failure of the look behind the deadline is the timeout's cause."""
    error = ServerError("busy", status=503, retry_after=5.0)
    server = JobServer(name(3), ends={"job-0": 0.0}, fault=between(1, 1e9, error))
    completed = complete(server, name(3))
    await anext(completed)
    await asyncio.sleep(1000)
    with pytest.raises(IndexingJobTimeoutError, match="2 of 3 ") as caught:
        await anext(completed)

    assert error is caught.value.__cause__
    assert 2 == len(server.asked)
    assert 1000.0 == server.now


async def test_a_look_that_was_cut_is_not_made_up_for() -> None:
    """What a look showed before the deadline cut it comes; no look follows it."""
    slow = {"job-9001": 1e6}

    class Slow(JobServer):
        async def get(self, uuid: str, /) -> IndexingJob:
            await asyncio.sleep(slow.get(uuid, 0.0))
            return await super().get(uuid)

    deep = ["job-9000", "job-9001"]
    server = Slow(name(10000), ends=dict.fromkeys(deep, 0.0))
    completed = complete(server, deep, timeout=5)
    first, at = await anext(completed), server.now
    await asyncio.sleep(100)
    slow.clear()
    with pytest.raises(IndexingJobTimeoutError, match="1 of 2 "):
        await anext(completed)

    assert "job-9000" == first.uuid
    assert 5.0 == pytest.approx(at)
    assert ["job-9000"] == server.asked_for("get")
    assert 105.0 == pytest.approx(server.now)


async def test_shared_by_tasks() -> None:
    """Tasks that share one get each job once, among them."""
    ends = {uuid: float(index % 7) for index, uuid in enumerate(name(20))}
    server = JobServer(name(20), ends=ends, delay=lambda: 0.3)
    completed = complete(server, name(20))
    parts = await asyncio.gather(*[drain(completed) for _ in range(3)])

    assert sorted(name(20)) == sorted(uuid for part in parts for uuid in part)
    assert 1 == server.most_in_flight


@pytest.mark.parametrize("patience", [0.05, 0.25, 0.5, 3.0])
async def test_cancelling_a_step_loses_nothing(patience: float) -> None:
    """Steps that are given up and taken again still bring every job once."""
    ends = {uuid: 2.0 * index for index, uuid in enumerate(name(9))}
    delays = iter([0.0, 0.4, 0.0, 0.4] + [0.02] * 10**4)
    server = JobServer(name(9), ends=ends, delay=lambda: next(delays))
    completed = complete(server, name(9))
    got: list[str] = []
    while len(got) < 9:
        try:
            async with asyncio.timeout(patience):
                got.append((await anext(completed)).uuid)
        except TimeoutError:
            continue

    assert name(9) == got
    assert 0 == server.in_flight


async def test_cancellation_passes() -> None:
    """Cancelling the task that waits ends it at once, and cancels no job."""
    server = JobServer(name(3), delay=lambda: 10.0)
    waiting = asyncio.ensure_future(
        drain(complete(server, name(3), cancel_on_timeout=True))
    )
    await asyncio.sleep(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert 1.0 == server.now
    assert [] == server.asked_for("cancel")
    assert 0 == server.in_flight


async def test_an_id_that_does_not_exist() -> None:
    """What had ended comes first, then the error; whoever goes on gets it again."""
    server = JobServer(name(2), ends=dict.fromkeys(name(2), 0.0))
    completed = complete(server, ["job-0", "nowhere", "job-1"])

    assert ["job-0", "job-1"] == [(await anext(completed)).uuid for _ in range(2)]
    assert 0.0 == server.now
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await anext(completed)
    assert ["nowhere", "nowhere"] == server.asked_for("get")


async def test_a_token_that_is_revoked_for_a_while() -> None:
    """What stays raises at once; iterating on looks again, by the schedule."""
    ends = dict.fromkeys(name(3), 20.0)
    fault = between(5, 30, AuthenticationError("no", status=401))
    server = JobServer(name(3), ends=ends, fault=fault)
    completed = complete(server, name(3))
    got: list[str] = []
    failures = 0
    while len(got) < 3:
        try:
            got += await drain(completed)
        except AuthenticationError:
            failures += 1

    assert sorted(name(3)) == sorted(got)
    assert 1 <= failures <= 6
    assert server.now < 60


async def test_an_error_is_no_end() -> None:
    """What other gets showed comes before the error of one, which comes once."""
    error = AuthenticationError("no", status=401)
    times = iter([error])
    server = JobServer(
        name(10000),
        ends=dict.fromkeys(name(10000), 0.0),
        fault=lambda it: next(times, None) if it.what == "job-9001" else None,
    )
    completed = complete(server, ["job-9000", "job-9001", "job-9002"])

    assert ["job-9000", "job-9002"] == [(await anext(completed)).uuid for _ in "ab"]
    with pytest.raises(AuthenticationError) as caught:
        await anext(completed)
    assert error is caught.value
    assert 0.0 == server.now
    assert ["job-9001"] == await drain(completed)
    assert 2 == server.asked_for("get").count("job-9001")


async def test_a_page_before_an_error() -> None:
    """What the first page of a round showed comes before the error of the second."""
    error = AuthenticationError("no", status=401)
    server = JobServer(
        name(400),
        ends=dict.fromkeys(name(400), 0.0),
        fault=lambda request: error if request.what == "2" else None,
    )
    completed = complete(server, [*name(3), *name(400)[200:]])

    assert name(3) == [(await anext(completed)).uuid for _ in range(3)]
    with pytest.raises(AuthenticationError):
        await anext(completed)


async def test_gravest_first() -> None:
    """Of the errors of one round, the one that stays is raised."""

    def fault(request: Request) -> Exception | None:
        if request.kind == "page" or request.at < 0.5:
            return None
        if request.what == "job-9001":
            return AuthenticationError("no", status=401)
        return ServerError("busy", status=503)

    server = JobServer(name(10000), fault=fault)
    with pytest.raises(AuthenticationError):
        await drain(complete(server, ["job-9000", "job-9001", "job-9002"]))


async def test_a_few_at_a_time() -> None:
    """Many gets are made 16 at a time, so that none waits long in the queue."""
    deep = name(40)
    server = JobServer(
        name(20000, prefix="other") + deep,
        ends=dict.fromkeys(deep, 0.0),
        delay=lambda: 0.5,
    )

    assert sorted(deep) == sorted(await drain(complete(server, deep)))
    assert 16 == server.most_in_flight


def test_plain_for_is_pointed_out() -> None:
    """A `for` without `async` says what to write instead."""
    with asyncio.Runner() as runner:
        completed = runner.run(_make())
    with pytest.raises(
        TypeError, match="CompletedJobs is asynchronous: use `async for`"
    ):
        iter(completed)  # type: ignore[call-overload]


async def _make() -> CompletedJobs:
    return complete(JobServer([]), ["a"])


async def test_repr_shows_how_many_have_ended() -> None:
    """The repr tells how far it has come."""
    server = JobServer(name(3), ends={"job-1": 0.0})
    completed = complete(server, name(3))
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
    """Wherever jobs stand, however the list grows and fails, each comes once."""
    chance = random.Random(seed)
    moments = {f"job-{p}": end for p, end in zip(positions, ends, strict=False)}

    def fault(request: Request) -> Exception | None:
        unlucky = request.at > 0.5 and chance.random() < 0.1
        return ServerError("by chance", status=503) if unlucky else None

    async def run() -> list[IndexingJob]:
        server = JobServer(
            name(3000),
            ends=moments,
            added=lambda now: int(growth * now),
            delay=lambda: chance.random() / 10,
            fault=fault,
        )
        return [job async for job in complete(server, moments)]

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        jobs = runner.run(run())

    assert sorted(moments) == sorted(job.uuid for job in jobs)
    assert all(job.is_finished for job in jobs)
    assert all(job.finished_at and job.finished_at >= BEGINNING for job in jobs)
