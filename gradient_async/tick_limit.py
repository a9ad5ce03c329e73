"""Begin a few things per tick of the event loop, so that many do not block it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

STARTS_PER_TICK: Final = 16
"""Number of accounts that begin per tick: a few milliseconds."""


class TickLimit:
    """
    Admits `STARTS_PER_TICK` per tick of the event loop.

    Args:
        on_reset: Called in the next tick, when more are admitted.
    """

    def __init__(self, on_reset: Callable[[], None]) -> None:
        self._on_reset = on_reset
        self._left = STARTS_PER_TICK

    def admit(self) -> bool:
        """Return whether one more may begin in this tick."""
        if self._left == STARTS_PER_TICK:
            asyncio.get_running_loop().call_soon(self._reset)
        self._left -= 1
        return self._left >= 0

    def _reset(self) -> None:
        self._left = STARTS_PER_TICK
        self._on_reset()
