"""The tables of the pages for those who come from other SDKs, and our side of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Unpack, get_args, get_origin, get_type_hints

import attrs

import gradient_async
from gradient_async import Client
from gradient_async.resources import Resource

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = {"gradient": "migrate-gradient.md", "pydo": "migrate-pydo.md"}
"""The pages, by the SDK that each is about."""

_CODE: Final = re.compile(r"`([^`]+)`")


@attrs.frozen
class Call:
    """A call as a table shows it."""

    path: str
    """What is called: `knowledge_bases.list`."""
    parameters: frozenset[str]
    """Names of the parameters shown."""

    @classmethod
    def parse(cls, code: str) -> Call:
        """Return the call in `models.list(usecases=, page=)`; parentheses may lack."""
        path, _, parameters = code.rstrip(")").partition("(")
        names = (it.strip().removesuffix("=") for it in parameters.split(","))
        return cls(path, frozenset(name for name in names if name))


@attrs.frozen
class Row:
    """A row of a table: calls or errors of another SDK, and ours."""

    theirs: tuple[Call, ...]
    ours: tuple[Call, ...]


def read_rows(page: str, section: str) -> list[Row]:
    """Return the rows of the table in a section of a page."""
    text = (DOCS / page).read_text("utf-8").partition(f"\n## {section}\n")[2]
    cells = re.findall(
        r"^\| (`.*?) \| ?(.*?) ?\|", text.partition("\n## ")[0], re.MULTILINE
    )
    heading, *rows = [tuple(_parse_cell(cell) for cell in row) for row in cells]
    assert [len(cell) for cell in heading] == [1, 0]
    return [Row(*row) for row in rows]


def _parse_cell(cell: str) -> tuple[Call, ...]:
    return tuple(Call.parse(code) for code in _CODE.findall(cell))


def owners(client: Client) -> dict[str, Resource]:
    """Return the resources of a client by their names."""
    found = {name: getattr(client, name) for name in dir(client) if name[0] != "_"}
    return {name: it for name, it in found.items() if isinstance(it, Resource)}


def find_ours(path: str) -> Any:
    """Return what `Client` or `client.models.list` is, for example; None if nothing."""
    first, *names = path.split(".")
    found = Client("t") if first == "client" else getattr(gradient_async, first, None)
    for name in names:
        found = getattr(found, name, None)
    return found


def parameter_names(function: Any) -> set[str]:
    """Return the names of all parameters, including the keys of unpacked options."""
    signature = inspect.signature(function)
    names = {*signature.parameters} - {"self"}
    if any(it.kind is it.VAR_KEYWORD for it in signature.parameters.values()):
        # Some annotations are of names that only type checkers import.
        public = {it: getattr(gradient_async, it) for it in gradient_async.__all__}
        hints = get_type_hints(getattr(function, "__func__", function), localns=public)
        names |= {key for it in hints.values() for key in _option_names(it)}
    return names


def _option_names(hint: Any) -> Iterator[str]:
    """Yield the keys of a `TypedDict` that is unpacked, nothing for other types."""
    if get_origin(hint) is Unpack:
        yield from get_type_hints(get_args(hint)[0])
