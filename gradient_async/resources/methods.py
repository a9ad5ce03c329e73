"""Methods that an operation makes of their signatures: they have no body."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import cache, wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, TypeVar

from gradient_async.paging import Paginator
from gradient_async.resources.arguments import bind_checked
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

R = TypeVar("R", bound=Resource)
P = ParamSpec("P")
T = TypeVar("T")

_Method: TypeAlias = Callable[Concatenate[R, P], Coroutine[Any, Any, T]]
_List: TypeAlias = Callable[Concatenate[R, P], Paginator[T]]

_SOURCE: Final = "{}\n\nSource: {} {}, `{}`.\n"


def calls(operation: Operation[T]) -> Callable[[_Method[R, P, T]], _Method[R, P, T]]:
    """
    Make a method that calls an operation with its arguments and returns the result.

    The arguments are checked as by `checked`; those that equal their defaults are not
    sent. The docstring gets its `Source:`.
    """

    def decorate(method: _Method[R, P, T]) -> _Method[R, P, T]:
        @wraps(method)
        async def call(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
            arguments = _bind(method, self, *args, **kwargs)
            return await operation.call(self._caller, **arguments)

        call.__doc__ = _describe(method, operation)
        return call

    return decorate


def paginates(
    operation: ListOperation[T],
) -> Callable[[_List[R, P, T]], _List[R, P, T]]:
    """Make a method that returns a paginator, as `calls` does; it has `**paging`."""

    def decorate(method: _List[R, P, T]) -> _List[R, P, T]:
        @wraps(method)
        def paginate(self: R, /, *args: P.args, **kwargs: P.kwargs) -> Paginator[T]:
            arguments = _bind(method, self, *args, **kwargs)
            paging: Any = arguments.pop("paging")
            request = operation.request(**arguments)
            return operation.paginate(self._caller, request, **paging)

        paginate.__doc__ = _describe(method, operation)
        return paginate

    return decorate


def _bind(
    method: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
) -> dict[str, Any]:
    """Return the arguments by name, apart from `self`; None for each default."""
    bound = bind_checked(method, *args, **kwargs)
    parameters = _read_parameters(method)
    if len(bound.arguments) <= len(parameters):
        bound.apply_defaults()
    return {
        name: None if (value := bound.arguments[name]) == default else value
        for name, default in parameters.items()
    }


@cache
def _read_parameters(method: Callable[..., Any]) -> dict[str, object]:
    """Return the default of each parameter apart from `self`."""
    _, *parameters = inspect.signature(method).parameters.values()
    return {it.name: it.default for it in parameters}


def _describe(method: Any, operation: Operation[Any] | ListOperation[Any]) -> str:
    text = inspect.cleandoc(method.__doc__ or "")
    return _SOURCE.format(text, operation.method, operation.path, operation.id)
