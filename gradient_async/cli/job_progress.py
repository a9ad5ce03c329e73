"""Show how far one job is, on stderr, while a command waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from gradient_async.changes import JobEvent
from gradient_async.cli.board.cells import Canvas
from gradient_async.cli.board.inbox import Inbox, Source
from gradient_async.cli.board.server_clock import ServerClock
from gradient_async.cli.formatting import (
    colour_of,
    format_count,
    format_duration,
    format_enum,
    format_sources,
)
from gradient_async.models import IndexingJob

_TICK: Final = 1.0
"""Seconds after which the elapsed time is drawn again."""
_BAR: Final = 16


class JobProgress:
    """
    Follows a job to its end, and draws a line about it meanwhile.

    Args:
        source: Passes on the events of the job; it may start the job first.
        console: Where to draw; None draws nothing.
        waiting: What to show before the job is there.
        clock: Function that returns this computer's time in seconds.
    """

    def __init__(
        self,
        source: Source,
        *,
        console: Console | None,
        waiting: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.job: IndexingJob | None = None
        """The job as it was last seen; None before it is there."""
        self._inbox = Inbox([source])
        self._console = console
        self._waiting = waiting
        self._clock = clock
        self._server = ServerClock()

    async def run(self) -> IndexingJob:
        """
        Return the job once it has ended.

        Raises:
            GradientError: It could not be started or followed.
        """
        if self._console is None:
            return await self._follow(lambda: None)
        console = self._console
        live = Live(console=console, auto_refresh=False, transient=True)
        with live:
            return await self._follow(
                lambda: live.update(self._line(Canvas.of(console)), refresh=True)
            )

    async def _follow(self, draw: Callable[[], None]) -> IndexingJob:
        async with self._inbox:
            while True:
                draw()
                for message in await self._inbox.take(_TICK):
                    # Nobody presses keys here, and accounts are in no trouble.
                    event = cast(JobEvent, message)
                    self.job = event.job
                    self._server.observe(event.job, self._clock())
                    if event.has_ended:
                        return event.job

    def _line(self, canvas: Canvas) -> Text:
        """Return what to draw now."""
        job = self.job
        if job is None:
            return canvas.cut(Text(canvas.clean(self._waiting)), canvas.width)
        share = job.completed_datasources / max(1, job.total_datasources)
        parts = [
            format_enum(job.phase),
            canvas.bar(share, _BAR, colour_of(job.phase) or "default"),
            Text(f"{format_sources(job)} sources"),
            Text(format_count(job.total_tokens, "token")),
            format_duration(self._server.elapsed(job, self._clock())),
        ]
        return canvas.cut(Text("  ").join(parts), canvas.width)
