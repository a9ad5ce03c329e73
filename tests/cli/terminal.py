"""Streams that look like a terminal, and hostile texts to show on it."""

from __future__ import annotations

import io
import re

HOSTILE = "evil\x1b[2J\x9b31m\u202e\r\nname"
"""A text that would clear a terminal, turn the rest around, and start a new line."""


class Terminal(io.StringIO):
    """A stream in memory that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def plain_lines(text: str) -> list[str]:
    """Return the lines of a text without escape sequences."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
