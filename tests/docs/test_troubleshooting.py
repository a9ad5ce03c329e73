"""The page on troubleshooting covers every error, with words that its text has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import gradient_async
from gradient_async.errors import GradientError

PACKAGE = Path(gradient_async.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"
# Of a table with four columns.
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .* \| .* \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text("utf-8"))


@cache
def texts() -> tuple[str, ...]:
    """Return every piece of text in the package's code."""
    found = (
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return tuple(found)


def error_classes() -> Iterator[str]:
    """Yield the names of all errors of this package."""
    for name in gradient_async.__all__:
        value = getattr(gradient_async, name)
        if isinstance(value, type) and issubclass(value, GradientError):
            yield name


def test_every_error_has_an_entry() -> None:
    """Each class has a row; only the base class of all is explained above."""
    entries = {name for name, _ in ROWS}

    assert {"GradientError"} == {*error_classes()} - entries
    assert "`GradientError` is the base class" in PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "words"), [it for it in ROWS if it[0] in gradient_async.__all__]
)
def test_words_are_those_of_the_code(name: str, words: str) -> None:
    """The words by which a row is found are in the package's code."""
    quoted = [it.strip() for it in re.findall(r"`([^`]+)`", words)]

    assert [] == [it for it in quoted if not any(it in text for text in texts())]
