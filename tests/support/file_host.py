"""A host for uploads that takes as much of a file as it is told to."""

from __future__ import annotations

import asyncio
from typing import Self

from tests.support.raw_server import answer

TAKEN = answer(b"")


class FileHost:
    """
    Reads the body of each request, and then answers; keeps the head and the count.

    With `stop_after`, it reads so many bytes of the body only, and then answers with
    these bytes all the same, empty ones to hang up at once. With `hangs`, it neither
    reads on nor answers. Without `keeps`, it counts the bytes and forgets them. It
    pauses for so many seconds before each piece of 64 KiB at most.
    """

    def __init__(
        self,
        answer: bytes = TAKEN,
        *,
        stop_after: int | None = None,
        hangs: bool = False,
        keeps: bool = True,
        pause: float = 0.0,
    ) -> None:
        self._answer = answer
        self._stop_after = stop_after
        self._hangs = hangs
        self._keeps = keeps
        self._pause = pause
        self._handlers: set[asyncio.Task[None]] = set()
        self.heads: list[bytes] = []
        self.body = bytearray()
        self.received = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, limit=64 * 1024
        )
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        handler = asyncio.ensure_future(self._serve(reader, writer))
        self._handlers.add(handler)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await self._take(reader, writer)
        finally:
            # At once, whatever the client has still to send.
            writer.transport.abort()

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        await self._read(reader, _announced(head))
        if self._hangs:
            await asyncio.Event().wait()
        writer.write(self._answer)
        await writer.drain()
        if self._answer:
            # An abort could overtake what was written; the client hangs up first.
            await reader.read()

    async def _read(self, reader: asyncio.StreamReader, announced: int) -> None:
        wanted = announced if self._stop_after is None else self._stop_after
        while self.received < wanted and (piece := await reader.read(64 * 1024)):
            await asyncio.sleep(self._pause)
            self.received += len(piece)
            if self._keeps:
                self.body += piece


def _announced(head: bytes) -> int:
    """Read how long the body will be."""
    (length,) = [
        line.split(b":")[1]
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    ]
    return int(length)
