"""A server that answers with exactly the bytes it was given, however wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Self

import trustme

HANG = b"<hang>"
"""In place of an answer: read the request and say nothing, for ever."""

_HEAD_END = b"\r\n\r\n"


class RawServer:
    """
    Answers request after request with the next of the given byte strings.

    The last one is repeated. After each answer the connection is closed, unless
    `keep_alive`. Knows every request's head and how many connections there were.
    """

    def __init__(
        self,
        *answers: bytes,
        keep_alive: bool = False,
        ssl: ssl.SSLContext | None = None,
    ) -> None:
        self._answers: Sequence[bytes] = answers
        self._keep_alive = keep_alive
        self._ssl = ssl
        self._writers: set[asyncio.StreamWriter] = set()
        self.heads: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._ssl
        )
        host, port = self._server.sockets[0].getsockname()
        self.url = f"{'https' if self._ssl else 'http'}://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop listening and hang up; twice is fine."""
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while await self._answer(reader, writer) and self._keep_alive:
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = await reader.readuntil(_HEAD_END)
        answer = self._answers[min(len(self.heads), len(self._answers) - 1)]
        self.heads.append(head)
        if answer == HANG:
            await reader.read()
        writer.write(answer)
        await writer.drain()
        return True


def answer(
    body: bytes = b"{}",
    *headers: str,
    status: str = "200 OK",
    connection: str = "close",
) -> bytes:
    """Write a plain HTTP/1.1 answer with a right Content-Length."""
    headers = (f"Connection: {connection}", *headers)
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def untrusted_context(host: str = "127.0.0.1") -> ssl.SSLContext:
    """Make a server's TLS context whose certificate no machine trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(host).configure_cert(context)
    return context
