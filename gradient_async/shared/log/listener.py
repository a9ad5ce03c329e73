"""One listener of a log."""

from __future__ import annotations

import asyncio

from gradient_async.errors import SharedStoreError
from gradient_async.shared.log.entry import START, LogEntry, LogPosition, LogReset
from gradient_async.shared.log.gaps import tell_gaps, tell_loss
from gradient_async.shared.log.reader import LogReader
from gradient_async.shared.log.tail import LogTail
from gradient_async.shared.log.tail_iterator import TailIterator
from gradient_async.shared.outage import Outage


class LogListener(TailIterator[LogEntry | None]):
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
        super().__init__(tail)
        self._reader = reader
        self._outage = outage
        self._heartbeat = heartbeat
        self._position = since

    async def __anext__(self) -> LogEntry | None:
        """Return the next entry, or None after `heartbeat` seconds without one."""
        try:
            async with asyncio.timeout(self._heartbeat):
                return await super().__anext__()
        except TimeoutError:
            return None

    async def _fetch(self) -> None:
        """Fetch entries; if there are none, wait until there may be some."""
        self._woken.clear()
        try:
            await self._read()
        except SharedStoreError as error:
            await self._outage.wait(error)
        else:
            await self._wait()

    async def _wait(self) -> None:
        """Wait until there may be entries, unless there are."""
        if not self._ready:
            await self._woken.wait()

    async def _read(self) -> None:
        """Read what follows, from memory if it is recent."""
        if self._position is None:
            self._position = await self._reader.find_end()
        entries = self._tail.after(self._position)
        if entries is None:
            page = await self._reader.read_after(self._position)
            if self._position.number and page.end < self._position:
                self._ready.append(tell_loss(self._position, LogReset()))
                self._position = START
                return
            entries = page.entries
        if entries:
            self._ready.extend(tell_gaps(self._position, entries))
            self._position = entries[-1].position
