"""What closing and finalizing have to know about event loops, threads and processes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Self


class LoopHome:
    """
    The event loop that something belongs to, with its thread and its process.

    A finalizer runs wherever the garbage collector happens to: in another thread, where
    tasks and connections must not be touched, or in a forked process, which shares the
    connections of its parent.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._process = os.getpid()

    @classmethod
    def current(cls) -> Self:
        """Return the home of what is made here: a loop that runs, or only a thread."""
        loop = None
        with suppress(RuntimeError):
            loop = asyncio.get_running_loop()
        return cls(loop)

    @property
    def is_inherited(self) -> bool:
        """Whether this is a forked process, to which nothing of it belongs."""
        return os.getpid() != self._process

    def run(self, act: Callable[[], object]) -> None:
        """Run a function in the loop's thread, at once if possible; never in a fork."""
        if self.is_inherited:
            return
        is_here = threading.get_ident() == self._thread
        if self._loop is None or self._loop.is_closed() or is_here:
            act()
            return
        # It may be closed at this moment.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act)


async def finish(closing: Coroutine[object, object, object]) -> None:
    """
    Run a coroutine to its end, also if the task is cancelled meanwhile.

    The cancellation is raised afterwards, as it came: a cancel scope, of anyio for
    example, recognises its own, and cancels again whatever is awaited in it.
    """
    task = asyncio.ensure_future(closing)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        # Whatever the coroutine raised counts less.
        task.cancelled() or task.exception()
        raise cancellation
    await task
