"""What callers wrote, checked and turned into what the API takes; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from gradient_async.checks import check_instance
from gradient_async.codec import JSON, to_json
from gradient_async.errors import ConfigurationError
from gradient_async.models.open_enum import OpenEnum

E = TypeVar("E", bound=OpenEnum)


def body_of(**given: object) -> dict[str, JSON]:
    """Make a request's body of the arguments that were given; None is not given."""
    return {name: to_json(it) for name, it in given.items() if it is not None}


def read_text(name: str, value: str) -> str:
    """
    Take a text that must say something.

    Raises:
        ConfigurationError: It is no string, or empty.
    """
    check_instance(name, value, str, "a string")
    if not value:
        msg = f"{name} must not be empty"
        raise ConfigurationError(msg)
    return value


def read_texts(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """
    Take several texts; a lone string is refused, it would be taken for its letters.

    Raises:
        ConfigurationError: It is no list of strings, or one of them is empty.
    """
    if isinstance(values, str):
        msg = f"{name} must be a list of strings, not a single one"
        raise ConfigurationError(msg)
    check_instance(name, values, Iterable, "a list of strings")
    return tuple(read_text(f"each of {name}", value) for value in values)


def read_member(name: str, value: str | None, kind: type[E]) -> E | None:
    """
    Read a member of an enum, its short name or its wire value; None stays None.

    Raises:
        ConfigurationError: It is neither; the message lists the short names.
    """
    if value is None:
        return None
    check_instance(name, value, str, "a string")
    return _parse(name, value, kind)


def read_members(
    name: str, values: Iterable[str] | str | None, kind: type[E]
) -> frozenset[E] | None:
    """
    Read members of an enum; a lone string is one name. None stays None.

    Raises:
        ConfigurationError: One is neither a short name nor a wire value.
    """
    if values is None:
        return None
    check_instance(name, values, Iterable, "names, or a list of them")
    names = [values] if isinstance(values, str) else list(values)
    for value in names:
        check_instance(f"each of {name}", value, str, "a string")
    return frozenset(_parse(name, value, kind) for value in names)


def _parse(name: str, text: str, kind: type[E]) -> E:
    try:
        return kind.parse(text)
    except ValueError as error:
        msg = f"{name}: {error}"
    raise ConfigurationError(msg)


def query_of(**given: bool | None) -> dict[str, str]:
    """
    Make query parameters of the flags that were given; None is not given.

    Raises:
        ConfigurationError: One is no flag.
    """
    flags = {name: flag for name, flag in given.items() if flag is not None}
    for name, flag in flags.items():
        check_instance(name, flag, bool, "True or False")
    return {name: str(flag).lower() for name, flag in flags.items()}
