"""What happens to jobs, as it happens, for any number of listeners."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from copy import copy
from typing import TypedDict
from weakref import WeakSet

from gradient_async.asynchronous import AsyncCloseable
from gradient_async.changes.account_poller import AccountPoller
from gradient_async.changes.event_sink import LocalSink
from gradient_async.changes.feed_events import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
)
from gradient_async.changes.feed_listener import FeedListener
from gradient_async.changes.feed_pace import FeedPace
from gradient_async.changes.source import PolledAccounts, PollSource
from gradient_async.checks import check_int, check_seconds
from gradient_async.errors import ClientClosedError, GradientError
from gradient_async.loops import finish
from gradient_async.tick_limit import TickLimit


class FeedOptions(TypedDict, total=False):
    """The keyword arguments of feeds."""

    interval: float
    """Seconds between two polls of an account with unfinished jobs; 2 by default."""
    idle_interval: float
    """Seconds between two polls of any other account; 30 by default."""
    share: float
    """
    Share of each token's rate limit that polling may use, above 0 and up to 1.

    A quarter by default; with the default limits, that is a request every 2.9 s.
    """
    queue_size: int
    """Number of events that a listener may fall behind; 1,000 by default."""


class Feed(AsyncCloseable):
    """
    What happens to the indexing jobs, as it happens, for any number of listeners.

        async with client.feed() as feed:
            async for event in feed.listen():
                print(event.kind, event.to_dict())

    Each account is polled by one task, however many listeners there are, and only
    while there is one: every 2 s while jobs run, every 30 s while none does, and less
    often where that would use more than a quarter of the token's rate limit. So with
    default limits it is every 2.9 s.

    Between two polls nothing is missed: a job that started and ended in between
    `appeared` ended. An account that cannot be polled is an event, too, and polling
    goes on.
    """

    def __init__(
        self,
        accounts: PolledAccounts,
        *,
        interval: float = 2.0,
        idle_interval: float = 30.0,
        share: float = 0.25,
        queue_size: int = 1000,
    ) -> None:
        check_int("queue_size", queue_size, minimum=1)
        self._pace = FeedPace(
            rate_limit=accounts.rate_limit,
            interval=interval,
            idle_interval=idle_interval,
            share=share,
        )
        self._accounts = accounts
        self._queue_size = queue_size
        # Weak, so that a listener that is dropped without being closed ends.
        self._listeners = WeakSet[FeedListener]()
        self._pollers: dict[str, AccountPoller] = {}
        self._sinks: dict[str, LocalSink] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        # Accounts to poll, and what opens their sources.
        self._waiting = deque[tuple[str, Callable[[], PollSource]]]()
        self._starts = TickLimit(self._start_waiting)
        # When polling may go on, of accounts that are not polled now.
        self._resume_at: dict[str, float] = {}
        self._is_closed = False

    def listen(self, *, heartbeat: float | None = None) -> FeedListener:
        """
        Return an iterator over what happens from now on.

        First comes a snapshot: accounts that are in trouble, and the unfinished jobs,
        as events of the kind `running`. Polling begins when the first item is
        requested, and ends once nobody iterates any more.

        A listener that is more than `queue_size` events behind loses them: it receives
        a `Lagged` that names their jobs, and a new snapshot. Others are not affected.

        Args:
            heartbeat: Seconds without an event after which None is yielded; None, the
                default, never yields None.

        Raises:
            ConfigurationError: `heartbeat` is not a number above 0.
        """
        if heartbeat is not None:
            check_seconds("heartbeat", heartbeat)
        return FeedListener(
            self._join,
            self._leave,
            self._snapshot,
            heartbeat=heartbeat,
            queue_size=self._queue_size,
        )

    @property
    def listeners(self) -> int:
        """Number of listeners now."""
        return len(self._listeners)

    def refresh(self) -> None:
        """Start polling accounts that were added, and stop for those removed."""
        if not self._listeners:
            return
        try:
            sources = self._accounts.find_sources()
        except ClientClosedError as error:
            self._fail(error)
            return
        for name in self._tasks.keys() - sources.keys():
            self._stop(name)
            self._publish(AccountEvent(account=name, kind=AccountEventKind.REMOVED))
        new = (it for it in sources.items() if it[0] not in self._tasks)
        self._waiting = deque(new)
        self._start_waiting()

    async def aclose(self) -> None:
        """End all listeners and all polling; closing again is fine."""
        self._is_closed = True
        self._fail(None)
        if self._ending:
            await finish(asyncio.wait([*self._ending]))

    def __repr__(self) -> str:
        """Return the number of accounts that are polled, and of listeners."""
        return f"<Feed of {len(self._tasks)} accounts, {self.listeners} listeners>"

    def _join(self, listener: FeedListener) -> None:
        if self._is_closed:
            msg = "the feed is closed"
            raise ClientClosedError(msg)
        self._listeners.add(listener)
        self.refresh()

    def _leave(self, listener: FeedListener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            self._stop_all()

    def _snapshot(self) -> list[FeedEvent]:
        return [event for it in self._sinks.values() for event in it.snapshot]

    def _publish(self, event: FeedEvent) -> None:
        for listener in tuple(self._listeners):
            listener.put(event)

    def _start_waiting(self) -> None:
        while self._waiting and self._starts.admit():
            name, open_source = self._waiting.popleft()
            self._start(name, open_source())

    def _start(self, name: str, source: PollSource) -> None:
        self._sinks[name] = sink = LocalSink(self._publish)
        poller = AccountPoller(name, source, path=self._accounts.path, sink=sink)
        poller.resume_at = self._resume_at.pop(name, poller.resume_at)
        polling = poller.run(self._pace, lambda: self._accounts.count_sharers(name))
        self._pollers[name] = poller
        # Not in the context of the listener that happens to be the first.
        loop = asyncio.get_running_loop()
        self._tasks[name] = task = loop.create_task(polling, context=Context())
        task.add_done_callback(self._on_end)

    def _on_end(self, task: asyncio.Task[None]) -> None:
        """End all listeners with the error of a task that was not stopped."""
        self._ending.discard(task)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if task in self._tasks.values():
            self._fail(error)

    def _stop(self, name: str) -> None:
        """Stop polling an account, and forget what was known of it."""
        del self._sinks[name]
        self._resume_at[name] = self._pollers.pop(name).resume_at
        task = self._tasks.pop(name)
        if not task.get_loop().is_closed() and task.cancel():
            self._ending.add(task)

    def _stop_all(self) -> None:
        self._waiting.clear()
        for name in tuple(self._tasks):
            self._stop(name)

    def _fail(self, error: BaseException | None) -> None:
        """End all listeners, with an error if given, and all polling."""
        for listener in tuple(self._listeners):
            # Errors that are raised in several tasks collect all their tracebacks.
            own = copy(error) if isinstance(error, GradientError) else error
            listener.fail(own)
        self._listeners.clear()
        self._stop_all()
