"""The file that an export writes until it is complete, next to its target."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.export.state import ExportState
from gradient_async.cli.files import find_target
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable


class PartFile:
    """
    An incomplete export, and its state, which is saved in a second file.

    Of the part file, only the bytes that the state counts are valid: what follows them
    was written after the state was saved, and is cut off before the export goes on.

    Args:
        target: File that the export is for; it is replaced at the end.
        wanted: The state of an export that begins.

    Raises:
        ConfigurationError: The target is a folder.
    """

    def __init__(self, target: Path, wanted: ExportState) -> None:
        self.target: Path = find_target(target)
        self.path: Path = self.target.with_name(f"{self.target.name}.part")
        self._state_path = self.target.with_name(f"{self.target.name}.part.json")
        self.state: ExportState = wanted
        """The state that was saved last."""
        self.rows: int = 0
        """Number of rows written."""

    def open(self, *, resume: bool, force: bool) -> TextIO:
        """
        Return the part file, open for appending.

        Args:
            resume: Whether to go on with an interrupted export, if there is one.
            force: Whether to discard it.

        Raises:
            ConfigurationError: Neither, and there is one; or it had other options; or
                another process is writing it.
            OSError: A file cannot be read or written.
        """
        if _size_of(self.path) and not (resume or force):
            msg = (
                f"an export to {printable(str(self.target))} was interrupted: "
                f"go on with --resume, or start over with --force"
            )
            raise ConfigurationError(msg)
        out = self.path.open("a", encoding="utf-8", newline="")
        try:
            _lock(out)
            self._prepare(out, resume=resume)
        except BaseException:
            out.close()
            raise
        return out

    def _prepare(self, out: TextIO, *, resume: bool) -> None:
        """Cut off what does not belong to the rows counted."""
        # Without rows, a state was left behind by an export that ended.
        has_rows = _size_of(self.path) > 0
        saved = ExportState.load(self._state_path) if resume and has_rows else None
        if saved is not None:
            saved.check_resumes(self.state)
            self.state, self.rows = saved, saved.rows
        if _size_of(self.path) < self.state.size:
            msg = (
                f"{printable(str(self.path))} is shorter than it was: "
                f"start over with --force"
            )
            raise ConfigurationError(msg)
        out.truncate(self.state.size)
        self.state.save(self._state_path)

    def save(self, out: TextIO, position: accounts.StreamPosition) -> None:
        """Save what the file has by now, and where the stream goes on."""
        out.flush()
        # The state must not be ahead of the file, not even after a power failure.
        os.fsync(out.fileno())
        size = os.fstat(out.fileno()).st_size
        self.state = attrs.evolve(
            self.state, rows=self.rows, size=size, position=position
        )
        self.state.save(self._state_path)

    def publish(self, complete: Path) -> None:
        """Replace the target by a complete file: this one, or one made of it."""
        with complete.open("rb") as file:
            os.fsync(file.fileno())
        complete.replace(self.target)
        self.discard()

    def discard(self) -> None:
        """Remove the part file and its state."""
        self.path.unlink(missing_ok=True)
        self._state_path.unlink(missing_ok=True)


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _lock(file: TextIO) -> None:
    """Raise if another process writes the file; the lock ends with the process."""
    # Not on Windows, which has no such locks.
    with suppress(ModuleNotFoundError):
        import fcntl  # noqa: PLC0415

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"another export is writing {printable(file.name)}"
            raise ConfigurationError(msg) from None
