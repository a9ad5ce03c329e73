"""Turn callers' arguments into request bodies and query parameters; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import attrs

from gradient_async.checks import (
    check_instance,
    check_int,
    require_list,
    require_nonempty_str,
)
from gradient_async.codec import JSON, to_body
from gradient_async.errors import ConfigurationError
from gradient_async.models.scalars import OpenEnum

E = TypeVar("E", bound=OpenEnum)


class Body(dict[str, JSON]):
    """A request body; its repr, which tracebacks may show, hides the values."""

    def __or__(self, other: Mapping[str, JSON]) -> Body:  # type: ignore[override]
        """Return the union of both."""
        return Body({**self, **other})

    def __repr__(self) -> str:
        """Show the keys alone."""
        return f"<body of {', '.join(self)}>"


def build_body(**values: object) -> Body:
    """Build a request body of the arguments that are not None."""
    return Body({name: to_body(it) for name, it in values.items() if it is not None})


def build_query(**flags: bool | None) -> dict[str, str | Sequence[str]]:
    """
    Build query parameters of the flags that are not None.

    Raises:
        ConfigurationError: One is not a bool.
    """
    given = {name: flag for name, flag in flags.items() if flag is not None}
    for name, flag in given.items():
        check_instance(name, flag, bool)
    return {name: str(flag).lower() for name, flag in given.items()}


def optional_strs(**values: str | None) -> dict[str, str]:
    """
    Return the strings that are not None.

    Raises:
        ConfigurationError: One is not a string, or is empty.
    """
    return {
        name: require_nonempty_str(name, value)
        for name, value in values.items()
        if value is not None
    }


def require_strs(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """
    Return several strings as a tuple.

    Raises:
        ConfigurationError: It is not a list of strings, or one of them is empty.
    """
    items = require_list(name, values, "strings")
    return tuple(require_nonempty_str(f"each of {name}", item) for item in items)


def check_fields(name: str, value: object, kind: type) -> None:
    """
    Raise `ConfigurationError` unless `value` is a `kind` whose fields fit their types.

    `kind` is an attrs class; the message names the field.
    """
    check_instance(name, value, kind)
    hints = get_type_hints(kind)
    for field in attrs.fields(kind):
        place = f"{name}: {field.name}"
        _check_field(place, getattr(value, field.name), hints[field.name])


def _check_field(name: str, value: object, hint: Any) -> None:
    if get_origin(hint) is tuple:
        check_instance(name, value, tuple | list)
        for item in value:  # type: ignore[attr-defined]  # checked just now
            _check_field(f"each of {name}", item, get_args(hint)[0])
    elif hint is int:
        check_int(name, value, minimum=0)
    elif hint is float and not isinstance(value, bool):
        check_instance(name, value, float | int)
    else:
        check_instance(name, value, hint)


def parse_member(name: str, value: str | None, kind: type[E]) -> E | None:
    """
    Return a member of an enum by its short name or wire value; None stays None.

    Raises:
        ConfigurationError: It is neither; the message lists the short names.
    """
    if value is None:
        return None
    check_instance(name, value, str)
    return _parse(name, value, kind)


def parse_members(
    name: str, values: Iterable[str] | str | None, kind: type[E]
) -> frozenset[E] | None:
    """
    Return members of an enum; a string is a single name, None stays None.

    Raises:
        ConfigurationError: One is neither a short name nor a wire value.
    """
    if values is None:
        return None
    check_instance(name, values, str | Iterable)
    texts = [values] if isinstance(values, str) else list(values)
    for text in texts:
        check_instance(f"each of {name}", text, str)
    return frozenset(_parse(name, text, kind) for text in texts)


def _parse(name: str, text: str, kind: type[E]) -> E:
    try:
        return kind.parse(text)
    except ValueError as error:
        msg = f"{name}: {error}"
    raise ConfigurationError(msg)
