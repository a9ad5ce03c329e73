"""Uploads of bytes, file objects and async iterables."""

from __future__ import annotations

import array
import asyncio
import errno
import io
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from gradient_async import Client, PresignedUpload, UploadError
from tests.resources.canned_calls import create_client, decode_body, error_message
from tests.resources.test_upload import CHUNK, host, presigned_upload
from tests.support.raw_server import raw_response

CONTENT = os.urandom(2 * CHUNK + 5)
SIZE = len(CONTENT)


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    """Yield the content in pieces of these sizes, and then the rest."""
    begin = 0
    for size in (*sizes, SIZE):
        yield CONTENT[begin : begin + size]
        begin += size


class Pieces:
    """An async iterable that is no generator."""

    def __init__(self) -> None:
        self._left = iter([CONTENT[:9], CONTENT[9:]])

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece."""
        for piece in self._left:
            return piece
        raise StopAsyncIteration


class Pipe(io.BytesIO):
    """A file that cannot seek."""

    def seekable(self) -> bool:
        """Return False."""
        return False


class Untold(io.BytesIO):
    """A file with content whose end is at 0, as of some files in `/proc`."""

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Seek, but to the start instead of the end."""
        return super().seek(position, 0 if whence == os.SEEK_END else whence)


class Endless(io.BytesIO):
    """A file with content whose end cannot be sought, as of others in `/proc`."""

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Refuse, whatever the position."""
        raise OSError(errno.EINVAL, "Invalid argument")


def behind(count: int) -> io.BytesIO:
    """Open a file that has more bytes before its position."""
    file = io.BytesIO(b"x" * count + CONTENT)
    file.seek(count)
    return file


SOURCES: dict[str, tuple[Callable[[], Any], int | None]] = {
    "bytes": (lambda: CONTENT, None),
    "bytearray": (lambda: bytearray(CONTENT), None),
    "memoryview": (lambda: memoryview(CONTENT), None),
    "bytes with their size": (lambda: CONTENT, SIZE),
    "file": (lambda: io.BytesIO(CONTENT), None),
    "file from its position on": (lambda: behind(7), None),
    "file with its size": (lambda: io.BytesIO(CONTENT), SIZE),
    "pipe": (lambda: Pipe(CONTENT), SIZE),
    "file that tells no size": (lambda: Untold(CONTENT), SIZE),
    "file without an end": (lambda: Endless(CONTENT), SIZE),
    "bytes in reverse": (lambda: memoryview(CONTENT[::-1])[::-1], None),
    "one piece": (pieces, SIZE),
    "no generator": (Pieces, SIZE),
    "pieces": (lambda: pieces(0, 1, CHUNK - 1, 0, CHUNK + 3), SIZE),
}


@pytest.mark.parametrize("kind", SOURCES)
async def test_every_source_arrives_complete(kind: str) -> None:
    """Whatever the source, its bytes arrive once, in order, as announced."""
    create, size = SOURCES[kind]
    transport = host(presigned_upload())
    steps: list[tuple[int, int]] = []
    async with create_client(transport) as client:
        uploaded = await client.data_sources.upload(
            create(),
            name="a b.txt",
            size=size,
            on_progress=lambda sent, total: steps.append((sent, total)),
        )
    announced, put = transport.requests

    assert CONTENT == put.body
    assert {"files": [{"file_name": "a b.txt", "file_size": str(SIZE)}]} == decode_body(
        announced
    )
    assert SIZE == uploaded.size_in_bytes
    assert (SIZE, SIZE) == steps[-1]


@pytest.mark.parametrize(
    "create", [lambda: b"", io.BytesIO, lambda: memoryview(array.array("i"))]
)
async def test_empty_sources(create: Callable[[], Any]) -> None:
    """A source without bytes is an empty file."""
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        uploaded = await client.data_sources.upload(create(), name="a")

    assert b"" == transport.requests[-1].body
    assert 0 == uploaded.size_in_bytes


async def test_bytes_of_other_items() -> None:
    """The size of an array's memory is counted in bytes."""
    numbers = array.array("i", range(100))
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        await client.data_sources.upload(memoryview(numbers), name="a")

    assert numbers.tobytes() == transport.requests[-1].body


