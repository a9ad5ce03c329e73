"""What a board looks like: its rows as lines, as many as a terminal has; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.board.cells import Canvas
from gradient_async.cli.board.columns import Layout
from gradient_async.cli.board.controls import Controls, Mode
from gradient_async.cli.board.state import Board, BoardRow

_HELP: Final = (
    "up, down   select a job",
    "enter, o   open the job, and close it again",
    "/          filter: by account, knowledge base, phase, id or reason",
    "c          cancel the job, after a question",
    "escape     back; in the list, show all jobs again",
    "q          quit; jobs go on",
    "?          this help",
)
_KEYS: Final = "enter open  / filter  c cancel  ? help  q quit"
_MARK: Final = "> "
_NO_MARK: Final = "  "


@attrs.frozen
class View:
    """
    How a board is shown.

    Args:
        canvas: What the terminal can show.
        accounts: Names of the accounts; empty leaves their column out.
        has_keys: Whether keys can be pressed.
    """

    canvas: Canvas
    accounts: Sequence[str] = ()
    has_keys: bool = False

    def lines(self, board: Board, controls: Controls, now: float) -> list[Text]:
        """Return the lines of the list at the time `now`."""
        every = board.rows(now)
        rows = controls.visible(every)
        layout = self._layout()
        foot = self._foot(board, controls, layout)
        head = [self._head(every, rows, controls), self._mark(layout, "  ")]
        body = self._body(rows, board, controls, layout, now)
        # One line stays free: a terminal scrolls when its last one is full.
        room = self.canvas.height - len(head) - len(foot) - 1
        focus = next((at for at, (chosen, _) in enumerate(body) if chosen), 0)
        shown = window([line for _, line in body], focus, max(1, room))
        return [*head, *shown, *foot]

    def help_lines(self) -> list[Text]:
        """Return what the keys do."""
        return [self._line(text) for text in _HELP]

    def _layout(self) -> Layout:
        names = [Text(self.canvas.clean(it)).cell_len for it in self.accounts]
        return Layout.fit(self.canvas.width - len(_MARK), max(names, default=0))

    def _mark(self, layout: Layout, mark: str) -> Text:
        return Text.assemble(mark, layout.heading(self.canvas))

    def _head(
        self, every: list[BoardRow], rows: list[BoardRow], controls: Controls
    ) -> Text:
        ended = sum(row.has_ended for row in every)
        parts = [f"{len(every) - ended:,} running", f"{ended:,} ended"]
        if len(rows) < len(every):
            parts.append(f"{len(every) - len(rows):,} hidden by the filter")
        if controls.filter or controls.mode is Mode.FILTER:
            parts.append(f"/{controls.filter}")
        return self._line(", ".join(parts), "bold")

    def _body(
        self,
        rows: list[BoardRow],
        board: Board,
        controls: Controls,
        layout: Layout,
        now: float,
    ) -> list[tuple[bool, Text]]:
        """Return a line for each job and one for its reason; true if selected."""
        selected = controls.selected(rows) if self.has_keys else None
        lines = []
        for row in rows:
            base = row.job.knowledge_base_uuid
            name = controls.names.get(base, base[:8])
            text = layout.row(self.canvas, row, board, name, now)
            chosen = row is selected
            mark = Text(_MARK if chosen else _NO_MARK, "bold")
            lines.append((chosen, Text.assemble(mark, text)))
            if row.reason:
                lines.append((False, self._line(f"    {row.reason}", "red")))
        if not lines:
            lines.append((False, self._line("  no jobs to show", "dim")))
        return lines

    def _foot(self, board: Board, controls: Controls, layout: Layout) -> list[Text]:
        lines = [
            self._line(f"{name or 'account'}: {text}", "yellow")
            for name, text in sorted(board.troubles.items())
        ]
        if layout.hidden:
            hidden = ", ".join(layout.hidden)
            lines.append(self._line(f"too narrow for {hidden}", "dim"))
        if controls.note:
            lines.append(self._line(controls.note, "yellow"))
        if self.has_keys:
            lines.append(self._line(self._prompt(controls), "dim"))
        return lines

    def _prompt(self, controls: Controls) -> str:
        if controls.mode is Mode.CONFIRM:
            return "cancel the job that is marked? y, or any other key for no"
        if controls.mode is Mode.FILTER:
            return f"filter: {controls.filter}_  (enter keeps it, escape removes it)"
        return _KEYS

    def _line(self, text: str, style: str = "") -> Text:
        """Return a line that is cut where the terminal ends."""
        line = Text(self.canvas.clean(text), style)
        return self.canvas.cut(line, self.canvas.width)


def window(lines: list[Text], focus: int, height: int) -> list[Text]:
    """Return as many lines as fit, with the one at `focus` among them."""
    first = min(max(0, focus - height // 2), max(0, len(lines) - height))
    return lines[first : first + height]
