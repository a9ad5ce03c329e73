"""The moving part of the show: the latest jobs above a bar."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
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

from gradient_async.cli.look import count, show_duration, show_name
from gradient_async.cli.tally import Tally
from gradient_async.models import IndexingJob
from gradient_async.printable import printable

_LATEST: Final = 10
_SHORT_UUID: Final = 8


class Screen:
    """
    What a terminal shows while jobs stream in.

    It draws in a terminal only; a file of errors has no use for it.
    """

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._is_seen = console.is_terminal
        self._latest: deque[IndexingJob] = deque(maxlen=_LATEST)
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            SpinnerColumn(),
            get_time=clock,
        )
        self._task = self._progress.add_task("asking for the first page", total=None)
        # A thread of rich's keeps the clock and the spinner going between pages.
        self._live = Live(self._progress, console=console, refresh_per_second=12)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._is_seen:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the last state standing, with the cursor on the line below."""
        self._live.stop()

    def update(self, jobs: Iterable[IndexingJob], tally: Tally) -> None:
        """Take in the jobs of a page; `tally` knows them already."""
        self._latest.extend(jobs)
        self._progress.update(
            self._task,
            completed=tally.jobs,
            total=tally.first_total,
            description=_describe(tally),
        )
        # A new value each time: the drawing thread never sees one that changes.
        self._live.update(Group(_show_jobs(self._latest), self._progress))


def _describe(tally: Tally) -> str:
    total = tally.first_total
    whole = "? jobs" if total is None else count(total, "job")
    return f"{tally.jobs:,} of {whole}, {count(tally.requests, 'request')}"


def _show_jobs(jobs: Iterable[IndexingJob]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", width=_SHORT_UUID)
    table.add_column(width=9)
    table.add_column(width=11)
    table.add_column(justify="right", width=18)
    table.add_column(justify="right", width=7)
    for job in jobs:
        table.add_row(
            Text(printable(job.uuid[:_SHORT_UUID])),
            show_name(job.phase),
            show_name(job.status),
            Text(f"{job.total_tokens:,} tokens"),
            show_duration(job.duration),
        )
    return table
