"""Copy objects in every way that Python has."""

from __future__ import annotations

import copy
import pickle
from typing import Any, TypeVar

T = TypeVar("T")


def copies_of(value: T, *, first_protocol: int = 0) -> list[T]:
    """Return copies by each of pickle's protocols, and by both functions of `copy`."""
    protocols = range(first_protocol, pickle.HIGHEST_PROTOCOL + 1)
    pickled: list[Any] = [pickle.loads(pickle.dumps(value, it)) for it in protocols]
    return [*pickled, copy.copy(value), copy.deepcopy(value)]
