"""Read a local file in a thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class LocalFile:
    """
    A file that is opened, read and closed in a thread of its own.

    A slow disk never blocks the event loop, and cancellation is immediate: the thread
    then closes what it may still be opening.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = ExitStack()
        self._thread = ThreadPoolExecutor(1, "gradient-async-file")

    async def __aenter__(self) -> Self:
        """Open the file."""
        loop = asyncio.get_running_loop()
        try:
            self._file = await loop.run_in_executor(self._thread, self._open)
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Schedule closing the file in the thread."""
        self._close()

    async def read(self, size: int) -> bytes:
        """Read up to `size` bytes; empty at the end of the file."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._file.read, size)

    def _open(self) -> BinaryIO:
        return self._opened.enter_context(self._path.open("rb"))

    def _close(self) -> None:
        self._thread.submit(self._opened.close)
        self._thread.shutdown(wait=False)
