"""Compare an object with its type annotations, strictly and recursively."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs


def type_mismatches(value: object, shape: Any, path: str = "$") -> Iterator[str]:
    """
    Yield each place where a value does not have exactly the annotated type.

    A bool is not an int, a subclass is not its base, and a naive time is not a time.
    """
    origin = get_origin(shape)
    if origin in {Union, UnionType}:
        choices = [list(type_mismatches(value, kind, path)) for kind in get_args(shape)]
        if all(choices):
            yield f"{path}: {value!r} is no {shape}"
    elif origin is tuple and type(value) is tuple:
        for index, item in enumerate(value):
            yield from type_mismatches(item, get_args(shape)[0], f"{path}[{index}]")
    # Free JSON must only be an object.
    elif type(value) is not (dict if origin is Mapping else shape):
        yield f"{path}: {value!r} is no {shape}"
    elif isinstance(value, datetime) and value.utcoffset() is None:
        yield f"{path}: {value!r} has no timezone"
    elif attrs.has(shape):
        for name, kind in get_type_hints(shape).items():
            yield from type_mismatches(getattr(value, name), kind, f"{path}.{name}")
