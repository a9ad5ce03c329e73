"""Show jobs in a terminal as they arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from gradient_async.cli.formatting import format_count, format_duration, format_enum
from gradient_async.cli.rows import Row
from gradient_async.cli.tally import Tally
from gradient_async.models import IndexingJob
from gradient_async.printable import printable

_LATEST_JOBS: Final = 10
_SHORT_UUID: Final = 8


class LiveDisplay:
    """
    The latest jobs above a progress bar, redrawn while jobs arrive.

    It draws in a terminal only, so that a file of stderr holds errors alone.
    """

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._is_terminal = console.is_terminal
        self._latest: deque[Row[IndexingJob]] = deque(maxlen=_LATEST_JOBS)
        self._account_width = 0
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            SpinnerColumn(),
            get_time=clock,
        )
        self._task = self._progress.add_task("requesting the first page", total=None)
        # A thread of rich's keeps the clock and the spinner going between pages.
        self._live = Live(self._progress, console=console, refresh_per_second=12)

    def __enter__(self) -> Self:
        """Start drawing."""
        if self._is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing; the last frame stays visible."""
        self._live.stop()

    def update(self, rows: Iterable[Row[IndexingJob]], tally: Tally) -> None:
        """Show the latest jobs, and the totals including them."""
        self._latest.extend(rows)
        # It never shrinks: the columns to its right would move to and fro.
        widths = (Text(row.account).cell_len for row in self._latest)
        self._account_width = max([self._account_width, *widths])
        self._progress.update(
            self._task,
            completed=tally.jobs,
            total=tally.first_total,
            description=_describe_progress(tally),
        )
        # A new object each time, because another thread draws it.
        jobs = _render_jobs(self._latest, account_width=self._account_width)
        self._live.update(Group(jobs, self._progress))


def _describe_progress(tally: Tally) -> str:
    total = tally.first_total
    expected = "? jobs" if total is None else format_count(total, "job")
    return f"{tally.jobs:,} of {expected}, {format_count(tally.requests, 'request')}"


def _render_jobs(
    rows: Iterable[Row[IndexingJob]], *, account_width: int
) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    if account_width:
        table.add_column(width=account_width)
    table.add_column(style="dim", width=_SHORT_UUID)
    table.add_column(width=9)
    table.add_column(width=11)
    table.add_column(justify="right", width=18)
    table.add_column(justify="right", width=7)
    for account, job in rows:
        table.add_row(
            *([Text(printable(account))] if account_width else []),
            Text(printable(job.uuid[:_SHORT_UUID])),
            format_enum(job.phase),
            format_enum(job.status),
            Text(f"{job.total_tokens:,} tokens"),
            format_duration(job.duration),
        )
    return table
