"""Where the command writes: data to stdout, everything about it to stderr."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console


class _PipeConsole(Console):
    """A console that leaves a broken pipe to the command as a whole."""

    def on_broken_pipe(self) -> None:
        """Pass the error on, where rich would leave with code 1."""
        raise BrokenPipeError


def make_console(file: TextIO) -> Console:
    """Make a console; it shows colours if `file` is a terminal."""
    return _PipeConsole(file=file, highlight=False, markup=False, emoji=False)


def silence_stdout() -> None:
    """Let what is still buffered for a broken pipe go nowhere, without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
