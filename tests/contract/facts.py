"""The facts of the official description, as `extract.py` extracted them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs
from cattrs import Converter

from tests.contract.extract import FACTS_PATH, UNCOVERED_PATH


@attrs.frozen(kw_only=True)
class Shape:
    """The type of a value; a keyword that the description omits is empty."""

    type: str = ""
    """`string` or `object`, for example; empty for a reference."""
    format: str = ""
    """A narrower form of the type, `date-time` or `int64` for example."""
    enum: tuple[str, ...] = ()
    """All values, where they are listed."""
    default: str = ""
    """The value that an absent one means."""
    ref: str = ""
    """Name of the schema that a reference leads to."""
    items: Shape | None = None
    """Shape of an array's items."""
    properties: Mapping[str, Shape] = attrs.field(factory=dict)
    """Shapes of an object's properties."""


@attrs.frozen(kw_only=True)
class Parameter:
    """A parameter of the path or the query."""

    name: str
    place: str
    required: bool
    shape: Shape


@attrs.frozen(kw_only=True)
class Operation:
    """One operation of the API; an uncovered one has its name and path only."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Shape | None = None
    response: Shape | None = None

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        """Return the parameters of the path, or those of the query."""
        return tuple(it for it in self.parameters if it.place == place)


@attrs.frozen(kw_only=True)
class Facts:
    """All names and types of the description."""

    operations: tuple[Operation, ...]
    schemas: Mapping[str, Shape]

    def resolve(self, shape: Shape) -> Shape:
        """Return the schema that a reference names; any other shape as it is."""
        return self.schemas[shape.ref] if shape.ref else shape


# No test could read a fact that has no field here.
_CONVERTER: Final = Converter(forbid_extra_keys=True)

FACTS: Final = _CONVERTER.structure(json.loads(FACTS_PATH.read_text()), Facts)
"""All facts."""

UNCOVERED: Final[Sequence[str]] = UNCOVERED_PATH.read_text().splitlines()
"""Ids of the operations that have no method."""

COVERED: Final = {it.id: it for it in FACTS.operations if it.id not in UNCOVERED}
"""The operations that have a method, by id."""


def find_operation(method: str, path: str) -> Operation:
    """Return the operation of a request, whose path has its ids filled in."""
    (operation,) = (it for it in COVERED.values() if _matches(it, method, path))
    return operation


def _matches(operation: Operation, method: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
    return operation.method == method and bool(re.fullmatch(pattern, path))


def reachable_schemas(*roots: Shape) -> dict[str, Shape]:
    """Return the schemas that shapes lead to, directly or through others, by name."""
    reached: dict[str, Shape] = {}
    pending = list(roots)
    while pending:
        shape = pending.pop()
        if shape.ref and shape.ref not in reached:
            reached[shape.ref] = FACTS.schemas[shape.ref]
            pending.append(reached[shape.ref])
        pending += shape.properties.values()
        pending += filter(None, [shape.items])
    return reached


def _responses() -> Iterator[Shape]:
    return (it.response for it in COVERED.values() if it.response is not None)


RESPONSE_SCHEMAS: Final = reachable_schemas(*_responses())
"""The schemas that responses are made of, by name."""
