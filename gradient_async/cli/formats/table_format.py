"""Lists as tables, written row by row as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from functools import cache, partial
from typing import Final, TextIO, TypeVar

from rich.console import Console
from rich.text import Text

from gradient_async.cli.columns import Column
from gradient_async.cli.console import create_console, write_note
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row
from gradient_async.printable import printable

T = TypeVar("T")

_GAP: Final = "  "
_MAX_ACCOUNT_WIDTH: Final = 20


async def write_table(
    rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
) -> None:
    """
    Write a heading and a row for each item; nothing for an empty list.

    A terminal shows only the columns that fit its width; a note names the others.
    """
    console = create_console(out)
    account = _account_column(sheet.accounts)
    every: Sequence[Column[T]] = sheet.table_columns
    shown = every
    if console.is_terminal and not sheet.is_wide:
        shown = fit_columns(every, console.width - _used_by(account))
    headings = [_heading(it) for it in account] + [_heading(it) for it in shown]
    write_heading_once = cache(partial(_write_line, console, headings))
    is_empty = True
    async for row in rows:
        write_heading_once()
        cells = [
            *(_align(it, Text(printable(row.account))) for it in account),
            *map(_align, shown, sheet.listing.render(row.item, shown)),
        ]
        _write_line(console, cells)
        is_empty = False
    if not is_empty and len(shown) < len(every):
        hidden = ", ".join(column.name for column in every if column not in shown)
        write_note(f"the terminal is too narrow for {hidden}: use --wide")


def _account_column(names: Sequence[str]) -> list[Column[object]]:
    """Return a column as wide as the longest name, within reason; or none."""
    longest = max((Text(printable(name)).cell_len for name in names), default=0)
    width = min(longest, _MAX_ACCOUNT_WIDTH)
    return [Column(ACCOUNT, width=width)] if names else []


def _used_by(columns: Sequence[Column[T]]) -> int:
    return sum(column.width + len(_GAP) for column in columns)


def fit_columns(columns: Sequence[Column[T]], width: int) -> list[Column[T]]:
    """
    Return the columns that fit into `width`, in their order.

    The first one and those that are kept are always among them. One that is too wide
    does not keep a narrower one behind it out.
    """
    names = {columns[0].name, *(it.name for it in columns if it.is_kept)}
    for column in columns:
        wanted = [it for it in columns if it.name in {*names, column.name}]
        if _used_by(wanted) <= width + len(_GAP):
            names.add(column.name)
    return [it for it in columns if it.name in names]


def _heading(column: Column[T]) -> Text:
    return _align(column, Text(column.title, style="bold"))


def _align(column: Column[T], cell: Text) -> Text:
    """Pad a cell to the width of its column; a longer one is not cut."""
    missing = max(0, column.width - cell.cell_len)
    if column.is_number:
        cell.pad_left(missing)
    else:
        cell.pad_right(missing)
    return cell


def _write_line(console: Console, cells: Sequence[Text]) -> None:
    line = Text(_GAP).join(cells)
    line.rstrip()
    # soft_wrap: rich would break lines at the width it assumes for a pipe, 80.
    console.print(line, soft_wrap=True)
