"""Values that can be saved: as JSON, in a small file that is replaced as a whole."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from tempfile import mkstemp
from typing import Self, TypeVar

import msgspec

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError

T = TypeVar("T")


class SavedState(ABC):
    """What can be written as JSON on one line, and kept in a file."""

    __slots__ = ()

    @abstractmethod
    def to_json(self) -> str:
        """Return it as JSON on one line; it holds no token."""

    @classmethod
    @abstractmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        Return what `to_json` wrote.

        Raises:
            ConfigurationError: The text is not such JSON, or of another version.
        """

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self | None:
        """
        Return what a file contains; None if there is no such file.

        Raises:
            ConfigurationError: The file contains something else.
            OSError: The file cannot be read.
        """
        try:
            return cls.from_json(Path(path).read_bytes())
        except FileNotFoundError:
            return None
        except ConfigurationError as error:
            msg = f"{os.fspath(path)}: {error.message}"
            raise ConfigurationError(msg, account=error.account) from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write it to a file that only its owner can read.

        The file is replaced as a whole: after a crash it has the old content or the new
        one. Blocks for a few milliseconds.

        Raises:
            OSError: The file cannot be written.
        """
        replace_file(Path(path), self.to_json().encode() + b"\n")


def decode_state(text: str | bytes, content: type[T], name: str) -> T:
    """
    Return JSON as an object of a class; `name` says what it should be.

    Raises:
        ConfigurationError: The text is not such JSON.
    """
    check_instance("text", text, str | bytes)
    try:
        return msgspec.json.decode(text, type=content)
    except (ValueError, RecursionError) as error:
        msg = f"not {name}: {error}"
    raise ConfigurationError(msg)


def replace_file(path: Path, content: bytes) -> None:
    """
    Replace a file, or create it, with permissions for its owner alone.

    The content is written to a temporary file in the same folder, which then takes the
    place of the file. A symbolic link stays one.

    Raises:
        OSError: The file cannot be written.
    """
    target = path.resolve()
    # Created with the permissions 0600.
    descriptor, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
