"""JSON objects in requests, read as leniently as protobuf reads them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NoReturn, Self, TypeVar

import attrs

from gradient_async.emulator.core.errors import ApiError

_T = TypeVar("_T")
# Nineteen digits at most: Python refuses to convert strings of thousands of them.
_INTEGER: Final = re.compile("-?[0-9]{1,19}", re.ASCII)
_INT64: Final = range(-(2**63), 2**63)


@attrs.frozen
class Message:
    """
    A JSON object whose members are read by name and type.

    As in protobuf, a missing or null member has its type's zero value, and unknown
    members are ignored; `spaces_data_source` may be written `spacesDataSource`. A
    member of another type raises an `ApiError` with status 400.
    """

    fields: Mapping[str, object]
    path: str = ""
    """The names of the enclosing members, each followed by a dot."""

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Parse a request's body; an empty one is an empty message."""
        try:
            # Decoded here: `json` would accept damaged UTF-8, and other encodings.
            text = (body or b"{}").decode()
            fields = json.loads(text, parse_constant=_reject_constant)
        # A body of nested brackets must not end in a status 500.
        except (ValueError, RecursionError) as error:
            raise ApiError(400, "The body is not JSON.") from error
        if not isinstance(fields, dict):
            raise ApiError(400, "The body is not a JSON object.")
        return cls(fields)

    def has(self, name: str) -> bool:
        """Whether a member is present and not null."""
        return self.get(name) is not None

    def get(self, name: str) -> object:
        """Return a member as it was sent; None if it is missing."""
        value = self.fields.get(name)
        return self.fields.get(_camel_case(name)) if value is None else value

    def string(self, name: str) -> str:
        """Return a string."""
        return self._read(name, _string, "")

    def required_string(self, name: str) -> str:
        """Return a string that is not blank, or raise with status 422."""
        text = self.string(name)
        # 422, not 400: in protobuf an empty string is a value, the type's default.
        if not text.strip():
            raise ApiError(422, f"{self.path}{name} must not be empty.")
        return text

    def strings(self, name: str) -> list[str]:
        """Return a list of strings."""
        return self._read_list(name, _string)

    def integer(self, name: str) -> int:
        """Return a 64-bit integer, which may be written as a string."""
        return self._read(name, _integer, 0)

    def integers(self, name: str) -> list[int]:
        """Return a list of 64-bit integers."""
        return self._read_list(name, _integer)

    def number(self, name: str) -> float:
        """Return a number."""
        return self._read(name, _number, 0.0)

    def boolean(self, name: str) -> bool:
        """Return a boolean."""
        return self._read(name, _boolean, False)

    def enum(self, name: str, values: Sequence[str]) -> str:
        """Return one of an enum's values, sent as it is or as its number from 0."""
        value = self.get(name)
        if type(value) is int and value in range(len(values)):
            return values[value]
        if value is not None and value not in values:
            self._reject(name, "one of " + ", ".join(values))
        return str(value or values[0])

    def message(self, name: str) -> Message | None:
        """Return an object, or None if there is none."""
        if not self.has(name):
            return None
        return Message(self._read(name, _object, {}), f"{self.path}{name}.")

    def messages(self, name: str) -> list[Message]:
        """Return a list of objects."""
        return [
            Message(fields, f"{self.path}{name}[{position}].")
            for position, fields in enumerate(self._read_list(name, _object))
        ]

    def _read(self, name: str, convert: Callable[[object], _T], zero: _T) -> _T:
        value = self.get(name)
        if value is None:
            return zero
        try:
            return convert(value)
        except TypeError as error:
            self._reject(name, str(error))

    def _read_list(self, name: str, convert: Callable[[object], _T]) -> list[_T]:
        return self._read(name, lambda value: list(map(convert, _list(value))), [])

    def _reject(self, name: str, expected: str) -> NoReturn:
        """Raise an error that names the member and what was expected."""
        raise ApiError(400, f"{self.path}{name}: expected {expected}.")


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _reject_constant(name: str) -> NoReturn:
    """Reject `NaN` and `Infinity`, which Python accepts and JSON does not have."""
    raise ValueError(name)


def _require(value: object, kind: type[_T], expected: str) -> _T:
    """Return `value` if it is a `kind`."""
    if not isinstance(value, kind):
        raise TypeError(expected)
    return value


_boolean: Final = partial(_require, kind=bool, expected="a boolean")
_object: Final = partial(_require, kind=dict, expected="an object")
_list: Final = partial(_require, kind=list, expected="a list")


def _string(value: object) -> str:
    """Return a string that can be written in UTF-8."""
    text = _require(value, str, "a string")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        # JSON can escape half a surrogate pair, which stands for no character.
        msg = "a string of Unicode characters"
        raise TypeError(msg) from error
    return text


def _number(value: object) -> float:
    """Return a number as a float."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # JSON's integers have no limit, and a float cannot hold all of them.
        with contextlib.suppress(OverflowError):
            return float(value)
    msg = "a number"
    raise TypeError(msg)


def _integer(value: object) -> int:
    """Return a 64-bit integer from an integer, a whole float or a string of digits."""
    if (isinstance(value, str) and _INTEGER.fullmatch(value)) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    # Not `isinstance`, which also accepts booleans.
    if type(value) is int and value in _INT64:
        return value
    msg = "a whole number of 64 bits, or a string with one"
    raise TypeError(msg)
