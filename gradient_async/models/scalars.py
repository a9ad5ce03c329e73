"""Scalar types of the API: enums that may grow, 64-bit integers, timestamps."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self, TypeAlias

from msgspec import Meta

Int64: TypeAlias = Annotated[int, "int64"]
"""An `int` sent as a JSON string: JSON numbers lose digits above 2^53."""

Timestamp: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""An aware `datetime`; in UTC, which is what protobuf's JSON always writes."""


class OpenEnum(StrEnum):
    """
    A string enum that keeps values it does not declare.

    Member names are short, values are the API's: `IndexingJobStatus.COMPLETED` equals
    `"INDEX_JOB_STATUS_COMPLETED"`. An undeclared value becomes a member of the same
    class whose `is_known` is False; it compares equal to its text.
    Each subclass declares the API's zero value first, mostly `UNKNOWN`.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Create a member for an undeclared text, without registering it."""
        if not isinstance(value, str):
            return None
        # Registered members would pile up, one for each text a server ever sent.
        member = str.__new__(cls, value)
        member._name_ = member._value_ = str(value)
        return member

    @property
    def is_known(self) -> bool:
        """Whether this version of the package declares the value."""
        return self._value_ in type(self)._value2member_map_

    @property
    def short_name(self) -> str:
        """The value in lower case and without the enum's prefix: `failed`."""
        return self._value_.removeprefix(self._prefix()).lower()

    @classmethod
    def _prefix(cls) -> str:
        """Return the prefix that all declared values share, empty if there is none."""
        zero = next(iter(cls))
        return zero.value.removesuffix(zero.name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Return the member for a short name (`failed`, in any case), a value or a member.

        Raises:
            ValueError: The text is none of these; the message lists the short names.
        """
        if isinstance(text, cls):
            return text
        prefix = cls._prefix()
        if prefix and text.startswith(prefix):
            return cls(text)
        short = text.upper().replace("-", "_").replace(" ", "_")
        if short in cls.__members__:
            return cls[short]
        known = ", ".join(name.lower() for name in cls.__members__)
        msg = f"{text!r} is none of {known}"
        raise ValueError(msg)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema that pydantic validates and serializes by."""
        # pydantic is no dependency: whoever calls this has it.
        from gradient_async.models import pydantic_schemas  # noqa: PLC0415

        return pydantic_schemas.enum_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Return the JSON schema of the short names."""
        from gradient_async.models import pydantic_schemas  # noqa: PLC0415

        return pydantic_schemas.enum_json_schema(cls)
