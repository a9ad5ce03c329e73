"""Files that appear under their name only when they are complete."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from gradient_async.errors import ConfigurationError


def find_target(path: Path) -> Path:
    """
    Return the file to replace: of a symbolic link, the one that it leads to.

    Raises:
        ConfigurationError: It is a folder.
    """
    target = path.resolve()
    if target.is_dir():
        msg = f"{target} is a folder"
        raise ConfigurationError(msg)
    return target


@contextmanager
def replace_when_complete(path: Path) -> Generator[TextIO, None, None]:
    """
    Open a file that takes the place of `path` at the end of the block.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    target = find_target(path)
    part = target.with_name(f"{target.name}.part")
    with name_failed_file():
        try:
            with part.open("w", encoding="utf-8") as file:
                yield file
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def name_failed_file() -> Generator[None, None, None]:
    """
    Turn an error about a file into one that names it in a line.

    Raises:
        ConfigurationError: A file cannot be written.
        OSError: Something else failed, such as the disk, which is full.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        msg = f"cannot write {error.filename}: {error.strerror}"
        raise ConfigurationError(msg) from None
