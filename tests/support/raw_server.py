"""A server that responds with exactly the bytes it was given, valid or not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Sequence
from typing import Self

import trustme

HANG = b"<hang>"
"""In place of a response: read the request and never respond."""

_HEAD_END = b"\r\n\r\n"


class RawServer:
    """
    A server that responds to each request with the next of the given byte strings.

    The last one is repeated. Each response closes the connection, unless `keep_alive`
    is set. `heads` has the head of every request, `writers` each open connection.
    """

    def __init__(
        self,
        *responses: bytes,
        keep_alive: bool = False,
        ssl: ssl.SSLContext | None = None,
    ) -> None:
        self._responses: Sequence[bytes] = responses
        self._keep_alive = keep_alive
        self._ssl = ssl
        self.writers: set[asyncio.StreamWriter] = set()
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
        """Stop listening and close all connections; calling it again does nothing."""
        self._server.close()
        for writer in self.writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self.writers.add(writer)
        try:
            while await self._respond(reader, writer) and self._keep_alive:
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _respond(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = await reader.readuntil(_HEAD_END)
        response = self._responses[min(len(self.heads), len(self._responses) - 1)]
        self.heads.append(head)
        if response == HANG:
            await reader.read()
        writer.write(response)
        await writer.drain()
        return True


def raw_response(
    body: bytes = b"{}",
    *headers: str,
    status: str = "200 OK",
    connection: str = "close",
) -> bytes:
    """Build a plain HTTP/1.1 response with a correct Content-Length."""
    headers = (f"Connection: {connection}", *headers)
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def untrusted_context(host: str = "127.0.0.1") -> ssl.SSLContext:
    """Create a TLS context for a server whose certificate no client trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(host).configure_cert(context)
    return context


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a RST."""
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
