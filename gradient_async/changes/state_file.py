"""Read and replace a small file as a whole."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp


def read_file(path: Path) -> bytes | None:
    """
    Return the content of a file; None if there is none.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


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
