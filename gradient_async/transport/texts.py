"""Make what came from elsewhere safe to show."""

from __future__ import annotations

from typing import Final

from gradient_async.transport.credentials import Secret

_LONGEST: Final = 2000


def printable(text: str) -> str:
    """Take out what could move a terminal's cursor or begin a new line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def clean_text(text: str | None, secret: Secret) -> str | None:
    """Make a server's text fit for an error or a log: short, and without the token."""
    return secret.redact(printable(text))[:_LONGEST] if text else None
