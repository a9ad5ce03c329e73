"""Check arguments before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import EnumType
from types import NoneType, UnionType
from typing import Final, NoReturn, TypeVar, get_args

from gradient_async.errors import ConfigurationError

T = TypeVar("T")

_DESCRIPTIONS: Final[Mapping[type, str]] = {
    str: "a string",
    int: "a number",
    float: "a number",
    Iterable: "an iterable",
    Mapping: "a mapping",
    NoneType: "None",
}

# Iterables that a caller hardly means as a list of things.
_NOT_LISTS: Final = (str, bytes, bytearray, Mapping)


def check_instance(name: str, value: object, kind: type | UnionType) -> None:
    """Raise `ConfigurationError`, which hides `value`, unless it is a `kind`."""
    # A class has the methods of a protocol, but an enumeration has its members, too.
    if isinstance(value, type) and not isinstance(value, EnumType):
        _refuse(name, _describe(kind), f"the class {value.__name__}")
    if not isinstance(value, kind):
        _refuse(name, _describe(kind), type(value).__name__)


def check_int(
    name: str, value: object, *, minimum: int, maximum: int | None = None
) -> None:
    """Raise `ConfigurationError` unless `value` is an int within inclusive bounds."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if maximum is None:
        highest, expected = math.inf, f"an integer of at least {minimum}"
    else:
        highest, expected = maximum, f"an integer from {minimum} to {maximum}"
    if number is None or not minimum <= number <= highest:
        _refuse(name, expected, repr(value))


def check_seconds(name: str, value: object, *, minimum: float = 0.0) -> None:
    """Raise `ConfigurationError` unless `value` is finite, above 0 and large enough."""
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
    if not 0 < number < math.inf:
        _refuse(name, "a positive number of seconds", repr(value))
    if number < minimum:
        _refuse(name, f"at least {minimum:g} s", repr(value))


def check_callable(name: str, value: object) -> None:
    """Raise `ConfigurationError` unless `value` is callable or None."""
    if value is not None and not callable(value):
        _refuse(name, "callable", type(value).__name__)


def require_nonempty_str(name: str, value: str) -> str:
    """
    Return `value` if it is a string that is not empty and can be encoded.

    Raises:
        ConfigurationError: It is not; the message does not show the value.
    """
    check_instance(name, value, str)
    if not value:
        msg = f"{name} must not be empty"
        raise ConfigurationError(msg)
    # Most are ASCII, which is found at once.
    if not value.isascii() and any("\ud800" <= it <= "\udfff" for it in value):
        msg = f"{name} contains an unpaired surrogate, which UTF-8 cannot encode"
        raise ConfigurationError(msg)
    return value


def require_list(name: str, values: Iterable[T], items: str) -> tuple[T, ...]:
    """
    Return the items of an iterable; a string or a mapping is refused as a mistake.

    Raises:
        ConfigurationError: It is not a list; `items` describes what it should hold.
    """
    is_iterable: bool = isinstance(values, Iterable)
    if not is_iterable or isinstance(values, _NOT_LISTS):
        _refuse(name, f"a list of {items}", type(values).__name__)
    return tuple(values)


def _describe(kind: type | UnionType) -> str:
    kinds = sorted(get_args(kind) or (kind,), key=lambda it: it is NoneType)
    return " or ".join(dict.fromkeys(_describe_type(it) for it in kinds))


def _describe_type(kind: type) -> str:
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    return _DESCRIPTIONS.get(kind) or f"{article} {kind.__name__}"


def _refuse(name: str, expected: str, got: str) -> NoReturn:
    msg = f"{name} must be {expected}, got {got}"
    raise ConfigurationError(msg)
