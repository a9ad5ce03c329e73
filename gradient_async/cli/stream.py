"""The default command: stream an account's jobs live, then print a summary."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Final, Self

import attrs
from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import (
    colour_of,
    format_count,
    format_duration,
    format_enum,
    pluralize,
)
from gradient_async.client import Client
from gradient_async.models import IndexingJob, IndexingJobStatus
from gradient_async.paging import Page, Paginator
from gradient_async.printable import printable
from gradient_async.transport.attempt import Attempt

_LATEST_JOBS: Final = 10
_SHORT_UUID: Final = 8


async def stream() -> None:
    """Stream all indexing jobs of the account and print a summary."""
    tally = Tally()
    async with Client(on_attempt=tally.count_request) as client:
        await stream_jobs(client.iter_indexing_jobs(), tally)


async def stream_jobs(jobs: Paginator[IndexingJob], tally: Tally) -> None:
    """
    Show jobs on stderr as they arrive, if it is a terminal; then a summary on stdout.

    Args:
        jobs: The jobs to read.
        tally: Counts them; the client's `on_attempt` already counts requests there.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    with LiveDisplay(create_console(sys.stderr), clock) as display:
        async for page in jobs.pages():
            tally.add_page(page)
            display.update(page.items, tally)
    summary = render_summary(tally, seconds=clock() - started, drift=jobs.drift)
    create_console(sys.stdout).print(summary)


@attrs.define
class Tally:
    """Running totals of a stream: jobs, and the requests they took."""

    jobs: int = 0
    pages: int = 0
    requests: int = 0
    tokens: int = 0
    statuses: Counter[IndexingJobStatus] = attrs.field(factory=Counter)
    first_total: int | None = None
    """Length of the list on its first page; None if the API does not report it."""
    new_jobs: int = 0
    """Growth of the list from its first to its latest page."""

    def count_request(self, _: Attempt) -> None:
        """Count a request, whatever its outcome; for a client's `on_attempt`."""
        self.requests += 1

    def add_page(self, page: Page[IndexingJob]) -> None:
        """Count a page and its jobs."""
        self.pages += 1
        self.jobs += len(page.items)
        self.tokens += sum(job.total_tokens for job in page.items)
        self.statuses.update(job.status for job in page.items)
        if self.first_total is None:
            self.first_total = page.total
        if self.first_total is not None and page.total is not None:
            # Jobs may also be removed meanwhile, so that the list gets shorter.
            self.new_jobs = max(0, page.total - self.first_total)


class LiveDisplay:
    """
    The latest jobs above a progress bar, redrawn while jobs arrive.

    It draws in a terminal only, so that a file of stderr holds errors alone.
    """

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._is_terminal = console.is_terminal
        self._latest: deque[IndexingJob] = deque(maxlen=_LATEST_JOBS)
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

    def update(self, jobs: Iterable[IndexingJob], tally: Tally) -> None:
        """Show the jobs of a page, and the totals including them."""
        self._latest.extend(jobs)
        self._progress.update(
            self._task,
            completed=tally.jobs,
            total=tally.first_total,
            description=_describe_progress(tally),
        )
        # A new object each time, because another thread draws it.
        self._live.update(Group(_render_jobs(self._latest), self._progress))


def _describe_progress(tally: Tally) -> str:
    total = tally.first_total
    expected = "? jobs" if total is None else format_count(total, "job")
    return f"{tally.jobs:,} of {expected}, {format_count(tally.requests, 'request')}"


def _render_jobs(jobs: Iterable[IndexingJob]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", width=_SHORT_UUID)
    table.add_column(width=9)
    table.add_column(width=11)
    table.add_column(justify="right", width=18)
    table.add_column(justify="right", width=7)
    for job in jobs:
        table.add_row(
            Text(printable(job.uuid[:_SHORT_UUID])),
            format_enum(job.phase),
            format_enum(job.status),
            Text(f"{job.total_tokens:,} tokens"),
            format_duration(job.duration),
        )
    return table


def render_summary(tally: Tally, *, seconds: float, drift: bool) -> RenderableType:
    """Render the totals, the statuses, and how the list changed while it was read."""
    tables = Table.grid(padding=(0, 6, 0, 0))
    tables.add_row(_render_totals(tally, seconds), _render_statuses(tally))
    notes = [Text(note, style="yellow") for note in _change_notes(tally, drift=drift)]
    return Padding(Group(tables, *notes), (1, 0, 1, 1), expand=False)


def _render_totals(tally: Tally, seconds: float) -> Table:
    table = Table.grid(Column(style="bold"), Column(justify="right"), padding=(0, 2))
    table.add_row(pluralize("job", tally.jobs), f"{tally.jobs:,}")
    table.add_row(pluralize("page", tally.pages), f"{tally.pages:,}")
    table.add_row(pluralize("request", tally.requests), f"{tally.requests:,}")
    table.add_row("seconds", f"{seconds:,.2f}")
    table.add_row(pluralize("token", tally.tokens), f"{tally.tokens:,}")
    return table


def _render_statuses(tally: Tally) -> Table:
    table = Table.grid("", Column(justify="right"), "", padding=(0, 2))
    highest = max(tally.statuses.values(), default=0)
    for status, number in tally.statuses.most_common():
        bar = Bar(highest, 0, number, width=24, color=colour_of(status) or "default")
        table.add_row(format_enum(status), f"{number:,}", bar)
    return table


def _change_notes(tally: Tally, *, drift: bool) -> list[str]:
    notes = []
    if tally.new_jobs:
        new_jobs = format_count(tally.new_jobs, "new job")
        end = "" if drift else " No other job was missed."
        notes.append(f"{new_jobs} appeared while reading, not counted here.{end}")
    if drift:
        notes.append("The list changed in ways that may have hidden some jobs.")
    return notes
