"""Enums that grow: a value nobody knew yet is kept, not refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """
    A string enum whose unknown values survive.

    Short member names, wire values: `IndexingJobStatus.COMPLETED` equals
    `"INDEX_JOB_STATUS_COMPLETED"`. A value that is not declared becomes a member
    of the same class whose `is_known` is False; it compares equal to its text.
    Every subclass declares the API's zero value first, mostly `UNKNOWN`.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Keep an undeclared text; unregistered, so that nothing piles up."""
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this version of the package declares the value."""
        return self._value_ in type(self)._value2member_map_

    @property
    def short_name(self) -> str:
        """The value as it may be asked for: `failed`, without the enum's prefix."""
        return self._value_.removeprefix(self._prefix()).lower()

    @classmethod
    def _prefix(cls) -> str:
        """Give what all declared values begin with, the enum's name in capitals."""
        zero = next(iter(cls))
        return zero.value.removesuffix(zero.name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a short name (`failed`, in any case), a wire value, or a member.

        Raises:
            ValueError: The text is neither; the message lists the short names.
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
