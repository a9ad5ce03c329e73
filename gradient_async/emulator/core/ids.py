"""Repeatable random numbers, and the UUIDs made from them."""

from __future__ import annotations

import random
from uuid import UUID


def create_rng(seed: str | int) -> random.Random:
    """Create a random number generator that repeats itself for the same seed."""
    return random.Random(seed)  # noqa: S311  (repeatable on purpose, not a secret)


def create_uuid(rng: random.Random) -> str:
    """Create a random UUID of version 4."""
    # `uuid.uuid4` takes no seed, and tests want the same ids in each run.
    return str(UUID(int=rng.getrandbits(128), version=4))
