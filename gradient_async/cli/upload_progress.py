"""Upload files, and show on stderr how far that is, if it is a terminal."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from gradient_async.cli.console import create_console
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.models import FileUploadDataSource
from gradient_async.printable import printable
from gradient_async.transport.uploads import OnProgress


async def upload_files(
    client: Client, paths: tuple[Path, ...]
) -> list[FileUploadDataSource]:
    """
    Upload files one after another, with a progress bar for each.

    Raises:
        ConfigurationError: A path is not that of a readable file. Nothing was sent.
        UploadError: An upload failed.
    """
    for path in paths:
        _check_readable(path)
    console = create_console(sys.stderr)
    progress = Progress(
        # File names are no markup.
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with progress:
        return [
            await client.data_sources.upload(path, on_progress=_add(progress, path))
            for path in paths
        ]


def _check_readable(path: Path) -> None:
    try:
        # Opening a pipe would block.
        if stat.S_ISREG(path.stat().st_mode):
            path.open("rb").close()
            return
        problem = "not a regular file"
    except OSError as error:
        problem = str(error.strerror)
    msg = f"cannot upload {printable(str(path))}: {problem}"
    raise ConfigurationError(msg)


def _add(progress: Progress, path: Path) -> OnProgress:
    """Add a bar for a file, and return what moves it."""
    task = progress.add_task(printable(path.name), total=path.stat().st_size)

    def update(sent: int, total: int) -> None:
        progress.update(task, completed=sent, total=total)

    return update
