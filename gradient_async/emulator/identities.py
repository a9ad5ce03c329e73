"""Identifiers, made up by chance that repeats itself."""

from __future__ import annotations

import random
from uuid import UUID


class Identities:
    """Makes up UUIDs; the same seed gives the same ones, in the same order."""

    def __init__(self, seed: str) -> None:
        """Begin with the first."""
        self._chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)

    def make(self) -> str:
        """Make up the next identifier."""
        return make_uuid(self._chance)


def make_uuid(chance: random.Random) -> str:
    """Make up an identifier."""
    return str(UUID(int=chance.getrandbits(128), version=4))
