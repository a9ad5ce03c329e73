"""The server's clock, which follows the event loop's and can be sped up or advanced."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import Final

import attrs
from attrs.validators import ge, lt

from gradient_async.emulator.core.timestamps import SECOND, START_TIME

_MICROSECOND: Final = SECOND // 1_000_000
_START: Final = START_TIME // SECOND
# Python's calendar ends with the year 9999. Stopping a year earlier leaves room for
# times that are still to come, such as a schedule's next run.
_MAX_ELAPSED: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp()) - _START


@attrs.define(kw_only=True)
class Clock:
    """
    The time of everything that happens to knowledge bases and jobs.

    The clock shows `START_TIME` when the server first starts, whatever the wall clock
    shows. From then on it follows the event loop's time, `speed` times as fast, plus
    what was added by `advance`. It stops at the end of the year 9998.
    """

    speed: float = attrs.field(default=1.0, validator=[ge(0), lt(math.inf)])
    """Seconds that pass on this clock per second of the loop."""
    _advanced: float = attrs.field(default=0.0, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)
    _started_at: float = attrs.field(default=0.0, init=False)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Follow a loop; a clock that followed another loop continues where it was."""
        if loop is not self._loop:
            previous = 0.0 if self._loop is None else self._loop.time()
            self._started_at += loop.time() - previous
            self._loop = loop

    def advance(self, seconds: float) -> None:
        """
        Move the clock forward at once.

        Raises:
            ValueError: `seconds` is negative, or leads past the year 9998.
        """
        if not 0 <= seconds <= _MAX_ELAPSED - self._elapsed(self.uptime):
            msg = (
                "the clock only moves forward, and not past the year 9998: "
                f"got {seconds!r} seconds"
            )
            raise ValueError(msg)
        self._advanced += seconds

    @property
    def now(self) -> int:
        """The current time in nanoseconds since the epoch, in whole microseconds."""
        # Rounded before it is added: a float cannot hold nanoseconds since the epoch.
        microseconds = round(self._elapsed(self.uptime) * 1_000_000)
        return START_TIME + microseconds * _MICROSECOND

    @property
    def uptime(self) -> float:
        """
        The loop's seconds since the first start, also across several loops.

        Read it only once per result, since it moves on.
        """
        return 0.0 if self._loop is None else self._loop.time() - self._started_at

    def to_epoch(self, uptime: float, *, now: float) -> float:
        """
        Convert an uptime to seconds since the epoch, seen from the uptime `now`.

        The distance between them is kept, however fast the clock runs, because rate
        limits are measured in the loop's time.
        """
        return _START + self._elapsed(now) + (uptime - now)

    def _elapsed(self, uptime: float) -> float:
        """Return the seconds since `START_TIME` at an uptime."""
        return min(self.speed * uptime + self._advanced, _MAX_ELAPSED)
