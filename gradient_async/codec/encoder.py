"""Models in request bodies."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any, cast, get_type_hints

import attrs

from gradient_async.models.base import JSON
from gradient_async.models.scalars import Int64, OpenEnum


def to_body(value: object) -> JSON:
    """
    Return a model, or a value of one of its fields, as a request body has it.

    - attrs objects become objects without the fields that have their default, the
      API's zero value; flags are always written. Credentials are included.
    - Enums become their wire values, tuples arrays, `Int64`s strings.

    To show or store a model, use its `to_dict` instead.
    """
    if isinstance(value, OpenEnum):
        return value.value
    if isinstance(value, list | tuple):
        return [to_body(item) for item in value]
    if isinstance(value, Mapping):
        return {str(to_body(key)): to_body(item) for key, item in value.items()}
    if attrs.has(type(value)):
        return dict(_written_fields(value))
    # Anything else is JSON already, or `encode_json` raises for it.
    return cast(JSON, value)


def _written_fields(model: object) -> Iterator[tuple[str, JSON]]:
    # mypy compares the hash of an instance, not that of the class.
    cls: Hashable = type(model)  # type: ignore[assignment]
    for name, default, hint in _fields(cls):
        value = getattr(model, name)
        # A flag says what the caller said, even if the server would assume the same.
        if value != default or hint is bool:
            yield name, str(value) if hint == Int64 else to_body(value)


@cache
def _fields(cls: Any) -> tuple[tuple[str, object, object], ...]:
    """Return the name, the default and the type of each field."""
    hints = get_type_hints(cls, include_extras=True)
    fields = attrs.fields(cls)
    return tuple((field.name, field.default, hints[field.name]) for field in fields)
