"""Write jobs as a table, row by row as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Sequence
from functools import cache, partial
from typing import Final, TextIO

import attrs
from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_duration, format_enum, format_time
from gradient_async.cli.rows import Row
from gradient_async.printable import printable

_GAP: Final = "  "
_MAX_ACCOUNT_WIDTH: Final = 20


@attrs.frozen
class Column:
    """A column of fixed width, because rows are written before the next is known."""

    title: str
    width: int
    format: Callable[[Row], Text]
    is_number: bool = False

    def align(self, cell: Text) -> Text:
        """Pad a cell to the width of the column; a longer one is not cut."""
        missing = max(0, self.width - cell.cell_len)
        if self.is_number:
            cell.pad_left(missing)
        else:
            cell.pad_right(missing)
        return cell


def _format_sources(row: Row) -> Text:
    return Text(f"{row.job.completed_datasources}/{row.job.total_datasources}")


# In order of importance; the first four fill a terminal of 80 columns.
COLUMNS: Final = (
    Column("UUID", 36, lambda row: Text(printable(row.job.uuid))),
    Column("STATUS", 11, lambda row: format_enum(row.job.status)),
    Column("CREATED", 20, lambda row: format_time(row.job.created_at)),
    Column("TOOK", 7, lambda row: format_duration(row.job.duration), is_number=True),
    Column("TOKENS", 11, lambda row: Text(f"{row.job.total_tokens:,}"), is_number=True),
    Column("SOURCES", 7, _format_sources, is_number=True),
    Column("PHASE", 9, lambda row: format_enum(row.job.phase)),
    Column(
        "KNOWLEDGE BASE", 36, lambda row: Text(printable(row.job.knowledge_base_uuid))
    ),
)


async def write_table(
    rows: AsyncIterable[Row], out: TextIO, *, accounts: Sequence[str] = ()
) -> None:
    """
    Write a heading and a row for each job.

    A terminal shows only the columns that fit its width. The heading is written with
    the first job, or at the end of an empty list.
    """
    console = create_console(out)
    names = (_account_column(accounts),) if accounts else ()
    columns: tuple[Column, ...] = (*names, *COLUMNS)
    if console.is_terminal:
        columns = fit_columns(columns, console.width, minimum=len(names) + 1)
    heading = [column.align(Text(column.title, style="bold")) for column in columns]
    # soft_wrap: rich would break lines at the width it assumes for a pipe, 80.
    write_heading_once = cache(partial(console.print, _line(heading), soft_wrap=True))
    async for row in rows:
        write_heading_once()
        cells = [column.align(column.format(row)) for column in columns]
        console.print(_line(cells), soft_wrap=True)
    write_heading_once()


def _account_column(names: Sequence[str]) -> Column:
    """Return a column as wide as the longest name, within reason."""
    title = "ACCOUNT"
    longest = max(Text(name).cell_len for name in (title, *names))
    width = min(longest, _MAX_ACCOUNT_WIDTH)
    return Column(title, width, lambda row: Text(printable(row.account)))


def fit_columns(
    columns: tuple[Column, ...], width: int, *, minimum: int
) -> tuple[Column, ...]:
    """Return as many leading columns as fit into `width`, at least `minimum`."""
    count = minimum
    while count < len(columns) and _total_width(columns[: count + 1]) <= width:
        count += 1
    return columns[:count]


def _total_width(columns: tuple[Column, ...]) -> int:
    gaps = len(_GAP) * (len(columns) - 1)
    return gaps + sum(column.width for column in columns)


def _line(cells: list[Text]) -> Text:
    line = Text(_GAP).join(cells)
    line.rstrip()
    return line
