"""The distance between a client and the server, and the server's calendar."""

from __future__ import annotations

import asyncio
import random
from typing import Self

import attrs


@attrs.frozen(kw_only=True)
class Network:
    """A path that takes time in both directions."""

    latency: float = attrs.field(validator=attrs.validators.ge(0))
    """Seconds for the way there and back."""
    jitter: float = attrs.field(validator=attrs.validators.ge(0))
    """The most seconds that chance adds to the way there and back."""
    chance: random.Random = attrs.field(repr=False)
    """The source of the jitter."""

    @classmethod
    def seeded(cls, seed: int, *, latency: float, jitter: float) -> Self:
        """Make a path whose jitter is the same for the same seed."""
        chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)
        return cls(latency=latency, jitter=jitter, chance=chance)

    async def travel(self) -> None:
        """Let a message cover one of the two ways."""
        seconds = (self.latency + self.chance.uniform(0, self.jitter)) / 2
        if seconds:
            await asyncio.sleep(seconds)


@attrs.define
class Calendar:
    """
    Turns the loop's time into dates.

    The date is that of the newest job when the server first starts, whatever the wall
    clock shows, and goes on with the loop's time: on a virtual clock it jumps along.
    """

    _start_date: int
    _started_at: float = attrs.field(default=0.0, init=False)
    _has_started: bool = attrs.field(default=False, init=False)

    def start(self, now: float) -> None:
        """Fix the date at the loop time `now`; only the first start does."""
        if not self._has_started:
            self._has_started = True
            self._started_at = now

    def date(self, at: float) -> float:
        """Convert a loop time to seconds since the epoch."""
        return self._start_date + at - self._started_at
