"""The server's own time: the loop's, made faster or stepped at will."""

from __future__ import annotations

import asyncio
import math

import attrs

from gradient_async.emulator.timestamps import NEWEST, SECOND

_MICROSECOND = SECOND // 1_000_000


@attrs.define(kw_only=True)
class Clock:
    """
    Tells the time of everything that happens to knowledge bases and jobs.

    It shows the date of the newest job when the server first starts, whatever the wall
    clock shows, and goes on with the loop's time, `speed` times as fast, plus what it
    was stepped: on a virtual clock it jumps along. Before the first start it stands.
    """

    speed: float = attrs.field(default=1.0, validator=attrs.validators.ge(0))
    """The seconds that pass here in a second of the loop."""
    _stepped: float = attrs.field(default=0.0, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    _started_at: float = attrs.field(default=0.0, init=False)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow a loop; one that follows another goes on where that one is."""
        if loop is not self._loop:
            elapsed = self._elapsed
            self._loop = loop
            self._started_at = loop.time() - elapsed

    def advance(self, seconds: float) -> None:
        """Step forward, at once."""
        if not 0 <= seconds < math.inf:
            msg = "a clock is stepped forward: seconds must be at least 0"
            raise ValueError(msg)
        self._stepped += seconds

    @property
    def now(self) -> int:
        """The present in nanoseconds since the epoch, in whole microseconds."""
        microseconds = round((self._elapsed + self._ahead) * 1_000_000)
        return NEWEST + microseconds * _MICROSECOND

    def date(self, at: float) -> float:
        """
        Convert a time of the loop to seconds since the epoch.

        What is a minute of the loop away is a minute away from the date of now, however
        fast the clock goes: rate limits are kept in the loop's time.
        """
        return NEWEST // SECOND + at - self._started_at + self._ahead

    @property
    def _elapsed(self) -> float:
        """The loop's seconds since the first start."""
        return 0.0 if self._loop is None else self._loop.time() - self._started_at

    @property
    def _ahead(self) -> float:
        """The seconds by which the loop is left behind."""
        return self._stepped + (self.speed - 1) * self._elapsed
