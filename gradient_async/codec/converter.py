"""What each type means: the one cattrs converter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

import attrs
import msgspec
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn

from gradient_async.models.open_enum import OpenEnum
from gradient_async.models.timestamp import Timestamp

T = TypeVar("T")


def make_converter() -> Converter:
    """
    Build the converter that defines what each type means.

    - attrs classes come from objects; unknown keys are ignored; an absent or null
      key takes the field's default, the API's zero value.
    - `int`, `float` and `bool` also come from strings (`"12"`, `"true"`), as protobuf
      writes 64-bit integers; `bool` also from 0 and 1, `int` from whole floats.
    - `str` comes from strings only.
    - `Timestamp | None` comes from RFC 3339 (up to nine fractional digits, rounded
      to microseconds) or from seconds since 1970, and is aware; a time without an
      offset is UTC; null and `""` are None.
    - `OpenEnum`s come from strings; undeclared ones are kept.
    - `tuple[T, ...]` comes from arrays only, `Mapping[str, object]` from objects
      only, whose values stay plain JSON.
    - Where an object, a list or a time may be missing, the word `"null"` is null.

    Register your own hooks on it and give it to `Client(converter=...)`.
    """
    converter = Converter()
    for scalar in (int, float, bool, str):
        converter.register_structure_hook(scalar, _scalar)
    converter.register_structure_hook_func(_is_timestamp, _timestamp)
    converter.register_structure_hook(OpenEnum, _open_enum)
    converter.register_structure_hook_func(_is_mapping, _mapping)
    converter.register_structure_hook_factory(
        _is_optional_part, lambda shape: _optional_hook(converter, shape)
    )
    converter.register_structure_hook_factory(
        _is_tuple, lambda shape: _tuple_hook(converter, shape)
    )
    converter.register_structure_hook_factory(
        attrs.has, lambda shape: _attrs_hook(converter, shape)
    )
    return converter


def _scalar(value: object, shape: type[T]) -> T:
    """Let msgspec decide, so that both paths accept the same."""
    return msgspec.convert(value, shape, strict=False)


def _is_timestamp(shape: object) -> bool:
    return shape in {Timestamp | None, datetime | None}


def _timestamp(value: object, _: object) -> datetime | None:
    if value == "":
        return None
    moment: datetime | None = msgspec.convert(value, datetime | None, strict=False)
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def _open_enum(value: object, shape: type[OpenEnum]) -> OpenEnum:
    return shape(_expect(value, str, "str"))


def _is_optional_part(shape: object) -> bool:
    """Tell `X | None` for an object or a list; texts and times have their own way."""
    parts = set(get_args(shape)) - {NoneType}
    return get_origin(shape) is UnionType and any(
        attrs.has(part) or _is_tuple(part) or _is_mapping(part) for part in parts
    )


def _optional_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    (part,) = set(get_args(shape)) - {NoneType}

    def hook(value: object, _: object) -> object:
        # Not strict, msgspec takes the word for the thing.
        is_null = isinstance(value, str) and value.lower() == "null"
        return None if value is None or is_null else converter.structure(value, part)

    return hook


def _is_tuple(shape: object) -> bool:
    return get_origin(shape) is tuple


def _is_mapping(shape: object) -> bool:
    return get_origin(shape) is Mapping


def _mapping(value: object, _: object) -> Mapping[str, object]:
    return _expect(value, dict, "object")


# cattrs' own signatures speak of Any: hooks take whatever the JSON held.
def _tuple_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    listed = GenericAlias(list, (get_args(shape)[0],))
    structure = converter.get_structure_hook(listed)

    def hook(value: object, _: object) -> tuple[object, ...]:
        return tuple(structure(_expect(value, list, "array"), listed))

    return hook


def _attrs_hook(converter: Converter, shape: Any) -> Callable[[Any, Any], Any]:
    structure = make_dict_structure_fn(shape, converter)

    def hook(value: object, _: object) -> object:
        fields = _expect(value, dict, "object")
        given = {key: field for key, field in fields.items() if field is not None}
        return structure(given, shape)

    return hook


def _expect(value: object, kind: type[T], name: str) -> T:
    """Pass a value of the right kind; complain in msgspec's words otherwise."""
    if isinstance(value, kind):
        return value
    names = {dict: "object", list: "array", type(None): "null"}
    got = names.get(type(value), type(value).__name__)
    msg = f"Expected `{name}`, got `{got}`"
    raise ValueError(msg)
