"""A server for uploads that reads as much of a file as configured."""

from __future__ import annotations

import asyncio
from typing import Self

from tests.support.raw_server import raw_response

ACCEPTED = raw_response(b"")


class FileHost:
    """
    A server that reads the body of each request, then responds.

    Args:
        response: Bytes to respond with; empty ones close the connection.
        stop_after: Number of bytes of the body to read; None means all of them.
        hangs: Neither respond nor close the connection after reading.
        keep_body: Keep the bytes received in `body`; otherwise only count them.
        pause: Seconds to wait before each chunk of at most 64 KiB.
    """

    def __init__(
        self,
        response: bytes = ACCEPTED,
        *,
        stop_after: int | None = None,
        hangs: bool = False,
        keep_body: bool = True,
        pause: float = 0.0,
    ) -> None:
        self._response = response
        self._stop_after = stop_after
        self._hangs = hangs
        self._keep_body = keep_body
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
            await self._handle(reader, writer)
        finally:
            # Closing would wait for the rest of the client's data.
            writer.transport.abort()

    async def _handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        await self._read(reader, _content_length(head))
        if self._hangs:
            await asyncio.Event().wait()
        writer.write(self._response)
        await writer.drain()
        if self._response:
            # Aborting could discard what was written, so the client closes first.
            await reader.read()

    async def _read(self, reader: asyncio.StreamReader, length: int) -> None:
        wanted = length if self._stop_after is None else self._stop_after
        while self.received < wanted and (chunk := await reader.read(64 * 1024)):
            await asyncio.sleep(self._pause)
            self.received += len(chunk)
            if self._keep_body:
                self.body += chunk


def _content_length(head: bytes) -> int:
    """Return the length of the body that the head announces."""
    (length,) = [
        line.split(b":")[1]
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    ]
    return int(length)
