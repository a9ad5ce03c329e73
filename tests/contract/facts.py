"""The facts of the official description, as `draw.py` has drawn them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs
from cattrs import Converter

from tests.contract.draw import FACTS, UNCOVERED


@attrs.frozen(kw_only=True)
class Shape:
    """What a value can be; of most facts, one says nothing."""

    type: str = ""
    """`string` or `object`, for example; empty for a reference."""
    format: str = ""
    """What a type is made precise by, `date-time` or `int64` for example."""
    enum: tuple[str, ...] = ()
    """All values, where they are listed."""
    default: str = ""
    """Which of them an absent one means."""
    ref: str = ""
    """Name of the schema that says the rest."""
    items: Shape | None = None
    """What an array is made of."""
    properties: Mapping[str, Shape] = attrs.field(factory=dict)
    """What an object is made of."""


@attrs.frozen(kw_only=True)
class Parameter:
    """A value in the path or in the query."""

    name: str
    place: str
    required: bool
    shape: Shape


@attrs.frozen(kw_only=True)
class Operation:
    """One thing the API does; an uncovered one has a name only."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Shape | None = None
    answer: Shape | None = None

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        """Give the parameters in the path, or those in the query."""
        return tuple(it for it in self.parameters if it.place == place)


@attrs.frozen(kw_only=True)
class Facts:
    """All that the description says of names and types."""

    operations: tuple[Operation, ...]
    schemas: Mapping[str, Shape]

    def resolve(self, shape: Shape) -> Shape:
        """Give what a reference refers to; anything else is itself."""
        return self.schemas[shape.ref] if shape.ref else shape


# A fact that no field is there for would be one that no test looks at.
_CONVERTER: Final = Converter(forbid_extra_keys=True)

ALL: Final = _CONVERTER.structure(json.loads(FACTS.read_text()), Facts)
"""All facts."""

LEFT_OUT: Final[Sequence[str]] = UNCOVERED.read_text().splitlines()
"""The ids of the operations that have no method."""

COVERED: Final = {it.id: it for it in ALL.operations if it.id not in LEFT_OUT}
"""The operations that have a method, by their ids."""


def find_operation(method: str, path: str) -> Operation:
    """Give the one operation that a request, ids filled in, belongs to."""
    (operation,) = (it for it in COVERED.values() if _is_for(it, method, path))
    return operation


def _is_for(operation: Operation, method: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
    return operation.method == method and bool(re.fullmatch(pattern, path))


def reach(*roots: Shape) -> dict[str, Shape]:
    """Give the schemas that shapes lead to, directly or by others, by their names."""
    reached: dict[str, Shape] = {}
    waiting = list(roots)
    while waiting:
        shape = waiting.pop()
        if shape.ref and shape.ref not in reached:
            reached[shape.ref] = ALL.schemas[shape.ref]
            waiting.append(reached[shape.ref])
        waiting += shape.properties.values()
        waiting += filter(None, [shape.items])
    return reached


def _answers() -> Iterator[Shape]:
    return (it.answer for it in COVERED.values() if it.answer is not None)


ANSWERED: Final = reach(*_answers())
"""The schemas that answers are made of."""
