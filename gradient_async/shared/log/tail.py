"""The end of the log, read once for all listeners of a process."""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import Context
from copy import copy
from typing import Final

from gradient_async.errors import SharedStoreError
from gradient_async.shared.log.entry import START, LogEntry, LogPosition
from gradient_async.shared.log.reader import LogReader
from gradient_async.shared.outage import Outage

# Entries held for listeners, so that each event is read once for all of them.
_RECENT: Final = 1000

# Seconds after which it is checked whether the server has lost entries. Clients that
# were passed in may have a timeout for each response, which must be longer.
_BLOCK: Final = 1.0


class LogTail:
    """
    Follows the log while there are listeners, and wakes them.

    Args:
        reader: Reads the log.
        outage: Where it is recorded that the server is gone.
    """

    def __init__(self, reader: LogReader, outage: Outage) -> None:
        self._reader = reader
        self._outage = outage
        self._recent = deque[LogEntry](maxlen=_RECENT)
        # What follows it, up to the end, is in memory.
        self._floor: LogPosition | None = None
        self._end = START
        self._failure: BaseException | None = None
        self._events: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, woken: asyncio.Event) -> None:
        """Set an event whenever there may be more to read."""
        self._events.add(woken)
        if self._task is None:
            self._failure = None
            loop = asyncio.get_running_loop()
            # Not in the context of the listener that happens to be the first.
            self._task = loop.create_task(self._follow(), context=Context())
            self._task.add_done_callback(self._on_end)

    def leave(self, woken: asyncio.Event) -> None:
        """Set the event once more, and stop if nobody listens any more."""
        self._events.discard(woken)
        woken.set()
        if not self._events and self._task is not None:
            if not self._task.get_loop().is_closed():
                self._task.cancel()
            self._task, self._floor = None, None
            self._recent.clear()

    def after(self, position: LogPosition) -> list[LogEntry] | None:
        """
        Return the entries after a place; None if they are not in memory.

        Raises:
            GradientError: An entry is of a later version.
        """
        if self._failure is not None:
            raise copy(self._failure)
        if self._floor is None or not self._floor <= position <= self._end:
            return None
        found = list[LogEntry]()
        for entry in reversed(self._recent):
            if entry.position <= position:
                break
            found.append(entry)
        return found[::-1]

    async def _follow(self) -> None:
        while True:
            try:
                if self._floor is None:
                    self._floor = self._end = await self._reader.find_end()
                    # Listeners may have read before that.
                    self._notify()
                await self._read()
            except SharedStoreError as error:
                await self._outage.wait(error)
            else:
                self._outage.end()

    async def _read(self) -> None:
        await self._reader.wait_after(self._end, _BLOCK)
        page = await self._reader.read_after(self._end)
        if page.end < self._end:
            self._recent.clear()
            self._floor = self._end = START
            self._notify()
        for entry in page.entries:
            self._add(entry)
        if page.entries:
            self._notify()

    def _add(self, entry: LogEntry) -> None:
        if len(self._recent) == _RECENT:
            self._floor = self._recent[0].position
        self._recent.append(entry)
        self._end = entry.position

    def _notify(self) -> None:
        for woken in self._events:
            woken.set()

    def _on_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._failure = task.exception()
            self._notify()
