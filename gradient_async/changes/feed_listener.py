"""One listener of a feed, with a queue of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Self

from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import FeedEvent, Lagged
from gradient_async.paging.page_iteration import PageIteration


class FeedListener:
    """
    The events of a feed from now on, as an async iterator; see `Feed.listen`.

    Leaving the loop, also by `break`, ends listening.
    """

    def __init__(
        self,
        join: Callable[[FeedListener], None],
        leave: Callable[[FeedListener], None],
        *,
        heartbeat: float | None,
        queue_size: int,
    ) -> None:
        self._join = join
        self._leave = leave
        self._heartbeat = heartbeat
        self._queue_size = queue_size
        self._queue: deque[FeedEvent] = deque()
        self._woken = asyncio.Event()
        self._failure: Exception | None = None
        self._is_joined = False
        self._is_over = False

    def __aiter__(self) -> AsyncIterator[FeedEvent | None]:
        """Listen until the loop is left."""
        return PageIteration(self.__anext__, self._end)

    async def __anext__(self) -> FeedEvent | None:
        """
        Return the next event, or None after `heartbeat` seconds without one.

        Raises:
            ClientClosedError: The client was closed.
        """
        if not self._is_joined and not self._is_over:
            self._is_joined = True
            self._join(self)
        while not self._queue:
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if self._is_over:
                raise StopAsyncIteration
            if not await self._wait():
                return None
        return self._queue.popleft()

    async def _wait(self) -> bool:
        """Wait for an event or the end; return False after `heartbeat` seconds."""
        self._woken.clear()
        scope = asyncio.timeout(self._heartbeat)
        try:
            async with scope:
                await self._woken.wait()
        except TimeoutError:
            if not scope.expired():
                raise
            return False
        return True

    def put(self, event: FeedEvent, snapshot: Callable[[], list[FeedEvent]]) -> None:
        """Queue an event; if the queue is full, replace it by a new snapshot."""
        if len(self._queue) < self._queue_size:
            self._queue.append(event)
        else:
            lagged = _describe_loss([*self._queue, event])
            self._queue = deque([lagged, *snapshot()])
        self._woken.set()

    def start(self, events: Iterable[FeedEvent]) -> None:
        """Queue the snapshot."""
        self._queue.extend(events)

    def fail(self, failure: Exception | None) -> None:
        """End listening, after the events that are queued, with an error if given."""
        self._failure = failure
        self._is_over = True
        self._woken.set()

    def _end(self) -> None:
        self._is_over = True
        self._queue.clear()
        self._leave(self)

    async def aclose(self) -> None:
        """End listening; ending again is fine."""
        self._end()
        self._woken.set()

    async def __aenter__(self) -> Self:
        """Return the listener, which ends at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End listening."""
        await self.aclose()

    def __del__(self) -> None:
        """End listening that `anext` alone began."""
        self._leave(self)


def _describe_loss(events: Iterable[FeedEvent]) -> Lagged:
    count, uuids = 0, dict[str, None]()
    for event in events:
        if isinstance(event, Lagged):
            count += event.count
            uuids.update(dict.fromkeys(event.uuids))
            continue
        count += 1
        if isinstance(event, JobEvent):
            uuids[event.job.uuid] = None
    return Lagged(count=count, uuids=tuple(uuids))
