"""The columns of a board, and which of them fit into a terminal; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.board.cells import Canvas
from gradient_async.cli.board.state import Board, BoardRow
from gradient_async.cli.formatting import (
    colour_of,
    format_duration,
    format_enum,
    format_sources,
)
from gradient_async.models import IndexingJobStatus

_GAP: Final = "  "
_SHORT_UUID: Final = 8
_MAX_ACCOUNT: Final = 16
_BASE: Final = (8, 36)
"""Smallest and greatest width of names of knowledge bases."""
_BAR: Final = (6, 20)
_DROPPED: Final = ("bar", "tokens", "knowledge_base", "elapsed", "account")
"""Columns in the order in which a narrow terminal leaves them out."""

_TITLES: Final = {
    "account": "ACCOUNT",
    "job": "JOB",
    "knowledge_base": "BASE",
    "phase": "PHASE",
    "bar": "",
    "sources": "DONE",
    "tokens": "TOKENS",
    "elapsed": "ELAPSED",
}
_WIDTHS: Final = {
    "job": _SHORT_UUID,
    "knowledge_base": _BASE[0],
    "phase": 10,
    "bar": _BAR[0],
    "sources": 5,
    "tokens": 9,
    "elapsed": 8,
}
_NUMBERS: Final = {"sources", "tokens", "elapsed"}


@attrs.frozen
class Layout:
    """Which columns are shown, and how wide each is."""

    widths: Mapping[str, int]
    """Widths by name, in the order of the columns."""

    @classmethod
    def fit(cls, width: int, account: int) -> Layout:
        """
        Return the columns that fit into `width`.

        Args:
            width: Columns of the terminal, without the mark of the row selected.
            account: Width of the longest name of an account; 0 without that column.
        """
        widths = {"account": min(max(account, 7), _MAX_ACCOUNT)} if account else {}
        widths |= _WIDTHS
        for name in _DROPPED:
            if _total(widths) > width:
                widths.pop(name, None)
        for name, (_, most) in (("knowledge_base", _BASE), ("bar", _BAR)):
            if name in widths:
                spare = max(0, width - _total(widths))
                widths[name] = min(most, widths[name] + spare)
        return cls(widths)

    @property
    def hidden(self) -> list[str]:
        """Titles of the columns that do not fit, in lower case."""
        missing = (it for it in _WIDTHS if it not in self.widths)
        return [_TITLES[it].lower() for it in missing if _TITLES[it]]

    def heading(self, canvas: Canvas) -> Text:
        """Return the titles."""
        cells = [self._fit(canvas, it, Text(_TITLES[it])) for it in self.widths]
        return _join(cells, "bold")

    def row(
        self, canvas: Canvas, row: BoardRow, board: Board, name: str, now: float
    ) -> Text:
        """Return a job as a line, `name` being that of its knowledge base."""
        values = {
            "account": Text(canvas.clean(row.account)),
            "job": Text(canvas.clean(row.job.uuid[:_SHORT_UUID]), "dim"),
            "knowledge_base": Text(canvas.clean(name)),
            "phase": state_of(row, canvas),
            "bar": self._bar(canvas, row),
            "sources": Text(format_sources(row.job)),
            "tokens": Text(_short_number(row.job.total_tokens)),
            "elapsed": format_duration(board.clock.elapsed(row.job, now)),
        }
        return _join([self._fit(canvas, it, values[it]) for it in self.widths])

    def _bar(self, canvas: Canvas, row: BoardRow) -> Text:
        total = max(1, row.job.total_datasources)
        share = row.job.completed_datasources / total
        return canvas.bar(share, self.widths.get("bar", 0), _style_of(row))

    def _fit(self, canvas: Canvas, name: str, cell: Text) -> Text:
        return canvas.fit(cell, self.widths[name], is_number=name in _NUMBERS)


def state_of(row: BoardRow, canvas: Canvas) -> Text:
    """Return a job's phase; once it has ended, its status, which is more precise."""
    if row.was_deleted:
        return Text("deleted", "magenta")
    job = row.job
    is_final = row.has_ended and job.status is not IndexingJobStatus.UNKNOWN
    state = format_enum(job.status if is_final else job.phase)
    return Text(canvas.clean(state.plain), state.style)


def _style_of(row: BoardRow) -> str:
    value = row.job.status if row.has_ended else row.job.phase
    return colour_of(value) or "default"


def _short_number(number: int) -> str:
    """Return a number of at most 9 characters; millions are enough for large ones."""
    text = f"{number:,}"
    return text if len(text) <= _WIDTHS["tokens"] else f"{number // 10**6:,}M"


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _join(cells: list[Text], style: str = "") -> Text:
    line = Text(_GAP).join(cells)
    line.stylize(style)
    return line
