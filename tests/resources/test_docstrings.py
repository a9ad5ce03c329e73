"""The docstrings of the resources: every error of a method can be found."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

import gradient_async
from gradient_async import (
    GradientError,
    LeaseLostError,
    PaginationError,
    SharedStoreError,
    errors,
)
from gradient_async.resources import Resource
from tests.contract.coverage import find_methods
from tests.support.operations import RESOURCES

_SECTION: Final = re.compile(r"^Raises:\n((?:    .*\n?|\n)+)", re.MULTILINE)
_ENTRY: Final = re.compile(r"^    (\w+): \S", re.MULTILINE)


def methods() -> Iterator[Any]:
    """Iterate over the public methods of all resources."""
    for _, method in find_methods():
        yield pytest.param(method, id=method.__qualname__)


EACH_METHOD: Final = pytest.mark.parametrize("method", list(methods()))


def raises(documented: object) -> set[str]:
    """Return the names of the errors that a docstring lists."""
    section = _SECTION.search(f"{inspect.getdoc(documented)}\n")
    return set(_ENTRY.findall(section[1])) if section else set()


def find(name: str) -> Any:
    """Return the public class of an error, or a built-in one."""
    return getattr(gradient_async, name, None) or getattr(builtins, name)


def coroutines() -> Iterator[Any]:
    """Iterate over the public coroutines that may raise, and their classes."""
    public = [getattr(gradient_async, name) for name in gradient_async.__all__]
    for kind in [*filter(inspect.isclass, public), *RESOURCES.values()]:
        for name, method in inspect.getmembers(kind, inspect.iscoroutinefunction):
            if not name.startswith("_") and name != "aclose":
                yield pytest.param(method, kind, id=method.__qualname__)


@pytest.mark.parametrize(("method", "kind"), list(coroutines()))
def test_errors_can_be_found(method: Any, kind: type) -> None:
    """Every public coroutine lists its errors, or its class does."""
    listed = raises(method).union(*(raises(it) for it in kind.__mro__))

    assert any(issubclass(find(name), GradientError) for name in listed)


def test_every_resource_is_found() -> None:
    """Each resource of the package, which inherits common errors, is a property."""
    assert set(Resource.__subclasses__()) == set(RESOURCES.values())


@EACH_METHOD
def test_listed_errors_exist(method: Any) -> None:
    """Every error that a method lists is a public exception."""
    assert [] == [it for it in raises(method) if not issubclass(find(it), Exception)]


def test_no_error_is_missing() -> None:
    """Every error of calls is listed by `Resource`, a method, or its base."""
    listed = raises(Resource).union(*(raises(it.values[0]) for it in methods()))
    known = tuple(find(name) for name in listed)
    public = [getattr(errors, name) for name in errors.__all__]

    # The others are of what processes share.
    assert [GradientError, LeaseLostError, SharedStoreError] == [
        it for it in public if not issubclass(it, known)
    ]
    assert issubclass(PaginationError, known)


@EACH_METHOD
def test_nothing_is_repeated(method: Any) -> None:
    """A method lists no error that means the same for every method."""
    common = raises(Resource) - {"OutcomeUnknownError"}

    assert set() == raises(method) & common
