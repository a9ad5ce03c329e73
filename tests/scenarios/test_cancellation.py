"""Cancel a call in each of its phases: it ends at once, and leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from tempfile import NamedTemporaryFile
from typing import Any, TypeAlias

import pytest

from gradient_async import Client, PresignedUpload, RateLimit, RetryPolicy, Window
from tests.scenarios.leaks import count_fds, other_tasks, settle
from tests.support.raw_server import HANG, RawServer, raw_response

Act: TypeAlias = Callable[[Client], Coroutine[Any, Any, object]]


async def get(client: Client) -> object:
    """Make a call."""
    return await client.request("GET", "/v2/x")


async def get_often(client: Client) -> object:
    """Make calls, one after another."""
    return [await client.request("GET", "/v2/x") for _ in range(9)]


async def send(client: Client) -> object:
    """Send more than the sockets' buffers take."""
    to = PresignedUpload(presigned_url=f"{client._settings.base_url}/up?X-Signature=x")
    with NamedTemporaryFile() as file:
        file.truncate(50_000_000)
        return await client.data_sources.upload(file.name, to=to)


async def read_list(client: Client) -> object:
    """Read a list, with pages fetched ahead."""
    return await client.iter_indexing_jobs(per_page=1).collect()


@asynccontextmanager
async def deaf_server() -> AsyncIterator[str]:
    """Run a server that accepts connections and reads nothing."""
    writers: list[asyncio.StreamWriter] = []

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1024)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def raw_server(*responses: bytes) -> AsyncIterator[str]:
    """Run a server that keeps its connections open."""
    async with RawServer(*responses, keep_alive=True) as server:
        yield server.url


FIRST_PAGE = raw_response(
    b'{"jobs": [{"uuid": "a"}], "meta": {"page": 1, "pages": 9, "total": 9}}',
    connection="keep-alive",
)
PARTIAL = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"

PHASES: dict[str, tuple[Any, Act, dict[str, Any]]] = {
    # The server reads the handshake and waits for more.
    "connect": (lambda: raw_server(HANG), get, {"tls": True}),
    "send": (deaf_server, send, {}),
    "headers": (lambda: raw_server(HANG), get, {}),
    "within the headers": (lambda: raw_server(PARTIAL[:20]), get, {}),
    "body": (lambda: raw_server(PARTIAL), get, {}),
    "backoff": (
        lambda: raw_server(raw_response(status="503 Busy", connection="keep-alive")),
        get,
        {"retry": RetryPolicy(first_wait=20.0)},
    ),
    "rate limit": (
        lambda: raw_server(raw_response(connection="keep-alive")),
        get_often,
        {"rate_limit": RateLimit([Window(1, 3600.0)]), "timeout": 5000.0},
    ),
    "concurrency": (lambda: raw_server(HANG), get, {"max_concurrency": 1}),
    "prefetch": (lambda: raw_server(FIRST_PAGE, HANG), read_list, {}),
    "token": (lambda: raw_server(HANG), get, {"token": lambda: asyncio.Event().wait()}),
}


@pytest.mark.parametrize("delay", [0, 0.01, 5.0])
@pytest.mark.parametrize(("serve", "act", "options"), PHASES.values(), ids=PHASES)
async def test_cancellation(
    serve: Any, act: Act, options: dict[str, Any], delay: float
) -> None:
    """The call raises `CancelledError` within a tick; no task or socket is left."""
    options = {"token": "token"} | options
    is_encrypted = options.pop("tls", False)
    async with serve() as url:
        tasks, fds = other_tasks(), count_fds()
        scheme = "https" if is_encrypted else "http"
        base_url = url.replace("http", scheme)
        async with Client(options.pop("token"), base_url=base_url, **options) as client:
            call = asyncio.create_task(act(client))
            await asyncio.sleep(delay)
            assert not call.done()
            call.cancel()
            await settle()

            assert call.cancelled()
            # What serves the connections is the server's.
            assert 0 == client._caller.lifetime.running
    await settle(20)

    assert other_tasks() <= tasks
    assert count_fds() <= fds
