"""The clock of waiting: the event loop's, or ahead of it where tests skip waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final


class Clock:
    """
    The time by which jobs and databases are polled.

    It is the event loop's time plus the seconds that were skipped so far. It stays
    ahead when skipping ends, because the deadlines of a wait must not move.
    """

    def __init__(self) -> None:
        self._skipped = 0.0
        self._on_skip: Callable[[float], object] | None = None

    def now(self) -> float:
        """Return the time in seconds."""
        return asyncio.get_running_loop().time() + self._skipped

    def timeout_at(self, time: float) -> asyncio.Timeout:
        """Return a timeout that ends at a time of this clock."""
        return asyncio.timeout_at(time - self._skipped)

    async def sleep_until(
        self, time: float, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """Wait until a time, by a function that sleeps; or skip the time until then."""
        if self._on_skip is None:
            await sleep(time - self.now())
            return
        # Other tasks get their turn, and a closed client is noticed.
        await sleep(0)
        seconds = max(0.0, time - self.now())
        self._skipped += seconds
        self._on_skip(seconds)

    @contextmanager
    def skipping(self, on_skip: Callable[[float], object]) -> Iterator[None]:
        """Skip waits instead of sleeping, and report the seconds of each."""
        previous, self._on_skip = self._on_skip, on_skip
        try:
            yield
        finally:
            self._on_skip = previous


# One for the process: tests skip waits of code with event loops and threads of its own.
CLOCK: Final = Clock()
"""The clock of all waits."""
