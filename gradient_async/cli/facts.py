"""What is known of one object, as names and values for people to read."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.printable import printable


def write_facts(facts: Iterable[tuple[str, Text]], lines: Iterable[Text] = ()) -> None:
    """Write facts to stdout, one a line with its name, and lines after them."""
    console = create_console(sys.stdout)
    known = list(facts)
    width = max(len(name) for name, _ in known)
    for name, value in known:
        # soft_wrap: rich would break lines at the width it assumes for a pipe, 80.
        line = Text.assemble((f"{name:{width}}  ", "bold"), value)
        console.print(line, soft_wrap=True)
    for line in lines:
        console.print(line, soft_wrap=True)


def plain(text: str | None) -> Text:
    """Return a text of a server on one line; `-` for an empty one."""
    return Text(printable(text) if text else "-")
