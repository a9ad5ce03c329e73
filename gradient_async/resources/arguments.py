"""What callers wrote, checked and turned into what the API takes; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.codec import JSON, to_body
from gradient_async.errors import ConfigurationError
from gradient_async.models.scalars import OpenEnum

T = TypeVar("T")
E = TypeVar("E", bound=OpenEnum)

# What can be iterated over, and is no list of things.
_NO_LISTS: Final = (str, bytes, bytearray, Mapping)

_KINDS: Final = {str: "a string", bool: "True or False", float: "a number"}


class Body(dict[str, JSON]):
    """What a request says; its repr, which tracebacks may show, tells no secrets."""

    def __or__(self, other: Mapping[str, JSON]) -> Body:  # type: ignore[override]
        """Give both together."""
        return Body({**self, **other})

    def __repr__(self) -> str:
        """Name what it is about."""
        return f"<body of {', '.join(self)}>"


def body_of(**given: object) -> Body:
    """Make a request's body of the arguments that were given; None is not given."""
    return Body({name: to_body(it) for name, it in given.items() if it is not None})


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
    _check_encodable(name, value)
    return value


def read_optional_text(name: str, value: str | None) -> str | None:
    """
    Take a text that must say something where it is given; None stays None.

    Raises:
        ConfigurationError: It is no string, or empty.
    """
    return None if value is None else read_text(name, value)


def read_items(name: str, values: Iterable[T], what: str) -> tuple[T, ...]:
    """
    Take several things; a lone string is refused, it would be taken for its letters.

    Raises:
        ConfigurationError: It is no list; `what` says of what it should be one.
    """
    check_instance(name, values, Iterable, f"a list of {what}")
    if isinstance(values, _NO_LISTS):
        msg = f"{name} must be a list of {what}, not {type(values).__name__}"
        raise ConfigurationError(msg)
    return tuple(values)


def read_texts(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """
    Take several texts.

    Raises:
        ConfigurationError: It is no list of strings, or one of them is empty.
    """
    items = read_items(name, values, "strings")
    return tuple(read_text(f"each of {name}", item) for item in items)


def check_fields(name: str, value: object, kind: type) -> None:
    """
    Refuse what is no object of this attrs class, or has a field of another type.

    Raises:
        ConfigurationError: The message names the field.
    """
    check_instance(name, value, kind, f"{kind.__name__}(...)")
    hints = get_type_hints(kind)
    for field in attrs.fields(kind):
        place = f"{name}: {field.name}"
        _check_field(place, getattr(value, field.name), hints[field.name])


def _check_field(name: str, value: object, hint: Any) -> None:
    if get_origin(hint) is tuple:
        check_instance(name, value, (tuple, list), "a tuple")
        for item in value:  # type: ignore[attr-defined]  # checked just now
            _check_field(f"each of {name}", item, get_args(hint)[0])
    elif hint is int:
        check_int(name, value, minimum=0)
    elif hint is float and not isinstance(value, bool):
        check_instance(name, value, (float, int), "a number")
    else:
        check_instance(name, value, hint, _KINDS.get(hint, hint.__name__))


def _check_encodable(name: str, text: str) -> None:
    """Refuse half a surrogate pair, as a file name that is not UTF-8 has one."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        msg = f"{name} has a character that no request can carry: half a surrogate pair"
        raise ConfigurationError(msg)


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
