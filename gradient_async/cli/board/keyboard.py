"""Read single keys from a terminal, and leave it as it was."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final

from gradient_async.cli.board.keys import KeyParser

_READ_SIZE: Final = 1024


def has_keyboard() -> bool:
    """Return whether keys can be read: from a terminal, and not on Windows."""
    streams = (sys.stdin, sys.stdout)
    return find_spec("termios") is not None and all(
        stream is not None and stream.isatty() for stream in streams
    )


@contextmanager
def read_keys(on_key: Callable[[str], None]) -> Iterator[None]:
    """
    Call `on_key` with each key that is pressed; without a keyboard, with none.

    The terminal neither waits for the end of a line nor echoes. Ctrl-C still
    interrupts, but Ctrl-Z does not suspend. Whatever happens, its mode is restored at
    the end.
    """
    if not has_keyboard():
        yield
        return
    # Imported here because Windows does not have them.
    import termios  # noqa: PLC0415
    import tty  # noqa: PLC0415

    file = sys.stdin.fileno()
    parser = KeyParser()
    loop = asyncio.get_running_loop()

    def read() -> None:
        data = os.read(file, _READ_SIZE)
        if not data:
            loop.remove_reader(file)
        for key in parser.feed(data):
            on_key(key)

    mode = termios.tcgetattr(file)
    try:
        tty.setcbreak(file)
        # Ctrl-Z would leave the shell without a cursor.
        changed = termios.tcgetattr(file)
        changed[-1][termios.VSUSP] = b"\0"
        termios.tcsetattr(file, termios.TCSANOW, changed)
        loop.add_reader(file, read)
        yield
    finally:
        loop.remove_reader(file)
        # What was typed but not read is not meant for the shell.
        termios.tcsetattr(file, termios.TCSAFLUSH, mode)
