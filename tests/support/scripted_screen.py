"""A terminal that presses keys once it sees certain texts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

_PATIENCE = 60
"""Number of writes after which the next text of a script must have come."""


class ScriptedScreen(io.StringIO):
    """
    Text that was drawn, and the keys that follow what it shows.

    `script` has pairs of a text to wait for, in what is drawn after the pair before,
    and what to do then: keys to press, or a function to call.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self.script: list[tuple[str, tuple[str, ...] | Callable[[], object]]] = []
        self.on_key: Callable[[str], None] = lambda _: None
        self._encoding = encoding
        self._unseen = ""
        self._writes = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the terminal."""
        return self._encoding

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True

    def write(self, text: str) -> int:
        """Draw, then follow the script."""
        text.encode(self._encoding)
        self._unseen += _plain(text)
        self._writes += 1
        if self.script and self._writes > _PATIENCE:
            msg = f"no {self.script[0][0]!r} in {self._unseen[-2000:]}"
            raise AssertionError(msg)
        while self.script and self.script[0][0] in self._unseen:
            # A key changes what is drawn next, not what is there.
            self._unseen = ""
            _, action = self.script.pop(0)
            if callable(action):
                action()
            else:
                for key in action:
                    self.on_key(key)
        return super().write(text)

    @property
    def text(self) -> str:
        """Everything drawn so far, without escape sequences."""
        return _plain(self.getvalue())

    @property
    def last_frame(self) -> list[str]:
        """The lines that stay on the screen, without colours."""
        frame = self.getvalue().rpartition("\x1b[2K")[2]
        return _plain(frame).splitlines()


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
