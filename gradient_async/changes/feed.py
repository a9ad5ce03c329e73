"""What happens to jobs, as it happens, for any number of listeners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Self, TypedDict, Unpack

from gradient_async.changes.account_poller import AccountPoller
from gradient_async.changes.feed_events import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
)
from gradient_async.changes.feed_listener import FeedListener
from gradient_async.changes.feed_pace import FeedPace
from gradient_async.changes.source import ChangeSource
from gradient_async.checks import check_int, check_seconds
from gradient_async.errors import ClientClosedError, GradientError
from gradient_async.transport.sliding_log import RateLimit

INTERVAL: Final = 2.0
IDLE_INTERVAL: Final = 30.0
SHARE: Final = 0.25
QUEUE_SIZE: Final = 1000


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


class Feed:
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
        find_sources: Callable[[], Mapping[str, ChangeSource]],
        *,
        path: str,
        rate_limit: RateLimit,
        count_sharers: Callable[[str], int] = lambda _: 1,
        **options: Unpack[FeedOptions],
    ) -> None:
        queue_size = options.get("queue_size", QUEUE_SIZE)
        check_int("queue_size", queue_size, minimum=1)
        pace = FeedPace(
            rate_limit=rate_limit,
            interval=options.get("interval", INTERVAL),
            idle_interval=options.get("idle_interval", IDLE_INTERVAL),
            share=options.get("share", SHARE),
        )
        self._find_sources = find_sources
        self._path = path
        self._pace = pace
        self._queue_size = queue_size
        self._count_sharers = count_sharers
        self._listeners: set[FeedListener] = set()
        self._pollers: dict[str, AccountPoller] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._troubles: dict[str, AccountEvent] = {}
        self._is_closed = False

    def listen(self, *, heartbeat: float | None = None) -> FeedListener:
        """
        Return an iterator over what happens from now on.

        First come the unfinished jobs, as events of the kind `running`, and accounts
        that are in trouble. Polling begins with the first item, and ends once nobody
        iterates any more.

        A listener that is more than `queue_size` events behind loses them: it receives
        a `Lagged` that tells which, and a new snapshot. Others are not affected.

        Args:
            heartbeat: Seconds without an event after which None is yielded; None, the
                default, never yields None.

        Raises:
            ConfigurationError: `heartbeat` is not a number above 0.
        """
        if heartbeat is not None:
            check_seconds("heartbeat", heartbeat)
        return FeedListener(
            self._join, self._leave, heartbeat=heartbeat, queue_size=self._queue_size
        )

    @property
    def listeners(self) -> int:
        """Number of listeners now."""
        return len(self._listeners)

    def refresh(self) -> None:
        """Start polling accounts that were added, and stop for those removed."""
        if not self._listeners:
            return
        sources = self._find_sources()
        for name in self._tasks.keys() - sources.keys():
            self._stop(name)
            self._publish(AccountEvent(account=name, kind=AccountEventKind.REMOVED))
        for name in sources.keys() - self._tasks.keys():
            self._start(name, sources[name])

    async def aclose(self) -> None:
        """End all listeners and all polling; closing again is fine."""
        self._is_closed = True
        for listener in tuple(self._listeners):
            listener.fail(None)
        self._listeners.clear()
        self._stop_all()
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Return the feed, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the feed."""
        await self.aclose()

    def __repr__(self) -> str:
        """Return the number of accounts that are polled, and of listeners."""
        return f"<Feed of {len(self._tasks)} accounts, {self.listeners} listeners>"

    def _join(self, listener: FeedListener) -> None:
        if self._is_closed:
            msg = "the feed is closed"
            raise ClientClosedError(msg)
        listener.start(self._snapshot())
        self._listeners.add(listener)
        self.refresh()

    def _leave(self, listener: FeedListener) -> None:
        if listener in self._listeners:
            self._listeners.discard(listener)
            if not self._listeners:
                self._stop_all()

    def _snapshot(self) -> list[FeedEvent]:
        jobs = [
            it for poller in self._pollers.values() for it in poller.running.values()
        ]
        return [*self._troubles.values(), *jobs]

    def _publish(self, event: FeedEvent) -> None:
        for listener in tuple(self._listeners):
            listener.put(event, self._snapshot)

    def _start(self, name: str, source: ChangeSource) -> None:
        poller = AccountPoller(name, source, path=self._path, publish=self._publish)
        self._pollers[name] = poller
        self._tasks[name] = asyncio.ensure_future(self._poll_forever(name, poller))

    def _stop(self, name: str) -> None:
        """Stop polling an account, and forget what was known of it."""
        del self._pollers[name]
        self._troubles.pop(name, None)
        task = self._tasks.pop(name)
        if not task.get_loop().is_closed() and task.cancel():
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _stop_all(self) -> None:
        for name in tuple(self._tasks):
            self._stop(name)

    async def _poll_forever(self, name: str, poller: AccountPoller) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            try:
                await self._poll(name, poller)
            except Exception as error:  # noqa: BLE001  (every listener raises it)
                self._fail(error)
                return
            wait = self._pace.seconds_until_next(
                requests=poller.requests,
                is_active=bool(poller.running) and name not in self._troubles,
                sharers=self._count_sharers(name),
            )
            await asyncio.sleep(started + wait - clock())

    async def _poll(self, name: str, poller: AccountPoller) -> None:
        """Poll an account once; failing to is an event."""
        try:
            await poller.poll()
        except ClientClosedError:
            raise
        except GradientError as error:
            self._record_trouble(name, error)
        else:
            if self._troubles.pop(name, None) is not None:
                kind = AccountEventKind.RECOVERED
                self._publish(AccountEvent(account=name, kind=kind))

    def _record_trouble(self, name: str, error: GradientError) -> None:
        """Publish that an account cannot be polled, once for each reason."""
        known = self._troubles.get(name)
        kind = AccountEventKind.TROUBLE
        event = AccountEvent(account=name, kind=kind, error=error.with_traceback(None))
        self._troubles[name] = event
        if known is None or type(known.error) is not type(error):
            self._publish(event)

    def _fail(self, error: Exception) -> None:
        """End all listeners with an error."""
        for listener in tuple(self._listeners):
            listener.fail(error)
        self._listeners.clear()
        self._stop_all()
