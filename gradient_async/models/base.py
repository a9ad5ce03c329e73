"""The base class of all models: plain values, JSON, and schemas for pydantic."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from gradient_async.models.scalars import OpenEnum

C = TypeVar("C", bound=type)

JSON: TypeAlias = (
    "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
)
"""Any JSON value."""

SECRET: Final = {"secret": True}
"""Metadata of a field whose value `to_dict` leaves out."""

_NO_NAMES: Final[tuple[str, ...]] = ()


class APIObject:
    """
    Base class of everything that the API describes: jobs, knowledge bases, and so on.

    `vars(job)` and `attrs.asdict(job)` have the fields as they are, `job.to_dict()` as
    plain JSON values; `dict(job)` and `{**job}` are short for the latter.

    FastAPI and pydantic take the classes as types: instances are valid, and are
    serialized as by `to_dict`.
    """

    # Subclasses keep their fields in slots. This class has none, so each object also
    # has a dict, in which only `sparse` fields are stored.
    _field_names = _NO_NAMES
    _plain_names = _NO_NAMES
    _derived_names = _NO_NAMES

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        """Collect the names of the fields; attrs calls this for each subclass."""
        fields: list[attrs.Attribute[object]] = sorted(
            attrs.fields(cls),  # type: ignore[arg-type]  # it is one by now
            # The inherited ones, which few responses have, come last.
            key=lambda field: field.inherited,  # type: ignore[attr-defined]  # no stub
        )
        cls._field_names = tuple(field.name for field in fields)
        shown = (it.name for it in fields if not it.metadata.get("secret"))
        cls._plain_names = (*shown, *cls._derived_names)

    if not TYPE_CHECKING:

        @property
        def __dict__(self) -> dict[str, object]:
            """Every field by name, wherever it is stored; for `vars`."""
            return {name: getattr(self, name) for name in self._field_names}

        # Without it, Python would try `self[0]` in a `for` loop.
        __iter__ = None

    def to_dict(self, *, wire: bool = False) -> dict[str, JSON]:
        """
        Return the object as plain JSON values, which `json.dumps` takes as they are.

        Every field is there. Times are RFC 3339 strings that end in `Z` for UTC, tuples
        are lists, nested objects dicts, numbers that are not finite None. Credentials
        and presigned URLs are left out: read them as attributes.

        Args:
            wire: Whether enums are the API's own words (`INDEX_JOB_STATUS_FAILED`)
                instead of short ones (`failed`). A value that this version does not
                know is always as the API sent it.
        """
        return {
            name: to_plain(getattr(self, name), wire=wire) for name in self._plain_names
        }

    def to_json(self, *, wire: bool = False) -> str:
        """Return the content of `to_dict` as JSON on one line."""
        content = self.to_dict(wire=wire)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    def keys(self) -> Iterable[str]:
        """Return the keys of `to_dict`."""
        return self._plain_names

    def __getitem__(self, key: str) -> JSON:
        """Return one value of `to_dict`."""
        if key not in self._plain_names:
            raise KeyError(key)
        return to_plain(getattr(self, key))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema that pydantic validates and serializes by."""
        # pydantic is no dependency: whoever calls this has it.
        from gradient_async.models import pydantic_schemas  # noqa: PLC0415

        return pydantic_schemas.object_schema(
            source, handler, cls._plain_names, cls.to_dict
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Return the JSON schema of `to_dict`, for OpenAPI pages."""
        from gradient_async.models import pydantic_schemas  # noqa: PLC0415

        return pydantic_schemas.object_json_schema(cls, schema, handler)


def sparse(cls: C) -> C:
    """
    Put the defaults of an unslotted attrs class on the class itself.

    After decoding, msgspec reads each field of each object, and sets those that are
    missing to their default. An unset slot raises, which costs 0.2 µs; a default on
    the class is simply found. So fields that most responses lack go to an unslotted
    base class with this decorator. All others stay in slots, which are faster to set:
    decoding 200 jobs takes 0.38 ms this way, 0.48 ms without any slots, and 0.59 ms
    with slots only (CPython 3.11).
    """
    for field in attrs.fields(cls):
        setattr(cls, field.name, field.default)
    return cls


def to_plain(value: object, *, wire: bool = False) -> JSON:
    """
    Return a model, or a value of one of its fields, as `APIObject.to_dict` shows it.

    Raises:
        TypeError: The value has no JSON form.
    """
    if value is None or isinstance(value, str | int | float | datetime):
        return _to_plain_scalar(value, wire=wire)
    if isinstance(value, APIObject):
        return value.to_dict(wire=wire)
    if isinstance(value, list | tuple):
        return [to_plain(item, wire=wire) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item, wire=wire) for key, item in value.items()}
    msg = f"{type(value).__name__} has no JSON form"
    raise TypeError(msg)


def _to_plain_scalar(
    value: str | float | datetime | None, *, wire: bool
) -> str | int | float | None:
    match value:
        case OpenEnum():
            return value.value if wire or not value.is_known else value.short_name
        case StrEnum():
            return value.value
        case float():
            return value if isfinite(value) else None
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value
