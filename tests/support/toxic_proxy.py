"""A TCP proxy that harms the connections through it, after the toxics of Toxiproxy."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, Self, TypeAlias
from urllib.parse import urlsplit

Toxic: TypeAlias = Callable[
    [AsyncIterator[bytes], asyncio.StreamWriter, random.Random], AsyncIterator[bytes]
]
"""What happens to the bytes on their way back to the client."""


class ToxicProxy:
    """
    A proxy in front of a server; its toxic works on about half of the connections.

    Args:
        url: URL of the server.
        toxic: What happens to responses.
        seed: Seed of everything random.
    """

    def __init__(self, url: str, toxic: Toxic, *, seed: int) -> None:
        self._port = urlsplit(url).port
        self._toxic = toxic
        self._rng = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._tasks.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        responses, requests = await asyncio.open_connection("127.0.0.1", self._port)
        back = _read(responses)
        if self._rng.random() < 0.5:
            back = self._toxic(back, writer, self._rng)
        there = asyncio.ensure_future(_pump(_read(reader), requests))
        try:
            await _pump(back, writer)
        finally:
            there.cancel()
            requests.transport.abort()
            writer.close()


async def _read(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while chunk := await reader.read(64 * 1024):
        yield chunk


async def _pump(chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        async for chunk in chunks:
            writer.write(chunk)
            await writer.drain()


async def latency(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, rng: random.Random
) -> AsyncIterator[bytes]:
    """Delay each piece by 1 to 3 seconds."""
    async for chunk in chunks:
        await asyncio.sleep(1 + 2 * rng.random())
        yield chunk


async def bandwidth(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, __: random.Random
) -> AsyncIterator[bytes]:
    """Let 20 kB through per second."""
    async for chunk in chunks:
        for begin in range(0, len(chunk), 2000):
            await asyncio.sleep(0.1)
            yield chunk[begin : begin + 2000]


async def slow_close(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, __: random.Random
) -> AsyncIterator[bytes]:
    """Close 20 seconds after the server has."""
    async for chunk in chunks:
        yield chunk
    await asyncio.sleep(20)  # pragma: no cover  (the client may close before)


async def timeout(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, __: random.Random
) -> AsyncIterator[bytes]:
    """Let nothing through, and close after 5 seconds."""
    await asyncio.sleep(5)
    return
    yield b""  # pragma: no cover  (makes it a generator)


async def reset_peer(
    chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter, _: random.Random
) -> AsyncIterator[bytes]:
    """Reset the connection instead of the first response."""
    async for _chunk in chunks:  # pragma: no branch
        found: socket.socket = writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    yield b""  # pragma: no cover  (makes it a generator)


async def slicer(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, rng: random.Random
) -> AsyncIterator[bytes]:
    """Cut everything into small pieces."""
    async for chunk in chunks:
        begin = 0
        while begin < len(chunk):
            end = begin + rng.randint(1, 500)
            yield chunk[begin:end]
            await asyncio.sleep(0.001)
            begin = end


async def limit_data(
    chunks: AsyncIterator[bytes], _: asyncio.StreamWriter, rng: random.Random
) -> AsyncIterator[bytes]:
    """Close after some thousand bytes."""
    left = rng.randint(1, 30_000)
    async for chunk in chunks:  # pragma: no branch
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


TOXICS: Final[tuple[Toxic, ...]] = (
    latency,
    bandwidth,
    slow_close,
    timeout,
    reset_peer,
    slicer,
    limit_data,
)
"""All toxics."""
