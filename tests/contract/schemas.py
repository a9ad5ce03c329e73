"""The class for each schema: found by walking responses and their schemas together."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any, Final, TypeAlias, get_args, get_type_hints

import attrs

from gradient_async.models import OpenEnum
from tests.contract.facts import COVERED, SCHEMAS, Shape
from tests.support.operations import OPERATIONS

# `Any`: the classes have no common base, only attrs.
Pair: TypeAlias = tuple[str, type[Any]]


def _walk(hint: Any, shape: Shape) -> Iterator[Pair]:
    """Iterate over the schemas inside a shape, each with the class of its field."""
    while args := [it for it in get_args(hint) if it not in {NoneType, ...}]:
        hint = args[0]
    shape = shape.items or shape
    if shape.ref:
        yield shape.ref, hint
    if shape.ref and attrs.has(hint):
        hints = get_type_hints(hint)
        for name, inner in SCHEMAS[shape.ref].properties.items():
            if name in hints:
                yield from _walk(hints[name], inner)


def _find_pairs() -> Iterator[Pair]:
    for identifier, fact in COVERED.items():
        assert fact.response is not None
        if OPERATIONS[identifier].payload is not NoneType:
            yield from _walk(OPERATIONS[identifier].response, fact.response)


PAIRS: Final = sorted(set(_find_pairs()), key=lambda it: (it[0], it[1].__name__))

CLASSES: Final = {name: it for name, it in PAIRS if not issubclass(it, OpenEnum)}
"""The class that each object of a response is decoded into."""

ENUMS: Final = {name: it for name, it in PAIRS if issubclass(it, OpenEnum)}
"""The class of each enum in responses."""
