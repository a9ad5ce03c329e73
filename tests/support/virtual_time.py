"""
An event loop whose clock jumps: waiting costs nothing, and sockets work as ever.

When no callback and no socket is ready, the clock moves to the next timer at once.
A client and a server in one loop on loopback see each other's bytes immediately, so
nothing is in flight at that moment. Work for a thread is done at once, in the loop:
the clock would run away from it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_EPOCH = 1000.0
# Loopback delivers within the sender's system call; this is for slow machines.
_GRACE = 0.001


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for sockets for a moment, and then lets the clock jump instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = _EPOCH

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if ready or timeout <= 0:
            return ready
        # One socket is the loop's own, for threads.
        ready = super().select(_GRACE) if len(self.get_map()) > 1 else []
        self.now += 0.0 if ready else timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` moves only as far as the next timer."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the virtual time, in seconds."""
        return self._jumping.now

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Do the work now, and give what came of it."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  (handed on)
            future.set_exception(error)
        return future
