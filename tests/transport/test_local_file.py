"""Files that are read in a thread, and are closed whatever happens."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

import pytest

from gradient_async.transport.local_file import LocalFile


async def test_reads_piece_by_piece(tmp_path: Path) -> None:
    """A file gives as much as was asked for, and nothing at its end."""
    path = tmp_path / "a"
    path.write_bytes(b"handbook")
    async with LocalFile(path) as file:
        pieces = [await file.read(5) for _ in range(3)]

    assert [b"handb", b"ook", b""] == pieces


async def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is the operating system's error."""
    with pytest.raises(FileNotFoundError):
        await LocalFile(tmp_path / "nothing").__aenter__()


def test_a_disk_that_is_slow_to_open(tmp_path: Path) -> None:
    """Whoever gives up while a file is opened leaves at once, and no file open."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    file = LocalFile(path)

    async def open_in_vain() -> None:
        async with asyncio.timeout(0.01):
            # A pipe opens when somebody writes to it.
            await file.__aenter__()

    with pytest.raises(TimeoutError):
        asyncio.run(open_in_vain())
    with path.open("wb"):
        pass
    file._thread.shutdown(wait=True)
    gc.collect()  # A file left open is a ResourceWarning, which is an error here.


def test_a_disk_that_is_slow_to_read(tmp_path: Path) -> None:
    """Whoever gives up while a file is read leaves at once."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)

    async def read_in_vain() -> None:
        async with asyncio.timeout(0.05), LocalFile(path) as file:
            await file.read(1)

    try:
        with pytest.raises(TimeoutError):
            asyncio.run(read_in_vain())
    finally:
        os.write(writer, b"x")
        os.close(writer)
