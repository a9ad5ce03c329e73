"""Read local files in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

ReadFile: TypeAlias = Callable[[int], Awaitable[bytes]]
"""Function that reads up to a number of bytes; it returns none at the end."""


@asynccontextmanager
async def open_in_thread(path: Path) -> AsyncIterator[ReadFile]:
    """
    Open a file, and read and close it, in a thread of its own.

    A slow disk never blocks the event loop, and cancellation is immediate: the thread
    then closes what it may still be opening.
    """
    loop = asyncio.get_running_loop()
    opened = ExitStack()
    thread = ThreadPoolExecutor(1, "gradient-async-file")
    try:
        file = await loop.run_in_executor(
            thread, lambda: opened.enter_context(path.open("rb"))
        )
        yield lambda size: loop.run_in_executor(thread, file.read, size)
    finally:
        thread.submit(opened.close)
        thread.shutdown(wait=False)


@asynccontextmanager
async def read_in_thread(file: BinaryIO) -> AsyncIterator[ReadFile]:
    """Read an open file in a thread of its own, and leave it open."""
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, "gradient-async-file")
    try:
        yield lambda size: loop.run_in_executor(thread, file.read, size)
    finally:
        thread.shutdown(wait=False)
