"""
An event loop whose clock jumps: waiting takes no real time, and sockets work as usual.

When no callback and no socket is ready, the clock jumps to the next timer. A client and
a server in the same loop on loopback see each other's bytes immediately, so nothing is
in flight at that moment. Work for a thread runs at once in the loop, because the clock
would not wait for a thread.
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
# Loopback delivers within the sender's system call; slow machines need a little more.
_GRACE = 0.001


def now() -> float:
    """Return the time of the running loop, which is virtual in most tests."""
    return asyncio.get_running_loop().time()


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that waits briefly for sockets, then moves the clock instead."""

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
        # One socket is the loop's own, which wakes it from other threads.
        ready = super().select(_GRACE) if len(self.get_map()) > 1 else []
        self.now += 0.0 if ready else timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` moves from timer to timer."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._jumping.now

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Run the function now and return a future with its result."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  (passed on)
            future.set_exception(error)
        return future
