"""One listener of a feed, with a queue of its own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from functools import partial

from gradient_async.asynchronous import AsyncCloseable, AsyncOnlyIterable
from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import FeedEvent, Lagged
from gradient_async.loops import LoopHome
from gradient_async.paging.page_iteration import PageIteration


class FeedListener(AsyncCloseable, AsyncOnlyIterable):
    """
    The events of a feed from now on, as an async iterator; see `Feed.listen`.

    Leaving the loop, also by `break`, ends listening.

    It holds a snapshot that is being read, and `queue_size` events, or the ids of as
    many jobs whose events it lost.
    """

    def __init__(
        self,
        join: Callable[[FeedListener], None],
        leave: Callable[[FeedListener], None],
        take_snapshot: Callable[[], list[FeedEvent]],
        *,
        heartbeat: float | None,
        queue_size: int,
    ) -> None:
        self._join = join
        self._leave = leave
        self._take_snapshot = take_snapshot
        self._heartbeat = heartbeat
        self._queue_size = queue_size
        self._snapshot = deque[FeedEvent]()
        self._queue = deque[FeedEvent]()
        self._loss = _Loss(queue_size)
        self._woken = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_joined = False
        self._home: LoopHome | None = None
        self._is_over = False

    def __aiter__(self) -> AsyncIterator[FeedEvent | None]:
        """Listen until the loop is left."""
        return PageIteration(self.__anext__, self._end)

    async def __anext__(self) -> FeedEvent | None:
        """
        Return the next event, or None after `heartbeat` seconds without one.

        Raises:
            ClientClosedError: The client was closed, or the feed before it began.
        """
        if not self._is_joined and not self._is_over:
            self._join(self)
            self._is_joined = True
            self._home = LoopHome.current()
            self._snapshot.extend(self._take_snapshot())
        event = self._pop()
        while event is None and await self._wait():
            event = self._pop()
        return event

    def _pop(self) -> FeedEvent | None:
        if self._loss.count:
            lagged, self._loss = self._loss.describe(), _Loss(self._queue_size)
            if not self._is_over:
                self._snapshot.extend(self._take_snapshot())
            return lagged
        events = self._snapshot or self._queue
        return events.popleft() if events else None

    async def _wait(self) -> bool:
        """Wait until there is more; return False after `heartbeat` seconds."""
        if self._is_over:
            failure, self._failure = self._failure, None
            raise failure or StopAsyncIteration
        self._woken.clear()
        if self._heartbeat is None:
            await self._woken.wait()
            return True
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._heartbeat, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        return loop.time() < timer.when()

    def put(self, event: FeedEvent) -> None:
        """Queue an event; if the queue is full, lose it and what is queued."""
        if self._loss.count == 0 and len(self._queue) < self._queue_size:
            self._queue.append(event)
        else:
            for lost in (*self._queue, event):
                self._loss.add(lost)
            self._queue.clear()
            self._snapshot.clear()
        self._woken.set()

    def fail(self, failure: BaseException | None) -> None:
        """End listening, after the events that are queued, with an error if given."""
        if self._loss.count:
            # The feed will have forgotten it when the listener asks.
            self._snapshot.extend(self._take_snapshot())
        self._failure = failure
        self._is_over = True
        self._woken.set()

    def _end(self) -> None:
        self._is_over = True
        self._snapshot.clear()
        self._queue.clear()
        self._loss = _Loss(self._queue_size)
        self._woken.set()
        self._leave(self)

    async def aclose(self) -> None:
        """End listening; ending again is fine."""
        self._end()

    def __del__(self) -> None:
        """End listening that `anext` alone began."""
        if self._home is not None:
            self._home.run(partial(self._leave, self))


class _Loss:
    """The events that a listener has lost since it last read one."""

    def __init__(self, max_uuids: int) -> None:
        self.count = 0
        self._max_uuids = max_uuids
        self._uuids = OrderedDict[str, None]()

    def add(self, event: FeedEvent) -> None:
        """Count an event; of more jobs than fit, the latest are kept."""
        self.count += 1
        if isinstance(event, JobEvent):
            self._uuids[event.job.uuid] = None
            self._uuids.move_to_end(event.job.uuid)
        if len(self._uuids) > self._max_uuids:
            self._uuids.popitem(last=False)

    def describe(self) -> Lagged:
        """Return the event that takes their place."""
        return Lagged(count=self.count, uuids=tuple(self._uuids))
