"""JSON values and shapes: build the fullest value, and check whether one matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from gradient_async.codec import JSON
from tests.contract.facts import Shape, resolve

Place: TypeAlias = str
"""The path of a value in a document: `$.datasources[].item_path`, for example."""

TIMESTAMP: Final = "2026-11-01T12:00:00.123456Z"
"""The time in all sample values, with the full precision of a Python datetime."""

_INTEGER: Final = re.compile(r"-?[0-9]+")
# RFC 3339, section 5.6, which the description's `date-time` refers to.
_DATE_TIME: Final = re.compile(
    r"[-0-9]{10}T[:0-9]{8}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})"
)

# Integers as protobuf's JSON writes them, too large for a float to hold exactly.
_STRINGS: Final = {
    "date-time": TIMESTAMP,
    "int64": str(2**63 - 1),
    "uint64": str(2**64 - 1),
}
_SCALARS: Final[Mapping[str, JSON]] = {
    # Every number of `meta` is 1 too: page 1 of 1, with one item.
    "integer": 1,
    "number": 0.25,
    "boolean": True,
}


def full_value(shape: Shape, place: Place = "$") -> JSON:
    """Build a value with every property, none of them the zero of its type."""
    shape = resolve(shape)
    if shape.properties:
        inner = shape.properties.items()
        return {name: full_value(it, f"{place}.{name}") for name, it in inner}
    if shape.items is not None:
        return [full_value(shape.items, f"{place}[]")]
    if shape.enum:
        return shape.enum[-1]
    if shape.type == "string":
        return _STRINGS.get(shape.format, f"some text at {place}")
    return _SCALARS.get(shape.type, {"anything": [1, None]})


def iter_shapes(shape: Shape, place: Place = "$") -> Iterator[tuple[Place, Shape]]:
    """Iterate over all places inside a shape, each with its own shape."""
    shape = resolve(shape)
    if shape.items is not None:
        yield from _iter_from(f"{place}[]", shape.items)
    for name, inner in shape.properties.items():
        yield from _iter_from(f"{place}.{name}", inner)


def _iter_from(place: Place, shape: Shape) -> Iterator[tuple[Place, Shape]]:
    yield place, resolve(shape)
    yield from iter_shapes(shape, place)


def iter_values(value: JSON, place: Place = "$") -> Iterator[tuple[Place, JSON]]:
    """Iterate over all places inside a value, each with its own value."""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[str, JSON]] = value.items()
        children = [(f"{place}.{name}", it) for name, it in inner]
    elif isinstance(value, list):
        children = [(f"{place}[]", it) for it in value]
    else:
        children = []
    for child, it in children:
        yield child, it
        yield from iter_values(it, child)


def matches(value: JSON, shape: Shape) -> bool:
    """Whether a value has a shape's type; its items and properties are not checked."""
    if shape.enum:
        return value in shape.enum
    if shape.type == "string":
        return isinstance(value, str) and _FORMATS[shape.format](value)
    return _TYPES[shape.type](value)


def mismatches(value: JSON, shape: Shape, place: Place = "$") -> Iterator[Place]:
    """Iterate over the places with a wrong type or an undescribed property."""
    shape = resolve(shape)
    if not matches(value, shape):
        yield place
    elif isinstance(value, list) and shape.items is not None:
        for it in value:
            yield from mismatches(it, shape.items, f"{place}[]")
    elif isinstance(value, Mapping) and shape.properties:
        for name in value.keys() - shape.properties.keys():
            yield f"{place}.{name}"
        for name in value.keys() & shape.properties.keys():
            yield from mismatches(
                value[name], shape.properties[name], f"{place}.{name}"
            )


def present_properties(value: JSON, shape: Shape) -> Iterator[tuple[str, str]]:
    """Iterate over the (schema, property) pairs in a value, without empty lists."""
    inner = resolve(shape)
    if isinstance(value, list) and inner.items is not None:
        for it in value:
            yield from present_properties(it, inner.items)
    elif isinstance(value, Mapping):
        for name in value.keys() & inner.properties.keys():
            if value[name] != []:
                yield shape.ref, name
            yield from present_properties(value[name], inner.properties[name])


def query_matches(text: str, shape: Shape) -> bool:
    """Whether the text of a query parameter has a shape's type."""
    if shape.items is not None:
        return matches(text, shape.items)
    if shape.type == "boolean":
        return text in {"true", "false"}
    if shape.type == "integer":
        return _INTEGER.fullmatch(text) is not None
    return matches(text, shape)


def _is_date_time(text: str) -> bool:
    """Whether a text is RFC 3339 and an existing date."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _DATE_TIME.fullmatch(text) is not None


_FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "": lambda _: True,
    "date-time": _is_date_time,
    "int64": lambda text: _INTEGER.fullmatch(text) is not None,
    "uint64": lambda text: text.isascii() and text.isdigit(),
}
_TYPES: Final[Mapping[str, Callable[[JSON], bool]]] = {
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "boolean": lambda value: type(value) is bool,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
