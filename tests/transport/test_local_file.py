"""Files that are read in a thread, and always closed."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from pathlib import Path

import pytest

from gradient_async.transport.local_file import open_in_thread


async def test_reads_in_chunks(tmp_path: Path) -> None:
    """Reading returns up to the requested size, and nothing at the end."""
    path = tmp_path / "a"
    path.write_bytes(b"handbook")
    async with open_in_thread(path) as read:
        chunks = [await read(5) for _ in range(3)]

    assert [b"handb", b"ook", b""] == chunks


async def test_a_missing_file(tmp_path: Path) -> None:
    """A missing file raises the operating system's error."""
    with pytest.raises(FileNotFoundError):
        await open_in_thread(tmp_path / "nothing").__aenter__()


def test_a_disk_that_is_slow_to_open(tmp_path: Path) -> None:
    """A timeout while a file is being opened takes effect at once and leaks nothing."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    async def open_with_timeout() -> None:
        async with asyncio.timeout(0.01):
            # A pipe can only be opened once it has a writer.
            await open_in_thread(path).__aenter__()

    with pytest.raises(TimeoutError):
        asyncio.run(open_with_timeout())
    with path.open("wb"):
        pass
    for thread in threading.enumerate():  # pragma: no cover  (it may have ended)
        if thread.name.startswith("gradient-async-file"):
            thread.join()
    gc.collect()  # A file left open is a ResourceWarning, which is an error here.


def test_a_disk_that_is_slow_to_read(tmp_path: Path) -> None:
    """A timeout while a file is being read takes effect at once."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)

    async def read_with_timeout() -> None:
        async with asyncio.timeout(0.05), open_in_thread(path) as read:
            await read(1)

    try:
        with pytest.raises(TimeoutError):
            asyncio.run(read_with_timeout())
    finally:
        os.write(writer, b"x")
        os.close(writer)
