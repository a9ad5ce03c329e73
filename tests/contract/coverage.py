"""
Write the table of covered operations: `python -m tests.contract.coverage`.

The table is made from the package's constants and the sources in its docstrings.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.contract.facts import COVERED, DESCRIBED
from tests.support.operations import RESOURCES

PAGE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
"""The page with the table."""

_SOURCE: Final = re.compile(r"Source: ([A-Z]+) (\S+), `(\w+)`(?:\.|; )")
_PREFIX: Final = "/v2/gen-ai/"
_PAGE: Final = """# Operations

{} of the {} operations of the API's description have methods; paths are below `{}`.
`client.request` calls the others.

| operation | methods of `client` |
| --- | --- |
{}"""


def find_methods() -> Iterator[tuple[str, Any]]:
    """Iterate over the public methods of all resources, by name: `models.list`."""
    for owner, resource in RESOURCES.items():
        for name, method in inspect.getmembers(resource, inspect.isfunction):
            if not name.startswith("_"):
                yield f"{owner}.{name}", method


def find_sources(method: Any) -> list[tuple[str, str, str]]:
    """Return the sources that a docstring names: method, path and id."""
    return _SOURCE.findall(" ".join((method.__doc__ or "").split()))


def render() -> str:
    """Return the page."""
    methods: dict[str, list[str]] = {}
    for name, method in find_methods():
        for _, _, identifier in find_sources(method):
            methods.setdefault(identifier, []).append(f"`{name}`")
    rows = "".join(
        f"| `{fact.method} {fact.path.removeprefix(_PREFIX)}` "
        f"| {', '.join(methods[fact.id])} |\n"
        for fact in sorted(COVERED.values(), key=lambda it: (it.path, it.method))
    )
    return _PAGE.format(len(COVERED), len(DESCRIBED), _PREFIX, rows)


if __name__ == "__main__":  # pragma: no cover  (the test compares the page)
    PAGE.write_text(render())
