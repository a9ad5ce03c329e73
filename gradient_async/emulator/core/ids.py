"""Repeatable random numbers, and the UUIDs made from them."""

from __future__ import annotations

import random
from uuid import UUID


def create_rng(seed: str | int) -> random.Random:
    """Create a random number generator that repeats itself for the same seed."""
    return random.Random(seed)  # noqa: S311  (repeatable on purpose, not a secret)


def create_uuid(rng: random.Random) -> str:
    """Create a random UUID of version 4."""
    # `uuid.uuid4` takes no seed.
    return str(UUID(int=rng.getrandbits(128), version=4))


class IdGenerator:
    """A sequence of UUIDs that is the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._rng = create_rng(seed)

    def create(self) -> str:
        """Create the next UUID."""
        return create_uuid(self._rng)
