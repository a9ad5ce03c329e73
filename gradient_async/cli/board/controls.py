"""What keys do on a board: select, filter, open, cancel, quit; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

import attrs

from gradient_async.cli.board.state import BoardRow, RowKey


class Mode(Enum):
    """What is on the screen."""

    LIST = auto()
    """The jobs."""
    FILTER = auto()
    """The jobs, while the text to filter by is typed."""
    DETAILS = auto()
    """One job in full."""
    CONFIRM = auto()
    """The question whether to cancel a job."""
    HELP = auto()
    """What the keys do."""


class Action(Enum):
    """What the board is to do, beyond what it shows."""

    NONE = auto()
    """Nothing."""
    QUIT = auto()
    """End."""
    CANCEL = auto()
    """Cancel the job that is selected."""


_STEPS = {"up": -1, "k": -1, "down": 1, "j": 1}


@attrs.define
class Controls:
    """What the user has chosen; `names` are those of knowledge bases by id."""

    names: Mapping[str, str] = attrs.field(factory=dict)
    """Names of knowledge bases, by id."""
    mode: Mode = Mode.LIST
    """What is on the screen."""
    filter: str = ""
    """Text that jobs must have; empty shows all."""
    note: str = ""
    """A line for the user."""
    _selected: RowKey | None = None

    def visible(self, rows: Sequence[BoardRow]) -> list[BoardRow]:
        """Return the rows that have the text of the filter anywhere."""
        wanted = self.filter.lower()
        return [row for row in rows if wanted in self._text_of(row).lower()]

    def selected(self, rows: Sequence[BoardRow]) -> BoardRow | None:
        """Return the row that is selected, by default the first; None without rows."""
        chosen = (row for row in rows if row.key == self._selected)
        return next(chosen, rows[0] if rows else None)

    def press(self, key: str, rows: Sequence[BoardRow]) -> Action:
        """Do what a key means, where `rows` are visible; return what is left to do."""
        self.note = ""
        match self.mode:
            case Mode.FILTER:
                return self._type(key)
            case Mode.CONFIRM:
                self.mode = Mode.LIST
                return Action.CANCEL if key in {"y", "Y"} else Action.NONE
            case _:
                return self._command(key, rows)

    def _type(self, key: str) -> Action:
        """Change the filter by a key."""
        if key in {"enter", "escape"}:
            self.mode = Mode.LIST
            self.filter = "" if key == "escape" else self.filter
        elif key == "backspace":
            self.filter = self.filter[:-1]
        elif len(key) == 1:
            self.filter += key
        return Action.NONE

    def _command(self, key: str, rows: Sequence[BoardRow]) -> Action:
        row = self.selected(rows)
        if key in _STEPS and row is not None:
            place = rows.index(row) + _STEPS[key]
            self._selected = rows[min(max(place, 0), len(rows) - 1)].key
            return Action.NONE
        # A second press, or any other key, leads back to the list.
        before, self.mode = self.mode, Mode.LIST
        match key:
            case "q":
                return Action.QUIT
            case "/":
                self.mode = Mode.FILTER
            case "?":
                self.mode = Mode.HELP if before is not Mode.HELP else Mode.LIST
            case "enter" | "o" if row is not None and before is Mode.LIST:
                # Select it for good: new jobs come first.
                self.mode, self._selected = Mode.DETAILS, row.key
            case "c" if row is not None:
                self._ask(row)
            case "escape" if before is Mode.LIST:
                self.filter = ""
        return Action.NONE

    def _ask(self, row: BoardRow) -> None:
        """Open the question whether to cancel a job."""
        if row.has_ended:
            self.note = f"job {row.job.uuid[:8]} has ended"
            return
        self.mode, self._selected = Mode.CONFIRM, row.key

    def _text_of(self, row: BoardRow) -> str:
        job = row.job
        name = self.names.get(job.knowledge_base_uuid, "")
        words = (job.phase.short_name, job.status.short_name, row.reason)
        ids = (row.account, job.uuid, job.knowledge_base_uuid)
        return " ".join((*ids, name, *words))
