"""JSON values and shapes: make the fullest value, and tell whether one fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from gradient_async.codec import JSON
from tests.contract.facts import ALL, Shape

Place: TypeAlias = str
"""Where a value stands in a document: `$.datasources[].item_path`, for example."""

MOMENT: Final = "2026-11-01T12:00:00.123456Z"
"""The time that all sample values speak of, as precise as Python can tell."""

_INTEGER: Final = re.compile(r"-?[0-9]+")
# RFC 3339, as the description's `date-time` is defined.
_DATE_TIME: Final = re.compile(
    r"[-0-9]{10}T[:0-9]{8}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})"
)

# As protobuf's JSON writes them; beyond what a float can tell apart.
_TEXTS: Final = {
    "date-time": MOMENT,
    "int64": str(2**63 - 1),
    "uint64": str(2**64 - 1),
}
_SCALARS: Final[Mapping[str, JSON]] = {
    # Of an answer with one item, this is each of the page's numbers too.
    "integer": 1,
    "number": 0.25,
    "boolean": True,
}


def fullest(shape: Shape, place: Place = "$") -> JSON:
    """Make a value with every property, none of them the zero of its type."""
    shape = ALL.resolve(shape)
    if shape.properties:
        inner = shape.properties.items()
        return {name: fullest(it, f"{place}.{name}") for name, it in inner}
    if shape.items is not None:
        return [fullest(shape.items, f"{place}[]")]
    if shape.enum:
        return shape.enum[-1]
    if shape.type == "string":
        return _TEXTS.get(shape.format, f"some text at {place}")
    return _SCALARS.get(shape.type, {"anything": [1, None]})


def places(shape: Shape, place: Place = "$") -> Iterator[tuple[Place, Shape]]:
    """Name every place inside a shape, each with the shape of what stands there."""
    shape = ALL.resolve(shape)
    if shape.items is not None:
        yield from _at(f"{place}[]", shape.items)
    for name, inner in shape.properties.items():
        yield from _at(f"{place}.{name}", inner)


def _at(place: Place, shape: Shape) -> Iterator[tuple[Place, Shape]]:
    yield place, ALL.resolve(shape)
    yield from places(shape, place)


def found(value: JSON, place: Place = "$") -> Iterator[tuple[Place, JSON]]:
    """Name every place inside a value, each with what stands there."""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[str, JSON]] = value.items()
        steps = [(f"{place}.{name}", it) for name, it in inner]
    elif isinstance(value, list):
        steps = [(f"{place}[]", it) for it in value]
    else:
        steps = []
    for step, it in steps:
        yield step, it
        yield from found(it, step)


def fits(value: JSON, shape: Shape) -> bool:
    """Tell whether a value, by itself, is of the type that a shape names."""
    if shape.enum:
        return value in shape.enum
    if shape.type == "string":
        return isinstance(value, str) and _FORMATS[shape.format](value)
    return _TYPES[shape.type](value)


def misfits(value: JSON, shape: Shape, place: Place = "$") -> Iterator[Place]:
    """Name the places whose value is of another type, or of which nothing is said."""
    shape = ALL.resolve(shape)
    if not fits(value, shape):
        yield place
    elif isinstance(value, list) and shape.items is not None:
        for it in value:
            yield from misfits(it, shape.items, f"{place}[]")
    elif isinstance(value, Mapping) and shape.properties:
        for name in value.keys() - shape.properties.keys():
            yield f"{place}.{name}"
        for name in value.keys() & shape.properties.keys():
            yield from misfits(value[name], shape.properties[name], f"{place}.{name}")


def shown(value: JSON, shape: Shape) -> Iterator[tuple[str, str]]:
    """Name the properties in a value by schema and name; an empty list shows none."""
    inner = ALL.resolve(shape)
    if isinstance(value, list) and inner.items is not None:
        for it in value:
            yield from shown(it, inner.items)
    elif isinstance(value, Mapping):
        for name in value.keys() & inner.properties.keys():
            if value[name] != []:
                yield shape.ref, name
            yield from shown(value[name], inner.properties[name])


def fits_text(text: str, shape: Shape) -> bool:
    """Tell the same of a value of the query, where all is text."""
    if shape.items is not None:
        return fits(text, shape.items)
    if shape.type == "boolean":
        return text in {"true", "false"}
    assert shape.type == "integer", "no other kind was needed yet"
    return _INTEGER.fullmatch(text) is not None


def _is_date_time(text: str) -> bool:
    """Tell whether a text is a moment, and one that there is."""
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
