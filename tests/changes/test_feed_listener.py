"""A listener: its bounded queue, what it gets when it was too slow, heartbeats."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable

import pytest

from gradient_async import Lagged
from gradient_async.changes import JobEvent
from gradient_async.errors import ClientClosedError, ConfigurationError, ServerError
from tests.changes.feed_accounts import (
    PolledJobs,
    feed_of,
    listening,
    settle,
    texts,
)
from tests.support.streams import take

ROUND = 2.88


def numbered(kind: str, numbers: Iterable[int]) -> list[str]:
    """Return the texts of events of one kind."""
    return [f"a: {kind} job-{number}" for number in numbers]


async def test_slow_listeners_get_a_new_snapshot() -> None:
    """A listener that is too slow gets Lagged and a snapshot; others get everything."""
    jobs = PolledJobs(2)
    feed = feed_of({"a": jobs}, queue_size=5)
    slow = feed.listen()
    await anext(slow)
    async with listening(feed) as events:
        jobs.end("job-1")
        for _ in range(8):
            jobs.add()
            await settle(ROUND)
        lagged, *snapshot = await take(slow, 10)
        assert isinstance(lagged, Lagged)
        # Of its own snapshot, job 1 was still unread.
        assert ("lagged", 10) == (lagged.kind, lagged.count)
        assert {"job-6", "job-7", "job-8", "job-9", "job-10"} == set(lagged.uuids)
        assert numbered("running", range(2, 11)) == texts(snapshot)

    assert [
        *numbered("running", [2, 1]),
        "a: ended job-1",
        *numbered("appeared", range(3, 11)),
    ] == texts(events)


async def test_listening_goes_on_after_lagging() -> None:
    """After Lagged and the snapshot come further events, as for everybody."""
    jobs = PolledJobs(1)
    feed = feed_of({"a": jobs}, queue_size=2)
    listener = feed.listen()
    await anext(listener)
    for _ in range(3):
        jobs.add()
    await settle(ROUND)
    lagged = await anext(listener)
    jobs.end("job-1")
    await settle(ROUND)

    assert Lagged(count=3, uuids=("job-3", "job-4")) == lagged
    assert [
        *numbered("running", range(1, 5)),
        "a: ended job-1",
    ] == texts(await take(listener, 5))


async def test_nothing_is_lost_up_to_the_queue_size() -> None:
    """As many events as the queue holds wait in it."""
    jobs = PolledJobs(1)
    listener = feed_of({"a": jobs}, queue_size=3).listen()
    await anext(listener)
    for _ in range(3):
        jobs.add()
    await settle(1000)

    assert numbered("appeared", [2, 3, 4]) == texts(await take(listener, 3))


async def test_snapshots_do_not_count() -> None:
    """A snapshot longer than the queue is not lost, whatever happens meanwhile."""
    jobs = PolledJobs(50)
    feed = feed_of({"a": jobs}, queue_size=1)
    # The first listener gets the jobs as events, and lags at once.
    async with listening(feed) as events:
        later = feed.listen()
        first = await anext(later)
        jobs.end("job-7")
        await settle(ROUND)
        rest = await take(later, 50)

    assert numbered("running", range(50, 0, -1)) == texts([first, *rest[:-1]])
    assert ["a: ended job-7"] == texts(rest[-1:])
    assert ["feed: lagged", *numbered("running", range(50, 0, -1))] == texts(
        events[:-1]
    )


async def test_loss_during_a_snapshot() -> None:
    """Events lost while a snapshot is unread: what was unread of it is taken anew."""
    jobs = PolledJobs(3)
    feed = feed_of({"a": jobs}, queue_size=1)
    async with listening(feed):
        later = feed.listen()
        await anext(later)
        jobs.end("job-1")
        jobs.end("job-2")
        await settle(ROUND)

        assert ["feed: lagged", "a: running job-3"] == texts(await take(later, 2))


async def test_latest_ids_are_kept() -> None:
    """Of more jobs than fit, those with the latest lost events are named."""
    jobs = PolledJobs(3)
    listener = feed_of({"a": jobs}, queue_size=3).listen()
    for _ in range(3):
        await anext(listener)
    for number in (1, 2, 3, 1):
        jobs.progress(f"job-{number}")
        await settle(ROUND)
    jobs.add()
    await settle(ROUND)

    assert Lagged(count=5, uuids=("job-3", "job-1", "job-4")) == await anext(listener)


async def test_loss_of_account_events() -> None:
    """Trouble that is lost counts, and is in the new snapshot."""
    jobs = PolledJobs(1)
    listener = feed_of({"a": jobs}, queue_size=1).listen()
    await anext(listener)

    def fail(_: object) -> None:
        raise ServerError("busy", status=503)

    jobs.add()
    await settle(ROUND)
    jobs.before = fail
    await settle(ROUND)

    events = await take(listener, 4)
    assert Lagged(count=2, uuids=("job-2",)) == events[0]
    assert [
        "a: trouble ServerError",
        *numbered("running", [1, 2]),
    ] == texts(events[1:])


def count_events() -> int:
    """Return the number of events in memory."""
    gc.collect()
    return sum(isinstance(it, JobEvent) for it in gc.get_objects())


async def test_memory_of_a_listener_that_never_reads() -> None:
    """It holds no more than `queue_size` ids, however many events it loses."""
    jobs = PolledJobs(1)
    feed = feed_of({"a": jobs}, queue_size=10)
    others = count_events()
    stuck = feed.listen()
    await anext(stuck)
    for _ in range(30):
        for uuid in jobs.unfinished[:-1]:
            jobs.end(uuid)
        jobs.add()
        await settle(ROUND)
    # The event of the kind `running` of each job that runs, and none besides.
    held = count_events() - others
    lagged = await anext(stuck)

    assert 2 == held
    assert isinstance(lagged, Lagged)
    assert (30 + 29, 10) == (lagged.count, len(lagged.uuids))
    assert "job-31" == lagged.uuids[-1]


@pytest.mark.parametrize("error", [None, ClientClosedError("the client is closed")])
async def test_end_of_a_listener_that_lags(error: ClientClosedError | None) -> None:
    """Lagged and a snapshot come before the end, too."""
    jobs = PolledJobs(2)
    feed = feed_of({"a": jobs}, queue_size=1)
    listener = feed.listen()
    await anext(listener)
    for _ in range(2):
        jobs.add()
    await settle(ROUND)
    if error is None:
        await feed.aclose()
        end: type[BaseException] = StopAsyncIteration
    else:
        feed._fail(error)
        # What the feed finds out later is not for this listener.
        other = feed.listen()
        await anext(other)
        end = ClientClosedError

    events = [await anext(listener) for _ in range(5)]
    assert ["feed: lagged", *numbered("running", [2, 1, 3, 4])] == texts(events)
    with pytest.raises(end):
        await anext(listener)


async def test_tasks_that_share_a_listener() -> None:
    """Each event goes to one of the tasks, and all of them end with the listener."""
    jobs = PolledJobs(2)
    listener = feed_of({"a": jobs}).listen()
    tasks = [asyncio.create_task(anext(listener, None)) for _ in range(3)]
    await settle()
    await listener.aclose()
    events = [await task for task in tasks]

    assert [*numbered("running", [2, 1]), "heartbeat"] == texts(events)


async def test_cancellation_loses_no_event() -> None:
    """An `anext` that is given up takes nothing."""
    jobs = PolledJobs(1)
    listener = feed_of({"a": jobs}).listen()
    await anext(listener)
    asyncio.get_running_loop().call_later(50, jobs.add)
    given_up, event = 0, None
    while event is None:
        try:
            async with asyncio.timeout(0.1):
                event = await anext(listener)
        except TimeoutError:
            given_up += 1

    assert given_up > 400
    assert ["a: appeared job-2"] == texts([event])


async def test_heartbeats() -> None:
    """None comes after 15 s of silence, and again after each further 15 s."""
    jobs = PolledJobs(1)
    async with listening(feed_of({"a": jobs}), heartbeat=15) as events:
        await settle(46)

    assert ["a: running job-1", *["heartbeat"] * 3] == texts(events)


async def test_no_heartbeats_while_events_come() -> None:
    """Events that come in time take the place of heartbeats."""
    jobs = PolledJobs(1)
    async with listening(feed_of({"a": jobs}), heartbeat=15) as events:
        for _ in range(20):
            await settle(10)
            jobs.progress("job-1")

    assert ["a: running job-1", *["a: changed job-1"] * 19] == texts(events)


async def test_no_heartbeats_by_default() -> None:
    """Without `heartbeat`, silence is silence."""
    async with listening(feed_of({"a": PolledJobs()})) as events:
        await settle(1e4)

    assert [] == events


@pytest.mark.parametrize("heartbeat", [0, -1, float("inf"), "15", True])
async def test_invalid_heartbeats(heartbeat: float) -> None:
    """A heartbeat that is no number of seconds is refused."""
    with pytest.raises(ConfigurationError, match="heartbeat must be a positive number"):
        feed_of({}).listen(heartbeat=heartbeat)
