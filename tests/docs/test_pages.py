"""The pages are complete; `docs/conftest.py` runs their code."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import gradient_async
import gradient_async.accounts
import gradient_async.codec
import gradient_async.emulator
import gradient_async.shared
import gradient_async.testing
from gradient_async import errors
from gradient_async.settings import BASE_URL, BASE_URL_VARIABLE, TOKEN_VARIABLES

_ROOT = Path(__file__).parents[2]
_PUBLIC_MODULES = [
    gradient_async,
    gradient_async.accounts,
    gradient_async.codec,
    gradient_async.emulator,
    gradient_async.shared,
    gradient_async.testing,
]
_DIRECTIVE = re.compile(r"^\.\. (?:py:)?(\w+):: (\w+(?:\.\w+)*)", re.MULTILINE)
_TEST_LINE = re.compile(r"<!-- the test line -->\n```sh\n(.+)\n```\n")


def read(path: str) -> str:
    """Return the text of a page."""
    return (_ROOT / path).read_text("utf-8")


def reference_entries() -> list[tuple[str, str]]:
    """Return module and name of each entry of the reference, repeated ones too."""
    entries = []
    for page in sorted((_ROOT / "docs/reference").glob("*.md")):
        module = ""
        for kind, name in _DIRECTIVE.findall(page.read_text("utf-8")):
            if kind == "currentmodule":
                module = name
            else:
                entries.append((module, name))
    return entries


@pytest.mark.parametrize("module", _PUBLIC_MODULES, ids=lambda it: it.__name__)
def test_reference_is_complete(module: ModuleType) -> None:
    """The reference lists every public name of every public module."""
    # Some are exported by two modules: one entry is enough.
    listed = {
        (name, id(getattr(import_module(module_name), name)))
        for module_name, name in reference_entries()
    }
    names = {(name, id(getattr(module, name))) for name in module.__all__}

    assert set() == names - listed


def test_reference_has_no_name_twice() -> None:
    """Each name has one entry, on one page; `Window` has one for each of the two."""
    counts = Counter(name for _, name in reference_entries())
    repeated = [name for name, count in counts.items() if count > 1]

    assert ["Window"] == repeated
    assert len(counts) > 150


def test_reference_leads_to_its_pages() -> None:
    """The first page of the reference has each other page in its table, in order."""
    page = read("docs/reference.md")
    pages = {it.stem for it in (_ROOT / "docs/reference").glob("*.md")}
    rows = re.findall(r"^\| \[.*\]\(reference/(\S+)\.md\) \|", page, re.MULTILINE)

    assert rows == re.findall(r"^reference/(\S+)$", page, re.MULTILINE)
    assert pages == {*rows}


def test_error_tree_is_complete() -> None:
    """The page on errors draws the same tree as the docstring of the errors."""
    tree = read("docs/errors.md").split("```none\n")[1].split("```")[0]
    branch = re.compile(r"^ *([│├└─ ]*\w+Error)\b", re.MULTILINE)
    drawn = branch.findall(errors.__doc__ or "")

    assert drawn == branch.findall(tree)
    assert {*errors.__all__} <= {it.split()[-1] for it in drawn}


def test_environment_is_documented() -> None:
    """The page on configuration names each variable and the default base URL."""
    page = read("docs/configuration.md")

    for name in (*TOKEN_VARIABLES, BASE_URL_VARIABLE, BASE_URL):
        assert f"`{name}`" in page


def test_readme_has_the_test_line() -> None:
    """The README has one line that runs the tests, marked for scripts."""
    (line,) = _TEST_LINE.findall(read("README.md"))

    assert line.endswith("nox -s tests")
