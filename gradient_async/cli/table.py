"""Write jobs as a table, row by row as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from functools import cache, partial
from typing import Final, TextIO

import attrs
from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_duration, format_enum, format_time
from gradient_async.models import IndexingJob
from gradient_async.printable import printable

_GAP: Final = "  "


@attrs.frozen
class Column:
    """A column of fixed width, because rows are written before the next is known."""

    title: str
    width: int
    format: Callable[[IndexingJob], Text]
    is_number: bool = False

    def align(self, cell: Text) -> Text:
        """Pad a cell to the width of the column; a longer one is not cut."""
        missing = max(0, self.width - cell.cell_len)
        if self.is_number:
            cell.pad_left(missing)
        else:
            cell.pad_right(missing)
        return cell


def _format_sources(job: IndexingJob) -> Text:
    return Text(f"{job.completed_datasources}/{job.total_datasources}")


# In order of importance; the first four fill a terminal of 80 columns.
COLUMNS: Final = (
    Column("UUID", 36, lambda job: Text(printable(job.uuid))),
    Column("STATUS", 11, lambda job: format_enum(job.status)),
    Column("CREATED", 20, lambda job: format_time(job.created_at)),
    Column("TOOK", 7, lambda job: format_duration(job.duration), is_number=True),
    Column("TOKENS", 11, lambda job: Text(f"{job.total_tokens:,}"), is_number=True),
    Column("SOURCES", 7, _format_sources, is_number=True),
    Column("PHASE", 9, lambda job: format_enum(job.phase)),
    Column("KNOWLEDGE BASE", 36, lambda job: Text(printable(job.knowledge_base_uuid))),
)


async def write_table(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """
    Write a heading and a row for each job.

    A terminal shows only the columns that fit its width. The heading is written with
    the first job, or at the end of an empty list.
    """
    console = create_console(out)
    columns = fit_columns(console.width) if console.is_terminal else COLUMNS
    heading = [column.align(Text(column.title, style="bold")) for column in columns]
    # soft_wrap: rich would break lines at the width it assumes for a pipe, 80.
    write_heading_once = cache(partial(console.print, _line(heading), soft_wrap=True))
    async for job in jobs:
        write_heading_once()
        cells = [column.align(column.format(job)) for column in columns]
        console.print(_line(cells), soft_wrap=True)
    write_heading_once()


def fit_columns(width: int) -> tuple[Column, ...]:
    """Return as many leading columns as fit into `width`, at least one."""
    count = 1
    while count < len(COLUMNS) and _total_width(COLUMNS[: count + 1]) <= width:
        count += 1
    return COLUMNS[:count]


def _total_width(columns: tuple[Column, ...]) -> int:
    gaps = len(_GAP) * (len(columns) - 1)
    return gaps + sum(column.width for column in columns)


def _line(cells: list[Text]) -> Text:
    line = Text(_GAP).join(cells)
    line.rstrip()
    return line
