"""The pages are complete; `docs/conftest.py` runs their code."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import gradient_async
import gradient_async.accounts
import gradient_async.codec
import gradient_async.emulator
import gradient_async.testing
from gradient_async.errors import GradientError
from gradient_async.settings import BASE_URL, BASE_URL_VARIABLE, TOKEN_VARIABLES

_ROOT = Path(__file__).parents[2]
_PUBLIC_MODULES = [
    gradient_async,
    gradient_async.accounts,
    gradient_async.codec,
    gradient_async.emulator,
    gradient_async.testing,
]
_TEST_LINE = re.compile(r"<!-- the test line -->\n```sh\n(.+)\n```\n")


def read(path: str) -> str:
    """Return the text of a page."""
    return (_ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("module", _PUBLIC_MODULES, ids=lambda it: it.__name__)
def test_reference_is_complete(module: ModuleType) -> None:
    """The reference lists every public name of every public module."""
    entries = re.findall(
        r"^\.\. .*:: (?:.*\.)?(\w+)", read("docs/reference.md"), re.MULTILINE
    )

    assert set() == set(module.__all__) - set(entries)


def test_error_tree_is_complete() -> None:
    """The page on errors draws every error under its parent."""
    # Some are imported when their names are first used.
    assert all(hasattr(gradient_async, name) for name in gradient_async.__all__)
    tree = read("docs/errors.md").split("```none\n")[1].split("```")[0]

    assert draw(GradientError) == re.findall(r"^(\W*\w+)", tree, re.MULTILINE)


def draw(kind: type[GradientError]) -> list[str]:
    """Draw the tree of a class and its subclasses, one line each."""
    lines = [kind.__name__]
    children = [
        it
        for it in kind.__subclasses__()
        if it is getattr(gradient_async, it.__name__, None)
    ]
    for child in children:
        is_last = child is children[-1]
        first, *rest = draw(child)
        lines.append(("└── " if is_last else "├── ") + first)
        lines += [("    " if is_last else "│   ") + line for line in rest]
    return lines


def test_environment_is_documented() -> None:
    """The page on configuration names each variable and the default base URL."""
    page = read("docs/configuration.md")

    for name in (*TOKEN_VARIABLES, BASE_URL_VARIABLE, BASE_URL):
        assert f"`{name}`" in page


def test_readme_has_the_test_line() -> None:
    """The README has one line that runs the tests, marked for scripts."""
    (line,) = _TEST_LINE.findall(read("README.md"))

    assert line.endswith("nox -s tests")
