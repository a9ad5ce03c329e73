"""The public API: what is exported, and that each part has a docstring."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from types import FunctionType, ModuleType
from typing import Final

import pytest

import gradient_async
import gradient_async.accounts
import gradient_async.codec
import gradient_async.emulator
import gradient_async.shared
import gradient_async.testing
from gradient_async import errors
from gradient_async.errors import GradientError
from tests.support.docstrings import iter_docstrings, read_attributes
from tests.support.operations import RESOURCES

PACKAGE: Final = Path(gradient_async.__file__).parent
ROOT: Final = Path(__file__).parent.parent
CODE: Final = sorted(
    {
        *PACKAGE.rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "docs").glob("*.py"),
        ROOT / "noxfile.py",
    }
)
PAGES: Final = sorted(
    path
    for folder in (".", "docs", "docs/reference", ".github")
    for path in (ROOT / folder).glob("*.md")
)
MODULES: Final = [
    gradient_async,
    gradient_async.accounts,
    gradient_async.codec,
    gradient_async.emulator,
    gradient_async.shared,
    gradient_async.testing,
]
# Type aliases and functions, the other exports, have no attributes.
CLASSES: Final = sorted(
    {
        value
        for value in [
            *(getattr(module, name) for module in MODULES for name in module.__all__),
            *RESOURCES.values(),
        ]
        if inspect.isclass(value) and value.__module__.startswith("gradient_async")
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)
NOT_OPENINGS: Final = ("Give", "Tell", "Say", "Ask", "Look", "Note")
"""Words that no docstring begins with, in any form; see CONTRIBUTING."""


def test_all_names_what_is_exported() -> None:
    """`__all__` names each public object of the package once, and no other."""
    exported = [
        name
        for name in dir(gradient_async)
        if not name.startswith("_")
        and not isinstance(getattr(gradient_async, name), ModuleType)
        and name not in {"Final", "TYPE_CHECKING", "lazy_names"}
    ]

    assert sorted(exported) == sorted(gradient_async.__all__)


def test_every_error_is_exported() -> None:
    """Every error of the package can be imported from its top level."""
    modules = [
        import_module(f"gradient_async.errors.{it.name}")
        for it in iter_modules(errors.__path__)
    ]
    defined = {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, GradientError)
    }

    assert defined == {name: getattr(gradient_async, name) for name in defined}
    assert {*defined} == {*errors.__all__}


def test_version() -> None:
    """The version is that of the installed package."""
    assert version("gradient-async") == gradient_async.__version__


def test_unknown_names_are_missing() -> None:
    """An unknown name raises an AttributeError that names it."""
    name = "nonsense"

    with pytest.raises(AttributeError, match="'gradient_async' has no attribute 'nons"):
        getattr(gradient_async, name)


def members(kind: type) -> Iterator[tuple[str, str | None]]:
    """Iterate over a class's own public methods and properties, with docstrings."""
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, FunctionType | property | classmethod | staticmethod):
            yield f"{kind.__name__}.{name}", value.__doc__


def test_classes_and_methods_have_docstrings() -> None:
    """Each public class, and each public method of it, has a docstring of its own."""
    objects = [(kind.__name__, vars(kind)["__doc__"]) for kind in CLASSES]
    methods = [pair for kind in CLASSES for pair in members(kind)]

    assert methods
    assert [] == [name for name, text in [*objects, *methods] if not text]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_attributes_have_docstrings(kind: type) -> None:
    """Each public attribute has a docstring where it is defined, or on a base class."""
    attributes: dict[str, bool] = {}
    for base in inspect.getmro(kind):
        if base.__module__.startswith("gradient_async"):
            source = inspect.getsource(sys.modules[base.__module__])
            for name, documented in read_attributes(source, base.__name__).items():
                attributes[name] = attributes.get(name, False) or documented
    # A member of an enum is a value of the API, explained by its name.
    values = kind.__members__.keys() if issubclass(kind, Enum) else ()

    assert set() == {name for name, it in attributes.items() if not it} - {*values}


def test_docstrings_begin_with_standard_verbs() -> None:
    """No docstring begins with a word that only this project would use."""
    pattern = re.compile(rf"({'|'.join(NOT_OPENINGS)})(s|ing)?\b", re.IGNORECASE)
    found = [
        f"{path}:{line}: {text.splitlines()[0]}"
        for path in CODE
        for line, text in iter_docstrings(path.read_text("utf-8"))
        if pattern.match(text)
    ]

    assert {PACKAGE / "client.py", Path(__file__)} <= {*CODE}
    assert [] == found


def test_responses_are_responses() -> None:
    """An HTTP response has one name in code and pages, and it is not "answer"."""
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in {*CODE, *PAGES} - {Path(__file__)}
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if "answer" in line.lower()
    ]

    assert ROOT / "README.md" in PAGES
    assert [] == found
