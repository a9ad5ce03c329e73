"""The file of accounts that the command keeps: read it, and change it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.changes.state_file import replace_file
from gradient_async.errors import ConfigurationError, GradientError
from gradient_async.printable import printable


def read_accounts(path: Path) -> dict[str, accounts.Account]:
    """
    Return the accounts of a file; none if it is missing or has only comments.

    Raises:
        ConfigurationError: See `accounts.read_accounts_file`.
    """
    return {} if _is_empty(path) else accounts.read_accounts_file(path)


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """
    Replace the text of a file, which only its owner can read from then on.

    A file with something in it that the command does not understand stays as it is.
    Of several processes that change it at a time, each goes on from what the one
    before has written.

    Raises:
        ConfigurationError: The file is invalid, or cannot be changed so.
        GradientError: The file cannot be written.
    """
    read_accounts(path)
    shown = printable(str(path))
    try:
        _replace(path, change)
    except ConfigurationError as error:
        problem = error.message
    except OSError as error:
        msg = f"cannot write {shown}: {error.strerror}"
        raise GradientError(msg) from None
    else:
        return
    # Raised here so that the traceback omits frames whose variables hold tokens.
    msg = f"{shown}: {problem}"
    raise ConfigurationError(msg)


def _replace(path: Path, change: Callable[[str], str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not the file, which is another one once it has been replaced.
    with _locked(path.parent):
        text = path.read_text("utf-8-sig") if path.exists() else ""
        replace_file(path, change(text).encode())


@contextmanager
def _locked(folder: Path) -> Generator[None, None, None]:
    """Wait for other processes that have locked a folder, and lock it."""
    try:
        import fcntl  # noqa: PLC0415
    except ModuleNotFoundError:
        # Windows has no such locks.
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_empty(path: Path) -> bool:
    try:
        lines = map(str.strip, path.read_text("utf-8-sig").split("\n"))
        return all(not line or line.startswith("#") for line in lines)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        # The library's error is the better one.
        return False
