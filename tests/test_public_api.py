"""The package's face: what it exports, and that each part explains itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.metadata import version
from types import FunctionType, ModuleType

import pytest

import gradient_async
from gradient_async import errors
from gradient_async.errors import GradientError

PUBLIC = [getattr(gradient_async, name) for name in gradient_async.__all__]
# Type aliases, the rest, cannot have a docstring of their own.
CLASSES = [value for value in PUBLIC if inspect.isclass(value)]


def test_all_is_what_is_there() -> None:
    """`__all__` names each public object of the package once, and no other."""
    there = [
        name
        for name, value in vars(gradient_async).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    ]

    assert sorted(there) == sorted(gradient_async.__all__)


def test_every_error_is_exported() -> None:
    """Whatever the package raises can be imported from its top."""
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, GradientError)
    }

    assert kinds == {name: vars(gradient_async).get(name) for name in kinds}


def test_version() -> None:
    """The version is that of the installed package."""
    assert version("gradient-async") == gradient_async.__version__


def test_unknown_names_are_missing() -> None:
    """A name that is not there is an AttributeError that tells it."""
    name = "nonsense"

    with pytest.raises(AttributeError, match="'gradient_async' has no attribute 'nons"):
        getattr(gradient_async, name)


def members(kind: type) -> Iterator[tuple[str, str | None]]:
    """Give the docstrings of the public methods that a class itself defines."""
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, FunctionType | property | classmethod | staticmethod):
            yield f"{kind.__name__}.{name}", value.__doc__


def test_everything_public_explains_itself() -> None:
    """Each public class, and each method of it, has a docstring of its own."""
    objects = [(kind.__name__, vars(kind)["__doc__"]) for kind in CLASSES]
    methods = [pair for kind in CLASSES for pair in members(kind)]

    assert methods
    assert [] == [name for name, text in [*objects, *methods] if not text]
