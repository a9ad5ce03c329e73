"""What can be uploaded: how each kind of content is read, and how large it is."""

from __future__ import annotations

import asyncio
import inspect
import io
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

import attrs

from gradient_async.checks import check_int
from gradient_async.errors import ConfigurationError
from gradient_async.transport.local_file import (
    ReadFile,
    open_in_thread,
    read_in_thread,
)

Uploadable: TypeAlias = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | BinaryIO
    | AsyncIterable[bytes]
)
"""
What can be uploaded.

- The path of a regular file.
- Bytes, which must not change before the upload has ended.
- A binary file object, read in a thread from its position on, and left open. One that
  cannot seek, such as a pipe, needs a size.
- An async iterable of bytes, iterated over once; it needs a size.
"""


@attrs.frozen(kw_only=True)
class UploadContent:
    """Content of a known size."""

    open: Callable[[], AbstractAsyncContextManager[ReadFile]] = attrs.field(repr=False)
    """Open it to be read from the start, once."""
    size: int
    """Number of bytes to upload."""
    is_size_claimed: bool = False
    """Whether somebody said how large it is, so that more content is an error."""


async def find_content(source: Uploadable, size: int | None) -> UploadContent:
    """
    Return how to read something, and how large it is.

    Raises:
        ConfigurationError: It is something else, or its size is unknown.
        OSError: The file is missing or cannot be read.
    """
    if size is not None:
        check_int("size", size, minimum=0)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        found = await asyncio.to_thread(_get_size, path)
        return _known(partial(open_in_thread, path), found, size)
    if isinstance(source, bytes | bytearray | memoryview):
        view = memoryview(source)
        view = view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
        return _known(lambda: _read_iterable(_yield_once(view)), view.nbytes, size)
    if isinstance(source, AsyncIterable):
        return _claimed(partial(_read_iterable, source), size)
    if not _is_binary_file(source):
        msg = (
            f"source must be a path, bytes, a binary file or an async iterable of "
            f"bytes, got {type(source).__name__}"
        )
        raise ConfigurationError(msg)
    if size is None and source.seekable():
        left = await asyncio.to_thread(_count_left, source)
        if left is not None:
            return UploadContent(open=partial(read_in_thread, source), size=left)
    return _claimed(partial(read_in_thread, source), size)


def _is_binary_file(source: object) -> bool:
    """Return whether it is an open file; those of web frameworks read in coroutines."""
    read = getattr(source, "read", None)
    is_blocking = callable(read) and not inspect.iscoroutinefunction(read)
    return is_blocking and not isinstance(source, io.TextIOBase)


def _known(
    open_: Callable[[], AbstractAsyncContextManager[ReadFile]],
    found: int,
    size: int | None,
) -> UploadContent:
    if size not in {None, found}:
        msg = f"size must be that of the source, {found}, or None, got {size}"
        raise ConfigurationError(msg)
    return UploadContent(open=open_, size=found)


def _claimed(
    open_: Callable[[], AbstractAsyncContextManager[ReadFile]], size: int | None
) -> UploadContent:
    if size is None:
        msg = "the source does not tell its size: pass size="
        raise ConfigurationError(msg)
    return UploadContent(open=open_, size=size, is_size_claimed=True)


def _get_size(file: Path) -> int:
    """Return the size of a regular file in bytes; refuse anything else."""
    try:
        found = file.stat()
    except ValueError:
        # The path contains a character that no path can have.
        found = None
    if not found or not stat.S_ISREG(found.st_mode):
        msg = f"path must be a regular file, got {str(file)!r}"
        raise ConfigurationError(msg)
    if not found.st_size and _has_content(file):
        # As in /proc, and on some network drives.
        msg = (
            f"path must be a file that tells its size, but {str(file)!r} has content "
            f"and size 0: read it, and upload the bytes"
        )
        raise ConfigurationError(msg)
    return found.st_size


def _has_content(file: Path) -> bool:
    with file.open("rb") as opened:
        return bool(opened.read(1))


def _count_left(file: BinaryIO) -> int | None:
    """Return the number of bytes from the position to the end; None if untold."""
    position = file.tell()
    try:
        end = file.seek(0, os.SEEK_END)
    except OSError:
        # As in /proc, where some files have an end at 0 instead.
        return None
    file.seek(position)
    if end <= position and file.read(1):
        file.seek(position)
        return None
    return max(0, end - position)


async def _yield_once(data: memoryview) -> AsyncIterator[memoryview]:
    yield data


@asynccontextmanager
async def _read_iterable(
    chunks: AsyncIterable[bytes | memoryview],
) -> AsyncIterator[ReadFile]:
    """Read pieces of any size, in whatever pieces they come."""
    iterator = aiter(chunks)
    rest = memoryview(b"")

    async def read(size: int) -> bytes:
        nonlocal rest
        while not rest:
            chunk = await anext(iterator, None)
            if chunk is None:
                return b""
            rest = memoryview(chunk).cast("B")
        taken, rest = rest[:size], rest[size:]
        return bytes(taken)

    try:
        yield read
    finally:
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
