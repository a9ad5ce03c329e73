"""The facts of the official description, as `extract.py` extracted them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tests.contract.extract import FACTS_PATH
from tests.support.operations import OPERATIONS

_TYPE: Final = re.compile(r"([a-z]+)(?:/([\w-]+))?(?:=([^~]+))?(?:~(.*))?")


@attrs.frozen(kw_only=True)
class Shape:
    """The type of a value; what the description omits is empty."""

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
class Fact:
    """One described operation; an uncovered one has its name and path only."""

    id: str
    method: str
    path: str
    query: Mapping[str, Shape]
    body: Shape | None
    response: Shape | None

    @property
    def id_names(self) -> list[str]:
        """Names of the ids in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


def parse_shape(text: str) -> Shape:
    """Parse a type, or the properties of an object."""
    if text.startswith("@"):
        return Shape(ref=text[1:])
    if text.startswith("["):
        return Shape(type="array", items=parse_shape(text[1:-1]))
    if ":" in text:
        return Shape(type="object", properties=parse_properties(text.split()))
    match = _TYPE.fullmatch(text)
    assert match is not None
    kind, form, values, default = match.groups(default="")
    enum = tuple(values.split("|")) if values else ()
    return Shape(type=kind, format=form, enum=enum, default=default)


def parse_properties(parts: Iterable[str]) -> dict[str, Shape]:
    """Parse several `name:type`."""
    pairs = (part.split(":", 1) for part in parts)
    return {name: parse_shape(text) for name, text in pairs}


def parse_operation(line: str) -> Fact:
    """Parse the line of an operation."""
    method, path, identifier, *parts = line.split()
    marked = {mark: [it[1:] for it in parts if it[0] == mark] for mark in "?<>"}
    (body,) = map(parse_shape, marked["<"]) if marked["<"] else (None,)
    (response,) = map(parse_shape, marked[">"]) if marked[">"] else (None,)
    return Fact(
        id=identifier,
        method=method,
        path=path,
        query=parse_properties(marked["?"]),
        body=body,
        response=response,
    )


_OPERATIONS, _SCHEMAS = FACTS_PATH.read_text().split("\n\n")

DESCRIBED: Final[Mapping[str, Fact]] = {
    it.id: it for it in map(parse_operation, _OPERATIONS.splitlines())
}
"""All operations of the description, by id."""

SCHEMAS: Final[Mapping[str, Shape]] = {
    name: parse_shape(text)
    for name, text in (line.split(" ", 1) for line in _SCHEMAS.splitlines())
}
"""The schemas that the covered operations lead to, by name."""

COVERED: Final = {name: it for name, it in DESCRIBED.items() if name in OPERATIONS}
"""The described operations that the package has, by id."""


def resolve(shape: Shape) -> Shape:
    """Return the schema that a reference names; any other shape as it is."""
    return SCHEMAS[shape.ref] if shape.ref else shape


def find_operation(method: str, path: str) -> Fact:
    """Return the operation of a request, whose path has its ids filled in."""
    matches = (it for it in COVERED.values() if _matches(it, method, path))
    # A fixed path is more exact than one with ids.
    return min(matches, key=lambda it: len(it.id_names))


def _matches(fact: Fact, method: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", fact.path)
    return fact.method == method and bool(re.fullmatch(pattern, path))


def reachable_schemas(*roots: Shape) -> Iterator[str]:
    """Iterate over the names of the schemas that shapes lead to."""
    reached: set[str] = set()
    pending = list(roots)
    while pending:
        shape = pending.pop()
        if shape.ref and shape.ref not in reached:
            reached.add(shape.ref)
            yield shape.ref
            pending.append(SCHEMAS[shape.ref])
        pending += shape.properties.values()
        pending += filter(None, [shape.items])


RESPONSE_SCHEMAS: Final = {
    name: SCHEMAS[name]
    for name in reachable_schemas(
        *(it.response for it in COVERED.values() if it.response is not None)
    )
}
"""The schemas that responses are made of, by name."""
