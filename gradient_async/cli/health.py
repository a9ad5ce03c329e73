"""Whether a worker is well, for those who restart it: in a file, and on a port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from gradient_async.errors import ConfigurationError

INTERVAL: Final = 1.0
"""Seconds between two looks."""

# A probe is one short request; whoever sends more, or takes longer, is none.
_MAX_BYTES: Final = 8192
_MAX_SECONDS: Final = 5.0

_LIVE: Final = b" /live HTTP/"

_Check = Callable[[], bool]


def check_health(path: Path) -> None:
    """
    Raise unless the file can be written; it is there only later.

    Raises:
        ConfigurationError: It cannot.
    """
    try:
        write_health(path, is_well=True)
        write_health(path, is_well=False)
    except OSError as error:
        problem = f"--health-file: {path}: {error.strerror}"
    else:
        return
    raise ConfigurationError(problem)


def write_health(path: Path, *, is_well: bool) -> None:
    """Let the file have the present time, or remove it if the worker is not well."""
    if is_well:
        path.touch()
    else:
        path.unlink(missing_ok=True)


@asynccontextmanager
async def serve_health(
    port: int, is_well: _Check, *, host: str | None = None
) -> AsyncGenerator[int, None]:
    """
    Respond to HTTP requests with 200, or 503 if the worker is not well.

    `/live` is always 200: it tells only that the process runs.

    Args:
        port: The port to listen on; 0 means a free one.
        is_well: Returns whether the worker is well.
        host: The address to listen on; None means all there are.

    Raises:
        ConfigurationError: The port is not free.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_MAX_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_respond(is_well=_LIVE in head or is_well()))
        writer.close()

    try:
        server = await asyncio.start_server(serve, host, port, limit=_MAX_BYTES)
    except OSError as error:
        problem = f"--health-port: cannot listen on port {port}: {error.strerror}"
    else:
        async with server:
            yield server.sockets[0].getsockname()[1]
        return
    raise ConfigurationError(problem)


def _respond(*, is_well: bool) -> bytes:
    status, text = ("200 OK", "ok\n") if is_well else ("503 Unavailable", "not well\n")
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\n"
    end = f"content-length: {len(text)}\r\nconnection: close\r\n\r\n"
    return (head + end + text).encode()
