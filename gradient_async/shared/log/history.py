"""Read the log once, up to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gradient_async.changes import Lagged
from gradient_async.shared.log.entry import LogEntry, LogPosition, LogReset
from gradient_async.shared.log.gaps import tell_gaps, tell_loss
from gradient_async.shared.log.reader import LogReader


async def read_history(
    reader: LogReader, position: LogPosition
) -> AsyncIterator[LogEntry]:
    """
    Iterate over the entries after a place, up to the latest there is at the start.

    Raises:
        SharedStoreError: The server did not respond.
        DecodeError: An entry is of a later version.
    """
    last = await reader.find_end()
    if last < position:
        # A time that is later than all entries has no number, and nothing is lost.
        if position.number:
            yield tell_loss(position, LogReset())
        return
    while position < last:
        entries = (await reader.read_after(position)).entries
        if not entries:
            # All of them were removed; how many after a time, nobody knows.
            if position.number:
                yield tell_loss(position, Lagged(count=last.number - position.number))
            return
        for entry in tell_gaps(position, entries):
            if entry.position > last:
                return
            yield entry
        position = entries[-1].position
