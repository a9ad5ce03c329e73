"""What is known of one object, as names and values for people to read."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.printable import printable


def write_lines(lines: Iterable[Text]) -> None:
    """Write lines to stdout."""
    console = create_console(sys.stdout)
    for line in lines:
        # soft_wrap: rich would break lines at the width it assumes for a pipe, 80.
        console.print(line, soft_wrap=True)


def render_facts(facts: Iterable[tuple[str, Text]]) -> list[Text]:
    """Render each fact as a line with its name."""
    known = list(facts)
    width = max(len(name) for name, _ in known)
    return [
        Text.assemble((f"{name:{width}}  ", "bold"), value) for name, value in known
    ]


def plain(text: str | None) -> Text:
    """Return a text of a server on one line; `-` for an empty one."""
    return Text(printable(text) if text else "-")
