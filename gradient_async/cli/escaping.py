"""Escape what the server sent, so that it is nothing but text; pure."""

from __future__ import annotations

import json

from gradient_async.printable import printable

# A spreadsheet takes a cell that begins with one of these for a formula:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escape_json(text: str, encoding: str | None) -> str:
    """
    Return JSON on one line without control characters.

    What `encoding` lacks is escaped, too; None means that it has every character.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter
        if letter.isprintable() and _can_encode(letter, encoding)
        else json.dumps(letter)[1:-1]
        for letter in text
    )


def escape_cell(cell: object) -> object:
    """Return a cell of CSV: text on one line that is no formula; numbers unchanged."""
    if not isinstance(cell, str):
        return cell
    return f"'{printable(cell)}" if cell.startswith(_FORMULA) else printable(cell)


def _can_encode(letter: str, encoding: str | None) -> bool:
    try:
        letter.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
