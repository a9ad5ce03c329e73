"""Consoles for the command: data on stdout, progress on stderr."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console


class _PipeConsole(Console):
    """A console that raises `BrokenPipeError`, where rich would exit with code 1."""

    def on_broken_pipe(self) -> None:
        """Raise the error again, for `application.run` to handle."""
        raise BrokenPipeError


def create_console(file: TextIO) -> Console:
    """Create a console for `file`; it uses colours if that is a terminal."""
    return _PipeConsole(file=file, highlight=False, markup=False, emoji=False)


def silence_stdout() -> None:
    """
    Discard what is still buffered for a broken pipe.

    Python flushes stdout once more as it exits, and would report the error again:
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
