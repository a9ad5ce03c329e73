"""Read the log from the server."""

from __future__ import annotations

from typing import Final, cast

import attrs

from gradient_async.shared.log.entry import (
    START,
    LogEntry,
    LogPosition,
    parse_entries,
)
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.script import Script
from gradient_async.shared.store import SharedStore, to_text

# Entries per round trip: a megabyte at most, as a rule a tenth of that.
_COUNT: Final = 200

# In a script, since clients convert what the commands return, each in its own way.
_READ: Final = Script(
    """
return {
  redis.call('GET', KEYS[2]) or '',
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
}
"""
)


@attrs.frozen
class LogPage:
    """Some entries, and the place of the latest one there is."""

    end: LogPosition
    """The place of the latest entry in the log; `START` if there never was one."""
    entries: list[LogEntry]
    """The entries, oldest first."""


class LogReader:
    """
    Reads the log of one store.

    Args:
        store: The server.
        keys: The keys of the log.
    """

    def __init__(self, store: SharedStore, keys: LogKeys) -> None:
        self._store = store
        self._keys = keys

    async def find_end(self) -> LogPosition:
        """
        Return the place of the latest entry; `START` if there never was one.

        Raises:
            SharedStoreError: The server did not respond.
        """
        last = await self._store.execute("GET", self._keys.last)
        return _parse_end(last or "")

    async def read_after(self, position: LogPosition) -> LogPage:
        """
        Return the entries that follow a place, 200 at most.

        Raises:
            SharedStoreError: The server did not respond.
            DecodeError: An entry is of a later version.
        """
        keys = [self._keys.events, self._keys.last]
        response = await self._store.run(_READ, keys, str(position), _COUNT)
        end, entries = cast("tuple[object, object]", response)
        return LogPage(_parse_end(end), parse_entries(entries))

    async def wait_after(self, position: LogPosition, seconds: float) -> None:
        """
        Wait until an entry follows a place, at most for some seconds.

        Raises:
            SharedStoreError: The server did not respond.
        """
        await self._store.execute(
            *("XREAD", "COUNT", 1, "BLOCK", round(seconds * 1000)),
            *("STREAMS", self._keys.events, str(position)),
            patience=seconds,
        )


def _parse_end(last: object) -> LogPosition:
    return LogPosition.parse(to_text(last)) if last else START