async def test_a_file_stays_open(tmp_path: Path) -> None:
    """A file object is left open, at its end."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:
        async with create_client(host(presigned_upload())) as client:
            await client.data_sources.upload(file, name="a")

        assert SIZE == file.tell()


@pytest.mark.parametrize("create", [lambda: Pipe(CONTENT), pieces])
@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (0, "the source has more bytes than size says"),
        (1, "the source has more bytes than size says"),
        (SIZE - 1, "the source has more bytes than size says"),
        (SIZE + 1, "the source has fewer bytes than size says"),
    ],
)
async def test_a_wrong_size(create: Callable[[], Any], size: int, reason: str) -> None:
    """A source with another size than claimed is never a success."""
    async with create_client(host(presigned_upload())) as client:
        with pytest.raises(UploadError, match=reason) as caught:
            await client.data_sources.upload(create(), name="a", size=size)

    assert caught.value.sent_bytes <= max(0, size - 1)


async def test_an_iterable_is_closed_after_an_error() -> None:
    """An async generator that is not exhausted is closed at once."""
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    async with create_client(host(presigned_upload())) as client:
        with pytest.raises(UploadError):
            await client.data_sources.upload(endless(), name="a", size=10)

    assert closed.is_set()


async def test_an_error_of_the_source() -> None:
    """What a source raises ends the upload, unchanged."""

    async def fail() -> AsyncIterator[bytes]:
        yield b"x"
        raise KeyError(5)

    async with create_client(host(presigned_upload())) as client:
        with pytest.raises(KeyError, match="5"):
            await client.data_sources.upload(fail(), name="a", size=10)


class AsyncFile:
    """A file whose methods are coroutines, as those of web frameworks."""

    async def read(self, size: int) -> bytes:
        """Read as a web framework does."""
        raise NotImplementedError  # pragma: no cover  (it is refused before)


def upload(source: Any, **options: Any) -> Callable[[Client], Any]:
    """Return a call that uploads."""
    return lambda client: client.data_sources.upload(source, **options)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (upload(b"x"), "name is required, unless the source is a path"),
        (upload(b"x", name=5), "name must be a string, got int"),
        (upload(b"x", name=""), "name must not be empty"),
        (upload(b"x", name="a", size=2), "size must be that of the source, 1, or None"),
        (upload(__file__, size=2), "size must be that of the source"),
        (upload(b"x", name="a", size=-1), "size must be an integer of at least 0"),
        (upload(pieces(), name="a"), "the source does not tell its size: pass size="),
        (upload(Pipe(), name="a"), "the source does not tell its size: pass size="),
        (upload(5, name="a"), "source must be a path, bytes, a binary file or .* int"),
        (upload(io.StringIO(), name="a"), "source must be .*, got StringIO"),
        (upload(AsyncFile(), name="a"), "source must be .*, got AsyncFile"),
        (upload(["x"], name="a"), "source must be .*, got list"),
        (upload(b"", name="a", content_type=5), "content_type must be a string"),
        (
            upload(b"", name="a", content_type=""),
            "content_type must be like text/plain",
        ),
        (
            upload(b"", name="a", content_type="a/b\r\nX: y"),
            "content_type must be like",
        ),
        (upload(b"", name="a", content_type="text"), "content_type must be like"),
    ],
)
async def test_bad_arguments(call: Callable[[Client], Any], reason: str) -> None:
    """A bad argument is refused before anything is sent."""
    assert re.match(reason, await error_message(call))


async def test_a_file_that_tells_no_true_size() -> None:
    """A file of size 0 with content is refused, not uploaded as an empty one."""
    reason = await error_message(upload("/proc/cpuinfo"))

    assert reason == (
        "path must be a file that tells its size, but '/proc/cpuinfo' has content and "
        "size 0: read it, and upload the bytes"
    )


@pytest.mark.parametrize("kind", [Untold, Endless])
async def test_an_open_file_that_tells_no_size(kind: type[io.BytesIO]) -> None:
    """Such a file is refused, not uploaded as an empty one."""
    expected = "the source does not tell its size: pass size="
    assert expected == await error_message(upload(kind(CONTENT), name="a"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "application/octet-stream"),
        ({"content_type": "text/plain; charset=utf-8"}, "text/plain; charset=utf-8"),
    ],
)
async def test_content_type(options: dict[str, Any], expected: str) -> None:
    """The content type is sent exactly as given: a presigned URL may sign it."""
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        await client.data_sources.upload(b"x", name="a", **options)

    assert {"content-type": expected} == transport.requests[-1].headers


class KeepAliveHost:
    """
    A host that keeps its connections, and cuts the second upload after a while.

    Args:
        cut_after: Number of bytes of the second upload to read.
    """

    def __init__(self, cut_after: int) -> None:
        self._cut_after = cut_after
        self.heads: list[str] = []
        self.stored: list[int] = []
        self.connections = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one connection."""
        self.connections += 1
        while head := await reader.readuntil(b"\r\n\r\n"):  # pragma: no branch
            self.heads.append(head.decode())
            (length,) = [
                int(line.split(":")[1])
                for line in head.decode().lower().splitlines()
                if line.startswith("content-length:")
            ]
            if len(self.heads) == 2:
                await reader.readexactly(self._cut_after)
                writer.transport.abort()
                return
            self.stored.append(len(await reader.readexactly(length)))
            writer.write(raw_response(b"", connection="keep-alive"))
            if len(self.heads) == 3:
                break
        writer.close()


@pytest.mark.parametrize("cut_after", [0, 1, CHUNK, 2_500_000, 4_999_999, 5_000_000])
@pytest.mark.parametrize("is_file", [True, False], ids=["file", "bytes"])
async def test_an_upload_cut_on_a_kept_connection(
    cut_after: int, is_file: bool, tmp_path: Path
) -> None:
    """
    A cut upload is an error, and never sent again with less than the whole file.

    The connection had served another upload before.
    """
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5_000_000)
    there = KeepAliveHost(cut_after)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    to = PresignedUpload(presigned_url=f"http://127.0.0.1:{port}/up?Signature=s")
    source = path if is_file else path.read_bytes()
    async with server, Client("t", base_url=f"http://127.0.0.1:{port}") as client:
        await client.data_sources.upload(b"first", name="a", to=to)
        with pytest.raises(UploadError):
            await client.data_sources.upload(source, name="a", to=to)
        assert (2, [5]) == (len(there.heads), there.stored)
        await client.data_sources.upload(source, name="a", to=to)

    assert [5, 5_000_000] == there.stored
    assert (3, 2) == (len(there.heads), there.connections)
