"""The cattrs converter, which defines how each type is decoded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin

import attrs
import msgspec
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from gradient_async.errors import DecodeError
from gradient_async.models.scalars import OpenEnum, Timestamp

T = TypeVar("T")

# cattrs raises groups, and a bare error if the outermost value does not fit.
_CATTRS_ERRORS: Final = (BaseValidationError, ValueError, TypeError, LookupError)


def make_converter() -> Converter:
    """
    Build the converter that defines how each type is decoded.

    - attrs classes come from objects; unknown keys are ignored; an absent or null
      key takes the field's default, the API's zero value.
    - `int`, `float` and `bool` also come from strings (`"12"`, `"true"`), as protobuf
      writes 64-bit integers; `bool` also from 0 and 1, `int` from whole floats.
    - `str` comes from strings only.
    - `Timestamp | None` comes from RFC 3339 (up to nine fractional digits, rounded
      to microseconds) or from seconds since 1970, and is aware; a time without an
      offset is UTC; null and `""` are None.
    - `OpenEnum`s come from strings; undeclared values are kept.
    - `tuple[T, ...]` comes from arrays only, `Mapping[str, object]` from objects
      only, whose values stay plain JSON.
    - Where an object, a list or a time is optional, the string `"null"` is null.

    Register your own hooks on it and pass it to `Client(converter=...)`.
    """
    converter = Converter()
    for scalar in (int, float, bool, str):
        converter.register_structure_hook(scalar, _structure_scalar)
    converter.register_structure_hook_func(_is_timestamp, _structure_timestamp)
    converter.register_structure_hook(OpenEnum, _structure_enum)
    converter.register_structure_hook_func(_is_mapping, _structure_mapping)
    converter.register_structure_hook_factory(
        _is_optional, lambda shape: _optional_hook(converter, shape)
    )
    converter.register_structure_hook_factory(
        _is_tuple, lambda shape: _tuple_hook(converter, shape)
    )
    converter.register_structure_hook_factory(
        attrs.has, lambda shape: _attrs_hook(converter, shape)
    )
    return converter


def structure(value: object, shape: type[T], converter: Converter | None) -> T:
    """
    Convert plain JSON to an attrs object; None means the package's own converter.

    Raises:
        DecodeError: The value does not fit; the error has the JSON path.
    """
    if converter is None:
        converter = _own_converter()
    try:
        return converter.structure(value, shape)
    except _CATTRS_ERRORS as error:
        json_path, text = _first_mismatch(error)
    raise DecodeError(text, json_path=json_path)


_own_converter = cache(make_converter)


def _first_mismatch(error: BaseException) -> tuple[str, str]:
    """Return the JSON path and the message of the first error in nested groups."""
    path = "$"
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                path += f".{note.name}"
            elif isinstance(note, IterableValidationNote):
                path += f"[{note.index}]"
    if isinstance(error, KeyError):
        return path, "Expected a value, got none"
    return path, str(error) if isinstance(error, ValueError) else type(error).__name__


def _structure_scalar(value: object, shape: type[T]) -> T:
    if isinstance(value, float) and math.isinf(value):
        # There is no such number in JSON: it has too many digits.
        msg = "Number out of range"
        raise ValueError(msg)
    # By msgspec, so that both paths accept the same values.
    return msgspec.convert(value, shape, strict=False)


def _is_timestamp(shape: object) -> bool:
    return shape in {Timestamp | None, datetime | None}


def _structure_timestamp(value: object, _: object) -> datetime | None:
    if value == "":
        return None
    time: datetime | None = msgspec.convert(value, datetime | None, strict=False)
    if time is not None and time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    return time


def _structure_enum(value: object, shape: type[OpenEnum]) -> OpenEnum:
    return shape(_require(value, str, "str"))


def _is_optional(shape: object) -> bool:
    """Return whether it is `X | None` for an object or a list."""
    parts = set(get_args(shape)) - {NoneType}
    return get_origin(shape) is UnionType and any(
        attrs.has(part) or _is_tuple(part) or _is_mapping(part) for part in parts
    )


# The hooks' signatures have `Any` because those of cattrs do.
def _optional_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    (part,) = set(get_args(shape)) - {NoneType}

    def hook(value: object, _: object) -> object:
        # msgspec takes the string for null too unless it is strict.
        is_null = isinstance(value, str) and value.lower() == "null"
        return None if value is None or is_null else converter.structure(value, part)

    return hook


def _is_tuple(shape: object) -> bool:
    return get_origin(shape) is tuple


def _is_mapping(shape: object) -> bool:
    return get_origin(shape) is Mapping


def _structure_mapping(value: object, _: object) -> Mapping[str, object]:
    return _require(value, dict, "object")


def _tuple_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    part = get_args(shape)[0]
    structure_item = converter.get_structure_hook(part)

    def hook(value: object, _: object) -> tuple[object, ...]:
        items = []
        # cattrs' own hook would go on after an error: a long list of nothing but
        # mismatches would take seconds.
        for item in _require(value, list, "array"):
            try:
                items.append(structure_item(item, part))
            except _CATTRS_ERRORS as error:
                note = f"Structuring {shape} @ index {len(items)}"
                error.add_note(IterableValidationNote(note, len(items), part))
                msg = "While structuring a list"
                raise IterableValidationError(msg, [error], shape) from None
        return tuple(items)

    return hook


def _attrs_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    structure_fields = make_dict_structure_fn(shape, converter)

    def hook(value: object, _: object) -> object:
        fields = _require(value, dict, "object")
        present = {key: field for key, field in fields.items() if field is not None}
        return structure_fields(present, shape)

    return hook


def _require(value: object, kind: type[T], name: str) -> T:
    """Return a value of the right type; raise with msgspec's wording otherwise."""
    if isinstance(value, kind):
        return value
    names = {dict: "object", list: "array", type(None): "null"}
    got = names.get(type(value), type(value).__name__)
    msg = f"Expected `{name}`, got `{got}`"
    raise ValueError(msg)
