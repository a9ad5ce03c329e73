"""Make text from elsewhere safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    """Replace characters that could move a terminal's cursor or start a new line."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)
