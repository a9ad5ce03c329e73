"""A feed: what it costs, who receives what, and when it begins and ends."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

import pytest

from gradient_async import IndexingJob, Page, RateLimit
from gradient_async.changes import Feed, JobEvent
from gradient_async.changes.source import PolledAccounts
from gradient_async.errors import (
    ClientClosedError,
    ConfigurationError,
    PaginationError,
    ServerError,
)
from tests.changes.feed_accounts import (
    PolledJobs,
    feed_of,
    listening,
    settle,
    texts,
)
from tests.support.streams import take
from tests.support.virtual_time import VirtualTimeLoop, now

ROUND = 2.88
"""Seconds per request in a quarter of 5,000 requests an hour."""

BROWSER: ContextVar[str] = ContextVar("browser", default="nobody")


def only_this_task() -> bool:
    """Whether no other task is running."""
    return {asyncio.current_task()} == asyncio.all_tasks()


async def test_one_request_per_account_and_round() -> None:
    """A round costs one request per account, whatever runs and whoever listens."""
    accounts = {f"a{number}": PolledJobs(5) for number in range(30)}
    feed = feed_of(accounts)
    async with listening(feed) as one, listening(feed) as two, listening(feed) as three:
        assert 3 == feed.listeners
        assert "<Feed of 30 accounts, 3 listeners>" == repr(feed)
        await settle(10 * ROUND)

        assert {("1",) * 11} == {tuple(it.requests) for it in accounts.values()}
        assert [150, 150, 150] == [len(one), len(two), len(three)]
    assert 0 == feed.listeners


async def consume(feed: Feed, act: Callable[[object], object]) -> None:
    """Listen, and do something with each event."""
    async for event in feed.listen():
        act(event)


async def leave_by_break(feed: Feed) -> None:
    """Leave the loop."""
    await take(feed.listen(), 1)


async def leave_by_error(feed: Feed) -> None:
    """Raise in the loop."""
    with pytest.raises(ZeroDivisionError):
        await consume(feed, lambda _: 1 / 0)


async def leave_by_closing(feed: Feed) -> None:
    """Close the listener, twice."""
    async with feed.listen() as listener:
        await anext(listener)
    await listener.aclose()

    assert [] == [event async for event in listener]


async def leave_by_cancellation(feed: Feed) -> None:
    """Cancel the task that listens."""
    async with listening(feed):
        await settle(10)


async def leave_by_timeout(feed: Feed) -> None:
    """Run out of time."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10):
            await consume(feed, repr)


async def leave_by_dropping(feed: Feed) -> None:
    """Drop a listener that no loop was over."""
    await anext(feed.listen())


@pytest.mark.parametrize(
    "leave",
    [
        leave_by_break,
        leave_by_error,
        leave_by_closing,
        leave_by_cancellation,
        leave_by_timeout,
        leave_by_dropping,
    ],
)
async def test_polling_only_while_somebody_listens(
    leave: Callable[[Feed], Awaitable[None]],
) -> None:
    """Polling ends with the last listener, and starts again with a fresh snapshot."""
    jobs = PolledJobs(2)
    feed = feed_of({"a": jobs})
    listener = feed.listen()
    await settle(100)
    assert [] == jobs.requests

    await leave(feed)
    await settle()
    sent = len(jobs.requests)
    assert sent > 0
    await settle(1000)
    assert (sent, 0, True) == (len(jobs.requests), feed.listeners, only_this_task())

    jobs.end("job-2")
    jobs.add()
    events = await take(listener, 2)
    assert ["a: running job-3", "a: running job-1"] == texts(events)
    assert sent + 1 == len(jobs.requests)


async def test_others_go_on_when_one_leaves() -> None:
    """A listener that leaves takes nothing from the others."""
    jobs = PolledJobs(1)
    feed = feed_of({"a": jobs})
    async with listening(feed) as events:
        await leave_by_break(feed)
        await settle(5 * ROUND)

        assert 1 == feed.listeners
        assert 6 == len(jobs.requests)
    assert ["a: running job-1"] == texts(events)


