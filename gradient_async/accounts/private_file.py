"""Read small files that may hold tokens, and show nothing of them."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import attrs

from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.transport.credentials import Secret

T = TypeVar("T")

# On Windows the mode does not tell who has access.
_HAS_MODES: Final = os.name == "posix"


@attrs.frozen
class PrivateFile:
    """The text of a file, hidden, and whether only its owner can access it."""

    path: Path
    text: Secret
    is_private: bool
    """Whether only its owner can access it; on Windows always True."""

    def check(self) -> None:
        """
        Raise if others than its owner can access the file.

        Raises:
            ConfigurationError: They can; the message has the command to change it.
        """
        if not self.is_private:
            command = f"chmod 600 {shlex.quote(str(self.path))}"
            msg = f"others can access it and its tokens; run {command}"
            raise ConfigurationError(msg)


def read_file(path: Path) -> PrivateFile:
    """
    Read a file.

    Raises:
        ConfigurationError: It is missing, unreadable, no regular file, or not UTF-8.
            The message does not name the file.
    """
    try:
        mode = path.stat().st_mode
        # Opening a pipe would block, and a device may never end.
        text = _decode(path.read_bytes()) if stat.S_ISREG(mode) else None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "invalid path"
        raise ConfigurationError(problem) from None
    if text is None:
        msg = "not text in UTF-8" if stat.S_ISREG(mode) else "not a regular file"
        raise ConfigurationError(msg)
    return PrivateFile(path, text, is_private=not (_HAS_MODES and mode & 0o077))


def _decode(data: bytes) -> Secret | None:
    with suppress(UnicodeDecodeError):
        return Secret(data.decode("utf-8-sig"))
    return None


def load_file(path: Path, parse: Callable[[PrivateFile], T]) -> T:
    """
    Read and parse a file.

    Raises:
        ConfigurationError: It cannot be read or parsed; the message names the file.
    """
    try:
        return parse(read_file(path))
    except ConfigurationError as error:
        problem = error.message
    # Raised here so that the traceback omits the frames that parse the file, whose
    # variables hold tokens.
    msg = f"{printable(str(path))}: {problem}"
    raise ConfigurationError(msg)
