"""Draw a board in a terminal, and do what keys say, until it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.changes import JobEvent, JobEventKind
from gradient_async.cli.base_names import BaseNames
from gradient_async.cli.board.cells import Canvas, join_lines
from gradient_async.cli.board.controls import Action, Controls, Mode
from gradient_async.cli.board.inbox import Inbox, KeyPress, Message, Note, Source
from gradient_async.cli.board.keyboard import has_keyboard, read_keys
from gradient_async.cli.board.state import Board, BoardRow
from gradient_async.cli.board.view import View
from gradient_async.cli.error_lines import describe_error
from gradient_async.cli.job_details import render_details
from gradient_async.errors import GradientError

_TICK: Final = 1.0
"""Seconds after which elapsed times are drawn again."""


class LiveBoard:
    """
    A board in a terminal.

    Args:
        chosen: The accounts.
        names: Their names; empty leaves their column out.
        board: What is shown; it may have rows already.
        sources: Where events come from.
        console: The terminal.
        clock: Function that returns this computer's time in seconds.
    """

    def __init__(
        self,
        chosen: accounts.Accounts,
        *,
        names: Sequence[str],
        board: Board,
        sources: Sequence[Source],
        console: Console,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._accounts = chosen
        self._names = names
        self._board = board
        self._inbox = Inbox(sources)
        self._console = console
        self._clock = clock
        self._bases = BaseNames(chosen)
        self._controls = Controls(self._bases.known)
        self._has_quit = False

    async def run(self, is_over: Callable[[list[BoardRow]], bool]) -> bool:
        """
        Draw until it is over, or until the user quits; return whether it is over.

        The last frame stays on the screen, whatever happens.
        """
        live = Live(
            self._frame(),
            console=self._console,
            auto_refresh=False,
            vertical_overflow="crop",
        )
        async with self._inbox:
            with read_keys(self._on_key), live:
                try:
                    while not (done := is_over(self._rows())) and not self._has_quit:
                        live.update(self._frame(), refresh=True)
                        for message in await self._inbox.take(_TICK):
                            self._handle(message)
                finally:
                    self._controls = Controls(self._bases.known)
                    live.update(self._frame(is_last=True), refresh=True)
        return done

    def _on_key(self, key: str) -> None:
        self._inbox.put(KeyPress(key))

    def _handle(self, message: Message) -> None:
        match message:
            case KeyPress():
                self._press(message.name)
            case Note():
                self._controls.note = message.text
            case _:
                self._board.apply(message, self._clock())
                if isinstance(message, JobEvent):
                    self._look_up(message)

    def _look_up(self, event: JobEvent) -> None:
        if self._bases.lacks(event.job.knowledge_base_uuid):
            self._inbox.start(self._bases.load(event.account))

    def _rows(self) -> list[BoardRow]:
        return self._board.rows(self._clock())

    def _press(self, key: str) -> None:
        rows = self._controls.visible(self._rows())
        row = self._controls.selected(rows)
        match self._controls.press(key, rows):
            case Action.QUIT:
                self._has_quit = True
            case Action.CANCEL if row is not None:
                self._inbox.start(self._cancel(row))

    async def _cancel(self, row: BoardRow) -> None:
        uuid = row.job.uuid
        try:
            job = await self._accounts[row.account].indexing_jobs.cancel(uuid)
        except GradientError as error:
            self._inbox.put(Note(describe_error(error)[0]))
            return
        kind = JobEventKind.ENDED if job.is_finished else JobEventKind.CHANGED
        self._inbox.put(JobEvent(account=row.account, kind=kind, job=job))
        self._inbox.put(Note(f"cancelled {uuid}"))

    def _frame(self, *, is_last: bool = False) -> Text:
        """Return what to draw now; the last frame has no line about keys."""
        has_keys = has_keyboard() and not is_last
        canvas = Canvas.of(self._console)
        view = View(canvas, self._names, has_keys=has_keys)
        match self._controls.mode:
            case Mode.DETAILS:
                lines = self._details(canvas)
            case Mode.HELP:
                lines = view.help_lines()
            case _:
                lines = view.lines(self._board, self._controls, self._clock())
        return join_lines(lines)

    def _details(self, canvas: Canvas) -> list[Text]:
        """Return the lines of the job that is open; the rest of it if none is."""
        row = self._controls.selected(self._controls.visible(self._rows()))
        if row is None:
            return [Text("the job has left the board: press escape")]
        drawn = (line.render(self._console) for line in render_details(row.job))
        lines = [_to_line(segments, canvas) for segments in drawn]
        return lines[: canvas.height - 1]


def _to_line(segments: Iterable[Segment], canvas: Canvas) -> Text:
    parts = [Text(canvas.clean(it.text), it.style or "") for it in segments]
    line = Text.assemble(*parts)
    line.truncate(canvas.width)
    return line
