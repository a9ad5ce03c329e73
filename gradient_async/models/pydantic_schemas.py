"""Schemas of the models for pydantic and FastAPI; imported only where they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core import core_schema as schemas

from gradient_async.models.base import to_plain
from gradient_async.models.scalars import OpenEnum


def object_schema(
    source: Any,
    handler: GetCoreSchemaHandler,
    names: Iterable[str],
    serialize: Callable[[Any], object],
) -> CoreSchema:
    """
    Return the schema of a model class, or of a generic one with its argument.

    An instance is valid. It is serialized by `serialize`, whose result has the keys
    `names`.
    """
    cls = get_origin(source) or source
    shape = schemas.typed_dict_schema(
        {
            name: schemas.typed_dict_field(handler.generate_schema(hint))
            for name, hint in _hints(cls, names, get_args(source)).items()
        },
        cls_name=cls.__name__,
        # The result of `serialize` is complete; `shape` only describes it.
        serialization=schemas.plain_serializer_function_ser_schema(_return_unchanged),
    )
    return schemas.is_instance_schema(
        cls,
        ref=f"{cls.__module__}.{cls.__qualname__}:{id(source)}",
        serialization=schemas.plain_serializer_function_ser_schema(
            serialize, return_schema=shape
        ),
    )


def object_json_schema(
    cls: type, schema: Any, handler: GetJsonSchemaHandler
) -> JsonSchemaValue:
    """Return the JSON schema of what `object_schema` serializes to."""
    shape = {**schema["serialization"]["return_schema"]}
    del shape["serialization"]
    return {**handler(shape), "description": (getdoc(cls) or "").partition("\n")[0]}


def enum_schema(cls: type[OpenEnum]) -> CoreSchema:
    """Return the schema of an enum: short names, wire values and members are valid."""
    return schemas.no_info_plain_validator_function(
        lambda value: cls.parse(value) if isinstance(value, str) else cls(value),
        serialization=schemas.plain_serializer_function_ser_schema(to_plain),
    )


def enum_json_schema(cls: type[OpenEnum]) -> JsonSchemaValue:
    """Return the JSON schema of an enum; it names known values and excludes none."""
    return {"type": "string", "examples": [member.short_name for member in cls]}


def _hints(
    cls: type, names: Iterable[str], arguments: tuple[Any, ...]
) -> Mapping[str, Any]:
    """Return the type of each field or property, type variables replaced."""
    hints = get_type_hints(cls)
    for name in names:
        if isinstance(member := getattr(cls, name, None), property):
            hints[name] = get_type_hints(member.fget)["return"]
        elif arguments and getattr(hints[name], "__parameters__", ()):
            hints[name] = hints[name][arguments]
    return {name: hints[name] for name in names}


def _return_unchanged(value: Any) -> Any:
    return value
