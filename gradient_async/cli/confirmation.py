"""Confirm that something is to be deleted."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

from gradient_async.errors import ConfigurationError, GradientError
from gradient_async.printable import printable


def require_confirmation(action: str, *, yes: bool) -> None:
    """
    Require that the user agrees on the terminal, or has agreed by `yes`.

    Raises:
        ConfigurationError: There is no terminal to ask on.
        GradientError: The user did not agree.
    """
    if yes:
        return
    if not has_terminal():
        msg = f"cannot ask whether to {action} without a terminal: pass --yes"
        raise ConfigurationError(msg)
    sys.stderr.write(printable(f"{action[:1].upper()}{action[1:]}? [y/N] "))
    sys.stderr.flush()
    with interruptible():
        reply = sys.stdin.readline()
    if not reply:
        # The end of the input, unlike a reply, does not move the cursor.
        sys.stderr.write("\n")
    if reply.strip().lower() not in {"y", "yes"}:
        msg = f"did not {action}"
        raise GradientError(msg)


def has_terminal() -> bool:
    """Return whether a user can read a question, and reply."""
    # A stream that the caller closed is None.
    streams = (sys.stdin, sys.stderr)
    return all(it is not None and it.isatty() for it in streams)


@contextmanager
def interruptible() -> Generator[None, None, None]:
    """
    Let Ctrl-C end a read from the terminal.

    The event loop's own handler would cancel a task, which cannot run meanwhile.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