@pytest.mark.parametrize(("running", "latest"), [(1, ROUND), (0, 30.0)])
async def test_new_jobs_come_at_most_one_interval_late(
    running: int, latest: float
) -> None:
    """A job that starts is told within an interval, 30 s if nothing ran."""
    jobs = PolledJobs(running)
    async with feed_of({"a": jobs}).listen() as listener:
        if running:
            await anext(listener)
        started = now() + 7.7
        asyncio.get_running_loop().call_at(started, jobs.add)
        event = await anext(listener)

    assert ["a: appeared job-" + str(running + 1)] == texts([event])
    assert 0 < now() - started <= latest


async def test_later_listeners_learn_from_memory() -> None:
    """A later listener gets the same snapshot, with trouble, without a request."""
    accounts = {"a": PolledJobs(2), "b": PolledJobs(1), "c": PolledJobs()}
    feed = feed_of(accounts)
    async with listening(feed):
        accounts["a"].end("job-1")
        accounts["a"].add()
        accounts["b"].before = raising(ServerError("busy", status=503))
        await settle(50)
        sent = [len(it.requests) for it in accounts.values()]
        events = await take(feed.listen(), 4)

    assert [
        "a: running job-2",
        "a: running job-3",
        "b: trouble ServerError",
        "b: running job-1",
    ] == texts(events)
    assert sent == [len(it.requests) for it in accounts.values()]


def raising(*errors: BaseException | None) -> Callable[[object], None]:
    """Return a function that raises these errors one by one, and the last for ever."""
    left = list(errors)

    def act(_: object) -> None:
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is not None:
            raise error

    return act


async def test_trouble_once_for_each_reason() -> None:
    """One event per reason, and one recovery, after what happened in between."""
    jobs = PolledJobs(2)
    async with listening(feed_of({"a": jobs})) as events:
        busy, confused = ServerError("busy", status=503), PaginationError("confused")
        jobs.before = raising(busy, busy, confused, confused, busy, None)
        jobs.end("job-1")
        new = jobs.add().uuid
        jobs.add(phase=jobs.jobs[-1].phase, status=jobs.jobs[-1].status)
        await settle(300)

    assert [
        "a: running job-2",
        "a: running job-1",
        "a: trouble ServerError",
        "a: trouble PaginationError",
        "a: trouble ServerError",
        "a: ended job-1",
        f"a: appeared {new}",
        "a: appeared job-4",
        "a: recovered",
    ] == texts(events)


async def test_trouble_from_the_start() -> None:
    """An account that cannot be polled at first has its snapshot afterwards."""
    jobs = PolledJobs(1, before=raising(ServerError("busy", status=503), None))
    async with listening(feed_of({"a": jobs})) as events:
        await settle(100)

    assert [
        "a: trouble ServerError",
        "a: running job-1",
        "a: recovered",
    ] == texts(events)


async def test_trouble_is_polled_slowly() -> None:
    """An account in trouble is polled every 30 s, even if jobs run."""
    jobs = PolledJobs(1)
    async with listening(feed_of({"a": jobs})):
        jobs.before = raising(ServerError("busy", status=503))
        await settle(ROUND + 300)

    assert 1 + 1 + 10 == len(jobs.requests)


async def test_errors_of_events() -> None:
    """The error of an event names the account, and holds no frames."""
    cause = ValueError("secret")
    error = ServerError("busy", status=503)
    error.__cause__ = cause
    jobs = PolledJobs(before=raising(error))
    feed = feed_of({"a": jobs})
    event = await anext(feed.listen())
    assert event is not None
    found = getattr(event, "error", None)

    assert isinstance(found, ServerError)
    assert ("busy", 503, "a") == (found.message, found.status, found.account)
    assert (None, None) == (found.__cause__, found.__traceback__)
    # Whoever else holds the error keeps its traceback.
    assert None is not error.__traceback__


