"""Streams that look like a terminal, and hostile texts to show on it."""

from __future__ import annotations

import io

HOSTILE = "evil\x1b[2J\x9b31m\u202e\r\nname"
"""A text that would clear a terminal, turn the rest around, and start a new line."""


class Terminal(io.StringIO):
    """A stream in memory that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True
