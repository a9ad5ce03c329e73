"""One listener of a log."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from gradient_async.asynchronous import AsyncCloseable, AsyncOnlyIterable
from gradient_async.errors import SharedStoreError
from gradient_async.loops import LoopHome
from gradient_async.paging.page_iteration import PageIteration
from gradient_async.shared.log.entry import START, LogEntry, LogPosition, LogReset
from gradient_async.shared.log.gaps import tell_gaps, tell_loss
from gradient_async.shared.log.reader import LogReader
from gradient_async.shared.log.tail import LogTail
from gradient_async.shared.outage import Outage


class LogListener(AsyncCloseable, AsyncOnlyIterable):
    """
    The entries of a log, as an async iterator; see `SharedFeed.listen`.

    Leaving the loop, also by `break`, ends listening.
    """

    def __init__(
        self,
        reader: LogReader,
        tail: LogTail,
        outage: Outage,
        *,
        since: LogPosition | None,
        heartbeat: float | None,
    ) -> None:
        self._reader = reader
        self._tail = tail
        self._outage = outage
        self._heartbeat = heartbeat
        self._position = since
        self._entries = deque[LogEntry]()
        self._woken = asyncio.Event()
        self._home: LoopHome | None = None
        self._is_over = False

    def __aiter__(self) -> AsyncIterator[LogEntry | None]:
        """Listen until the loop is left."""
        return PageIteration(self.__anext__, self._end)

    async def __anext__(self) -> LogEntry | None:
        """Return the next entry, or None after `heartbeat` seconds without one."""
        if self._home is None and not self._is_over:
            self._tail.join(self._woken)
            self._home = LoopHome.current()
        try:
            async with asyncio.timeout(self._heartbeat):
                while not self._entries:
                    await self._fetch()
        except TimeoutError:
            return None
        return self._entries.popleft()

    async def _fetch(self) -> None:
        """Fetch entries; if there are none, wait until there may be some."""
        if self._is_over:
            raise StopAsyncIteration
        self._woken.clear()
        try:
            await self._read()
        except SharedStoreError as error:
            await self._outage.wait(error)
        else:
            await self._wait()

    async def _wait(self) -> None:
        """Wait until there may be entries, unless there are."""
        if not self._entries:
            await self._woken.wait()

    async def _read(self) -> None:
        """Read what follows, from memory if it is recent."""
        if self._position is None:
            self._position = await self._reader.find_end()
        entries = self._tail.after(self._position)
        if entries is None:
            page = await self._reader.read_after(self._position)
            if self._position.number and page.end < self._position:
                self._entries.append(tell_loss(self._position, LogReset()))
                self._position = START
                return
            entries = page.entries
        if entries:
            self._entries.extend(tell_gaps(self._position, entries))
            self._position = entries[-1].position

    def _end(self) -> None:
        self._is_over = True
        self._entries.clear()
        if self._home is not None:
            self._home = None
            self._tail.leave(self._woken)

    async def aclose(self) -> None:
        """End listening; ending again is fine."""
        self._end()

    def __del__(self) -> None:
        """End listening that `anext` alone began."""
        if self._home is not None:
            self._home.run(self._end)
