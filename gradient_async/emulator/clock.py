"""The server's own time: the loop's, made faster or stepped at will."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import Final

import attrs
from attrs.validators import ge, lt

from gradient_async.emulator.timestamps import NEWEST, SECOND

_MICROSECOND: Final = SECOND // 1_000_000
_NOON: Final = NEWEST // SECOND
# A year short of the last date: what is about to be lies in the calendar too.
_LAST: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp()) - _NOON


@attrs.define(kw_only=True)
class Clock:
    """
    Tells the time of everything that happens to knowledge bases and jobs.

    It shows the date of the newest job when the server first starts, whatever the wall
    clock shows, and goes on with the loop's time, `speed` times as fast, plus what it
    was stepped: on a virtual clock it jumps along. Before the first start it stands,
    and with the year 9998 it stops, as the calendar soon ends.
    """

    speed: float = attrs.field(default=1.0, validator=[ge(0), lt(math.inf)])
    """The seconds that pass here in a second of the loop."""
    _stepped: float = attrs.field(default=0.0, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    _started_at: float = attrs.field(default=0.0, init=False)

    def start(self, loop: asyncio.AbstractEventLoop) -> float:
        """
        Follow a loop; one that follows another goes on where that one is.

        Gives the seconds by which the new loop's time is ahead of the old one's.
        """
        if loop is self._loop:
            return 0.0
        ahead = loop.time() - (0.0 if self._loop is None else self._loop.time())
        self._loop = loop
        self._started_at += ahead
        return ahead

    def advance(self, seconds: float) -> None:
        """Step forward, at once."""
        if not 0 <= seconds <= _LAST - self._passed(self._loop_time()):
            msg = (
                "a clock is stepped forward, and not out of the calendar: "
                "seconds must be at least 0, and lead no further than the year 9998"
            )
            raise ValueError(msg)
        self._stepped += seconds

    @property
    def now(self) -> int:
        """The present in nanoseconds since the epoch, in whole microseconds."""
        microseconds = round(self._passed(self._loop_time()) * 1_000_000)
        return NEWEST + microseconds * _MICROSECOND

    def date(self, at: float, *, seen_at: float) -> float:
        """
        Convert a time of the loop to seconds since the epoch, as it is seen at another.

        What is a minute of the loop away is a minute away on the calendar, however fast
        the clock goes: rate limits are kept in the loop's time.
        """
        return _NOON + self._passed(seen_at) + (at - seen_at)

    def _loop_time(self) -> float:
        """Look at the loop's clock: once for each answer, as it never stands."""
        return self._started_at if self._loop is None else self._loop.time()

    def _passed(self, at: float) -> float:
        """Tell the seconds since noon at a time of the loop."""
        return min(self.speed * (at - self._started_at) + self._stepped, _LAST)
