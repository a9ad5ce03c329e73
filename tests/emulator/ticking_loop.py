"""An event loop whose clock never shows the same time twice."""

from __future__ import annotations

import asyncio
from itertools import count

TICK = 0.001


class TickingLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` is a millisecond later at each call."""

    def __init__(self) -> None:
        self._ticks = count()
        super().__init__()

    def time(self) -> float:
        """Return the time in seconds."""
        return next(self._ticks) * TICK
