"""Which keys were pressed, from what a terminal sends; pure."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import Final

# An escape sequence, or any other character. One read has a whole sequence.
_PIECE: Final = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|.", re.DOTALL)

_NAMES: Final = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b": "escape",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\x08": "backspace",
}


class KeyParser:
    """Turns the bytes of a terminal into names of keys; a letter is its own name."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> list[str]:
        """Return the keys that were pressed; those without a name are left out."""
        pieces = _PIECE.findall(self._decoder.decode(data))
        names = (_NAMES.get(it, it) for it in pieces)
        return [name for name in names if name.isprintable()]
