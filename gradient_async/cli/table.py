"""Write jobs as a table whose rows appear as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from functools import cache, partial
from typing import Final, TextIO

import attrs
from rich.text import Text

from gradient_async.cli.consoles import make_console
from gradient_async.cli.look import show_duration, show_moment, show_name
from gradient_async.models import IndexingJob
from gradient_async.printable import printable

_GAP: Final = "  "


@attrs.frozen
class Column:
    """One column; its width is fixed, for no row can wait to see the others."""

    title: str
    width: int
    show: Callable[[IndexingJob], Text]
    is_number: bool = False

    def align(self, cell: Text) -> Text:
        """Fill a cell up to the width; a longer one stays whole."""
        missing = max(0, self.width - cell.cell_len)
        if self.is_number:
            cell.pad_left(missing)
        else:
            cell.pad_right(missing)
        return cell


def _show_sources(job: IndexingJob) -> Text:
    return Text(f"{job.completed_datasources}/{job.total_datasources}")


# The most important ones first. The first four fill a terminal of 80 columns.
COLUMNS: Final = (
    Column("UUID", 36, lambda job: Text(printable(job.uuid))),
    Column("STATUS", 11, lambda job: show_name(job.status)),
    Column("CREATED", 20, lambda job: show_moment(job.created_at)),
    Column("TOOK", 7, lambda job: show_duration(job.duration), is_number=True),
    Column("TOKENS", 11, lambda job: Text(f"{job.total_tokens:,}"), is_number=True),
    Column("SOURCES", 7, _show_sources, is_number=True),
    Column("PHASE", 9, lambda job: show_name(job.phase)),
    Column("KNOWLEDGE BASE", 36, lambda job: Text(printable(job.knowledge_base_uuid))),
)


async def write_table(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """
    Write a heading and a row for each job; a terminal gets what fits its width.

    The heading comes with the first job, or at the end where there is none.
    """
    console = make_console(out)
    columns = fit(console.width) if console.is_terminal else COLUMNS
    heading = [column.align(Text(column.title, style="bold")) for column in columns]
    open_once = cache(partial(console.print, _line(heading), soft_wrap=True))
    async for job in jobs:
        open_once()
        cells = [column.align(column.show(job)) for column in columns]
        console.print(_line(cells), soft_wrap=True)
    open_once()


def fit(width: int) -> tuple[Column, ...]:
    """Give as many of the first columns as fit, but at least one."""
    count = 1
    while count < len(COLUMNS) and _width(COLUMNS[: count + 1]) <= width:
        count += 1
    return COLUMNS[:count]


def _width(columns: tuple[Column, ...]) -> int:
    gaps = len(_GAP) * (len(columns) - 1)
    return gaps + sum(column.width for column in columns)


def _line(cells: list[Text]) -> Text:
    line = Text(_GAP).join(cells)
    line.rstrip()
    return line
