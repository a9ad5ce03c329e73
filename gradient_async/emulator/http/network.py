"""The distance between a client and the server."""

from __future__ import annotations

import asyncio
import math
import random
from typing import Self

import attrs
from attrs.validators import and_, ge, lt


@attrs.frozen(kw_only=True)
class Network:
    """A path that takes time in both directions."""

    latency: float = attrs.field(validator=and_(ge(0.0), lt(math.inf)))
    """Seconds for the way there and back."""
    jitter: float = attrs.field(validator=and_(ge(0.0), lt(math.inf)))
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