async def test_bugs_reach_every_listener() -> None:
    """An error that is not the package's ends all loops and leaves no task."""
    jobs = PolledJobs(1)
    feed = feed_of({"a": jobs, "b": PolledJobs()})
    one, two = feed.listen(), feed.listen()
    await anext(one)
    await anext(two)
    jobs.before = raising(ZeroDivisionError("bug"), None)
    for listener in (one, two):
        with pytest.raises(ZeroDivisionError, match="bug"):
            await anext(listener)
        with pytest.raises(StopAsyncIteration):
            await anext(listener)
    await settle()

    assert (0, True) == (feed.listeners, only_this_task())
    assert ["a: running job-1"] == texts(await take(feed.listen(), 1))


async def test_polling_that_is_cancelled_elsewhere() -> None:
    """If somebody cancels the polling, listeners are not left waiting."""
    feed = feed_of({"a": PolledJobs(before=raising(asyncio.CancelledError()))})
    with pytest.raises(asyncio.CancelledError):
        await anext(feed.listen())


class StubbornJobs(PolledJobs):
    """Jobs whose requests fail when they are cancelled."""

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Raise when cancelled."""
        self.requests.append(str(page))
        try:
            return await asyncio.Future()
        except asyncio.CancelledError:
            raise ZeroDivisionError from None


async def test_polling_that_was_stopped_fails_nobody() -> None:
    """An error while polling is being stopped does not reach the next listener."""
    stubborn = StubbornJobs()
    accounts: dict[str, PolledJobs] = {"a": stubborn}
    feed = feed_of(accounts)
    async with listening(feed):
        pass
    accounts["a"] = PolledJobs(1)
    assert ["a: running job-1"] == texts(await take(feed.listen(), 1))
    assert ["1"] == stubborn.requests


async def test_closing_ends_loops_normally() -> None:
    """Closing ends all loops after the events so far; closing again is fine."""
    jobs = PolledJobs(3)
    async with feed_of({"a": jobs}) as feed:
        one, two = feed.listen(), feed.listen()
        await anext(one)
        waiting = asyncio.create_task(anext(two, None))
        loop = asyncio.create_task(consume(feed, repr))
        await settle()
    await feed.aclose()
    await loop

    assert ["a: running job-2", "a: running job-1"] == texts([it async for it in one])
    assert ["a: running job-3"] == texts([await waiting])
    assert (0, True) == (feed.listeners, only_this_task())


async def test_listening_to_a_closed_feed() -> None:
    """A feed that was closed is refused each time."""
    feed = feed_of({"a": PolledJobs(1)})
    await feed.aclose()
    listener = feed.listen()
    for _ in range(2):
        with pytest.raises(ClientClosedError, match="the feed is closed"):
            await anext(listener)


async def test_accounts_come_and_go() -> None:
    """An account that is added joins; one that is removed leaves, with its jobs."""
    accounts = {"a": PolledJobs(1)}
    feed = feed_of(accounts)
    feed.refresh()
    async with listening(feed) as events:
        accounts["b"] = PolledJobs(1)
        feed.refresh()
        await settle()
        gone = accounts.pop("a")
        feed.refresh()
        await settle()
        sent = len(gone.requests)
        accounts["b"].add()
        await settle(10)

        assert ["b: running job-1", "b: running job-2"] == texts(
            await take(feed.listen(), 2)
        )
    assert [
        "a: running job-1",
        "b: running job-1",
        "a: removed",
        "b: appeared job-2",
    ] == texts(events)
    assert sent == len(gone.requests)


async def test_account_that_is_replaced_by_another() -> None:
    """An account that is removed in trouble and added again begins anew."""
    accounts = {"a": PolledJobs(before=raising(ServerError("busy", status=503)))}
    feed = feed_of(accounts)
    async with listening(feed) as events:
        accounts.clear()
        feed.refresh()
        accounts["a"] = PolledJobs(1)
        feed.refresh()
        await settle(ROUND)

    assert ["a: trouble ServerError", "a: removed", "a: running job-1"] == texts(events)


async def test_no_accounts() -> None:
    """A feed of no accounts waits for some."""
    accounts: dict[str, PolledJobs] = {}
    feed = feed_of(accounts)
    async with listening(feed) as events:
        await settle(100)
        accounts["a"] = PolledJobs(1)
        feed.refresh()
        await settle()

    assert ["a: running job-1"] == texts(events)


async def test_snapshot_over_several_pages() -> None:
    """Unfinished jobs are found down to the first page without any."""
    jobs = PolledJobs(201)
    async with listening(feed_of({"a": jobs})) as events:
        assert 201 == len(events)
        assert ["1", "2"] == jobs.requests


async def test_leaving_before_all_accounts_are_polled() -> None:
    """Accounts whose turn has not come when the last listener leaves are not polled."""
    accounts = {str(at): PolledJobs(1) for at in range(100)}
    feed = feed_of(accounts)
    await leave_by_break(feed)
    await settle(100)

    assert "<Feed of 0 accounts, 0 listeners>" == repr(feed)
    assert 0 < sum(it.request_count for it in accounts.values()) < 100


async def test_feeds_are_collected() -> None:
    """A feed that nobody listens to any more is collected without being closed."""
    feed = feed_of({"a": PolledJobs(1)})
    await leave_by_break(feed)
    await settle()
    reference = weakref.ref(feed)
    del feed
    gc.collect()

    assert None is reference()


def test_event_loop_that_was_closed() -> None:
    """A listener can be dropped after its event loop was closed."""
    feed = feed_of({"a": PolledJobs(1)})
    listener = feed.listen()
    loop = VirtualTimeLoop()
    # It would log that a task was pending.
    loop.set_exception_handler(lambda *_: None)
    event = loop.run_until_complete(anext(listener))
    loop.close()
    del listener

    assert isinstance(event, JobEvent)
    assert "<Feed of 0 accounts, 0 listeners>" == repr(feed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": 0}, "interval must be a positive number of seconds, got 0"),
        ({"idle_interval": None}, "idle_interval must be a positive number"),
        ({"share": 0}, "share must be a positive number"),
        ({"share": 1.1}, "share must be above 0 and up to 1, got 1.1"),
        ({"queue_size": 0}, "queue_size must be an integer of at least 1, got 0"),
    ],
)
def test_options(options: dict[str, object], message: str) -> None:
    """Options out of range are refused."""
    with pytest.raises(ConfigurationError, match=message):
        Feed(PolledAccounts(dict, "/jobs", RateLimit()), **options)  # type: ignore[arg-type]  # the claim


def test_misspelt_options() -> None:
    """An unknown option is refused."""
    with pytest.raises(TypeError, match="intervall"):
        feed_of({}, intervall=5)  # type: ignore[call-arg]  # the claim


async def test_share_of_the_limit_where_listeners_come_and_go() -> None:
    """A listener that comes back every half second does not make a feed poll more."""
    jobs = PolledJobs(1)
    feed, now = feed_of({"a": jobs}), asyncio.get_running_loop().time
    began = now()
    for _ in range(1200):
        async with listening(feed):
            await settle(0.5)

    assert len(jobs.times) <= 1 + (now() - began) / ROUND


async def test_polls_have_no_context_of_a_listener() -> None:
    """What a listener set in its context does not show in the polls it started."""
    seen: list[str] = []

    class Jobs(PolledJobs):
        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            seen.append(BROWSER.get())
            return await super().fetch_page(page, per_page)

    BROWSER.set("first")
    async with listening(feed_of({"a": Jobs(1)})):
        await settle(5)

    assert {"nobody"} == set(seen)
