"""Fit texts of the server into cells of a fixed width; pure."""

from __future__ import annotations

import attrs
from rich.console import Console
from rich.text import Text

from gradient_async.printable import printable


@attrs.frozen
class Canvas:
    """What a terminal can show."""

    width: int
    """Columns."""
    height: int
    """Lines."""
    encoding: str
    """Encoding of its characters."""

    @classmethod
    def of(cls, console: Console) -> Canvas:
        """Return what a console can show now; its user may resize it."""
        width, height = console.size
        return cls(width, height, console.encoding)

    @property
    def is_unicode(self) -> bool:
        """Whether it has every character."""
        return self.encoding.lower().startswith("utf")

    def clean(self, text: str) -> str:
        """Return a text that can be shown, with escapes for what is missing."""
        text = printable(text)
        if self.is_unicode:
            return text
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def cut(self, text: Text, width: int) -> Text:
        """Cut a text that is longer than `width`, and return it."""
        text.truncate(width, overflow="ellipsis" if self.is_unicode else "crop")
        return text

    def fit(self, cell: Text, width: int, *, is_number: bool = False) -> Text:
        """Cut or pad a text so that it has exactly this width, and return it."""
        self.cut(cell, width)
        missing = width - cell.cell_len
        if is_number:
            cell.pad_left(missing)
        else:
            cell.pad_right(missing)
        return cell

    def bar(self, share: float, width: int, style: str) -> Text:
        """Return a bar of which a share, 0 to 1, is filled."""
        full, empty = ("━", "╌") if self.is_unicode else ("#", "-")
        filled = round(min(max(share, 0.0), 1.0) * width)
        return Text.assemble(
            (full * filled, style), (empty * (width - filled), "bright_black")
        )


def join_lines(lines: list[Text]) -> Text:
    """Return lines as one text, which is never wrapped."""
    return Text("\n", no_wrap=True, overflow="crop", end="").join(lines)
