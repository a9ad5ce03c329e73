"""Consoles for the command: data on stdout, progress on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console

from gradient_async.printable import printable


class _PipeConsole(Console):
    """A console that raises `BrokenPipeError`, where rich would exit with code 1."""

    def on_broken_pipe(self) -> None:
        """Raise the error again, for `application.run` to handle."""
        raise BrokenPipeError


def create_console(file: TextIO) -> Console:
    """Create a console for `file`; it uses colours if that is a terminal."""
    return _PipeConsole(file=file, highlight=False, markup=False, emoji=False)


def can_draw(file: TextIO) -> bool:
    """Return whether `file` is a terminal on which lines can be drawn again."""
    return file.isatty() and not create_console(file).is_dumb_terminal


def write_note(text: str) -> None:
    """Write a line to stderr that is no error."""
    sys.stderr.write(f"{printable(text)}\n")


@contextmanager
def show_status(text: str) -> Generator[None, None, None]:
    """Show on stderr what is being waited for, if it is a terminal."""
    console = create_console(sys.stderr)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def prepare_streams() -> bool:
    """
    Prepare the standard streams; return whether there is a stdout.

    A stream that the caller closed is None. A character that a stream cannot encode
    is escaped, since half an output is worse than one that looks odd.
    """
    if _is_closed("stderr"):
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if _is_closed("stdout"):
        return False
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return True


def _is_closed(name: str) -> bool:
    return getattr(sys, name) is None


def silence_stdout() -> None:
    """
    Discard what is still buffered for a broken pipe or a full disk.

    Python flushes stdout once more as it exits, and would report the error again:
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
