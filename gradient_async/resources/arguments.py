"""Check what callers pass by the annotations of methods and models; pure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Any, Final, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import attrs

from gradient_async.checks import (
    check_instance,
    check_int,
    require_list,
    require_nonempty_str,
)
from gradient_async.errors import ConfigurationError
from gradient_async.models.scalars import OpenEnum

E = TypeVar("E", bound=OpenEnum)
P = ParamSpec("P")
T = TypeVar("T")

_PLURALS: Final[dict[object, str]] = {str: "strings"}


def checked(method: Callable[P, T]) -> Callable[P, T]:
    """
    Check the arguments of each call by their annotations, before the method runs.

    An `Iterable` becomes a tuple, the name of an enum's member that member. Strings
    must not be empty. Keyword arguments that are not named pass as they are.

    Raises:
        ConfigurationError: When called, or awaited: an argument does not fit.
    """
    if not inspect.iscoroutinefunction(method):

        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            bound = bind_checked(method, *args, **kwargs)
            return method(*bound.args, **bound.kwargs)

        return call

    @wraps(method)
    async def call_async(*args: P.args, **kwargs: P.kwargs) -> Any:
        bound = bind_checked(method, *args, **kwargs)
        return await method(*bound.args, **bound.kwargs)

    result: Any = call_async
    return result  # type: ignore[no-any-return]


def bind_checked(
    method: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> inspect.BoundArguments:
    """
    Return the arguments of a call, checked and converted as by `checked`.

    Raises:
        ConfigurationError: An argument does not fit.
        TypeError: There is no such parameter, or an argument is missing.
    """
    signature, hints = _read_signature(method)
    bound = signature.bind(*args, **kwargs)
    for name, value in bound.arguments.items():
        if name in hints:
            bound.arguments[name] = check_argument(name, value, hints[name])
    return bound


@cache
def _read_signature(
    method: Callable[..., object],
) -> tuple[inspect.Signature, dict[str, Any]]:
    """Return the signature, and the types of the parameters that have a name."""
    signature = inspect.signature(method)
    hints = get_type_hints(method)
    named = (it for it in signature.parameters.values() if it.kind != it.VAR_KEYWORD)
    return signature, {it.name: hints[it.name] for it in named if it.name in hints}


def check_argument(name: str, value: Any, hint: Any) -> Any:
    """
    Return an argument that fits its annotation, converted as by `checked`.

    Raises:
        ConfigurationError: It does not fit.
    """
    if hint is str:
        return require_nonempty_str(name, value)
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if value is None and NoneType in kinds:
        return None
    first, *others = (kind for kind in kinds if kind is not NoneType)
    if get_origin(first) is Iterable:
        return _check_items(name, value, *get_args(first))
    if issubclass(first, OpenEnum):
        check_instance(name, value, str)
        return _parse(name, value, first)
    if first is str:
        return require_nonempty_str(name, value)
    # One of several models is checked where it gets its key in the request.
    if not others:
        _check_field(name, value, first)
    return value


def _check_items(name: str, values: Any, kind: Any) -> tuple[object, ...]:
    plural = f"{kind.__name__} objects" if attrs.has(kind) else name.replace("_", " ")
    items = require_list(name, values, _PLURALS.get(kind, plural))
    return tuple(check_argument(f"each of {name}", it, kind) for it in items)


def check_fields(name: str, value: object, kind: type) -> None:
    """
    Raise `ConfigurationError` unless `value` is a `kind` whose fields fit their types.

    `kind` is an attrs class; the message names the field.
    """
    check_instance(name, value, kind)
    hints = _read_hints(kind)
    for field in attrs.fields(kind):
        place = f"{name}: {field.name}"
        _check_field(place, getattr(value, field.name), hints[field.name])


@cache
def _read_hints(kind: Any) -> dict[str, Any]:
    """Return the types of a class's fields."""
    return get_type_hints(kind)


def _check_field(name: str, value: Any, hint: Any) -> None:
    nested = next(filter(attrs.has, get_args(hint)), None)
    if nested is not None and value is not None and get_origin(hint) is UnionType:
        hint = nested
    if get_origin(hint) is tuple:
        check_instance(name, value, tuple | list)
        for item in value:
            _check_field(f"each of {name}", item, get_args(hint)[0])
    elif attrs.has(hint):
        check_fields(name, value, hint)
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
