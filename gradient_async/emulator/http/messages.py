"""JSON objects from requests, read with the leniency of protobuf."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn, Self, TypeVar

import attrs

from gradient_async.emulator.http.refusals import RefusalError

_T = TypeVar("_T")
_WHOLE_NUMBER: Final = re.compile("-?[0-9]{1,19}", re.ASCII)
_INT64: Final = range(-(2**63), 2**63)


@attrs.frozen
class Message:
    """
    A JSON object whose members are asked for by name and type.

    As in protobuf, a member that is missing or null has the zero of its type, and those
    nobody asks for are ignored. A member of another type is refused with 400.
    """

    fields: Mapping[str, object]
    path: str = ""
    """The names that lead here, each with a dot behind it."""

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a request's body; none at all is an empty message."""
        try:
            fields = json.loads(body or b"{}", parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise RefusalError(400, "The body is not JSON.") from error
        if not isinstance(fields, dict):
            raise RefusalError(400, "The body is not a JSON object.")
        return cls(fields)

    def has(self, name: str) -> bool:
        """Tell whether a member is there and not null."""
        return self.fields.get(name) is not None

    def text(self, name: str) -> str:
        """Read a string."""
        return self._read(name, _text, "")

    def texts(self, name: str) -> list[str]:
        """Read a list of strings."""
        return self._read_list(name, _text)

    def whole_number(self, name: str) -> int:
        """Read a 64-bit number, which may be written as a string."""
        return self._read(name, _whole_number, 0)

    def whole_numbers(self, name: str) -> list[int]:
        """Read a list of 64-bit numbers."""
        return self._read_list(name, _whole_number)

    def number(self, name: str) -> float:
        """Read a number."""
        return self._read(name, _number, 0.0)

    def flag(self, name: str) -> bool:
        """Read a boolean."""
        return self._read(name, _flag, False)

    def choice(self, name: str, values: Sequence[str]) -> str:
        """Read one of the values of an enum; the first is its zero."""
        text = self._read(name, _text, values[0])
        if text not in values:
            self._refuse(name, "one of " + ", ".join(values))
        return text

    def message(self, name: str) -> Message | None:
        """Read an object, or give None if there is none."""
        if not self.has(name):
            return None
        return Message(self._read(name, _object, {}), f"{self.path}{name}.")

    def messages(self, name: str) -> list[Message]:
        """Read a list of objects."""
        return [
            Message(fields, f"{self.path}{name}[{position}].")
            for position, fields in enumerate(self._read_list(name, _object))
        ]

    def _read(self, name: str, convert: Callable[[object], _T], zero: _T) -> _T:
        """Convert one member, or refuse it."""
        value = self.fields.get(name)
        if value is None:
            return zero
        try:
            return convert(value)
        except TypeError as error:
            self._refuse(name, str(error))

    def _read_list(self, name: str, convert: Callable[[object], _T]) -> list[_T]:
        """Convert the items of a list, or refuse it as a whole."""
        return self._read(name, lambda value: list(map(convert, _list(value))), [])

    def _refuse(self, name: str, expected: str) -> NoReturn:
        """Say what should have stood there."""
        raise RefusalError(400, f"{self.path}{name}: expected {expected}.")


def _refuse_constant(name: str) -> NoReturn:
    """Refuse what Python takes for numbers and JSON does not."""
    raise ValueError(name)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    msg = "a string"
    raise TypeError(msg)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    msg = "a boolean"
    raise TypeError(msg)


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # JSON has whole numbers that no float can hold.
        with contextlib.suppress(OverflowError):
            return float(value)
    msg = "a number"
    raise TypeError(msg)


def _whole_number(value: object) -> int:
    if (isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value)) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if type(value) is int and value in _INT64:
        return value
    msg = "a whole number of 64 bits, or a string with one"
    raise TypeError(msg)


def _object(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    msg = "an object"
    raise TypeError(msg)


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    msg = "a list"
    raise TypeError(msg)
