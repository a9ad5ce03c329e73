"""What goes into a request's body: attrs objects to plain JSON values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, cast

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from gradient_async.codec.codec import JSON
from gradient_async.models.int64 import Int64
from gradient_async.models.open_enum import OpenEnum


def to_json(value: object) -> JSON:
    """
    Turn what the models are made of into plain JSON values.

    - attrs objects become objects, without the fields that have their default, the
      API's zero value; flags are always written.
    - enums become their wire values, tuples arrays, `Int64`s strings.
    """
    return cast(JSON, _converter().unstructure(value))


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook_func(lambda shape: shape is Int64, str)
    converter.register_unstructure_hook(OpenEnum, lambda member: str(member.value))
    converter.register_unstructure_hook_factory(
        attrs.has, partial(_attrs_hook, converter)
    )
    return converter


# cattrs' own signatures speak of Any.
def _attrs_hook(converter: Converter, shape: Any) -> Callable[[Any], Any]:
    attrs.resolve_types(shape)
    flags: dict[str, Any] = {
        field.name: override(omit_if_default=False)
        for field in attrs.fields(shape)
        if field.type is bool
    }
    return make_dict_unstructure_fn(
        shape, converter, _cattrs_omit_if_default=True, **flags
    )
