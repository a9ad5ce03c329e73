"""Connections that rest in the pool: nothing that arrives there is a response."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import aiohttp
import pytest
import pytest_asyncio

from gradient_async import ConfigurationError
from gradient_async.transport.connector import CheckedConnector
from gradient_async.transport.credentials import Secret
from gradient_async.transport.session import AiohttpTransport
from gradient_async.transport.wire import Request
from tests.support.raw_server import RawServer, raw_response, reset

Act: TypeAlias = Callable[[asyncio.StreamWriter], object]

TOKEN = Secret("secret-token")
GET = Request(method="GET", path="/v2/gen-ai/things")
POST = Request(method="POST", path="/v2/gen-ai/things", body=b"{}")

WANTED = raw_response(b'{"wanted": true}', connection="keep-alive")
STRAY = raw_response(b'{"wanted": false}', connection="keep-alive")
NOTICE = raw_response(b"", status="408 Request Timeout")
OLD = b"HTTP/1.0 200 OK\r\n\r\n{"


def write(data: bytes) -> Act:
    """Return what sends bytes that nobody asked for."""
    return lambda writer: writer.write(data)


def shut_down(writer: asyncio.StreamWriter) -> None:
    """Close a connection at once, in both directions."""
    writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


ACTS = [
    pytest.param(write(STRAY), id="a second response"),
    pytest.param(write(STRAY * 3), id="three more responses"),
    pytest.param(write(NOTICE), id="a 408 notice"),
    pytest.param(write(OLD), id="a response of HTTP/1.0 without a length"),
    pytest.param(write(b"HTTP/1.1 20"), id="half a status line"),
    pytest.param(write(b"\r\n"), id="an empty line"),
    pytest.param(write(b"HTTP/1.1 100 Continue\r\n\r\n"), id="100 Continue"),
    pytest.param(write(b"\0garbage\r\n\r\n"), id="garbage"),
    pytest.param(lambda writer: writer.write_eof(), id="the end of the stream"),
    pytest.param(shut_down, id="a closed connection"),
    pytest.param(reset, id="a reset connection"),
]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RawServer]:
    """Serve what is wanted, and keep connections alive."""
    async with RawServer(WANTED, keep_alive=True) as server:
        yield server


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    """Open a transport."""
    async with AiohttpTransport() as transport:
        yield transport


REQUESTS = pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])


@REQUESTS
@pytest.mark.parametrize("is_read", [True, False], ids=["at rest", "just now"])
@pytest.mark.parametrize("act", ACTS)
async def test_what_arrived_at_rest(
    act: Act,
    is_read: bool,
    request_: Request,
    server: RawServer,
    transport: AiohttpTransport,
) -> None:
    """Whatever arrived at rest, the next request is sent once on a new connection.

    The same holds for what the event loop has not read from the socket yet.
    """
    await transport.send(GET, base_url=server.url, token=TOKEN)
    for writer in server.writers:
        act(writer)
    # A reset cannot be seen before the loop has read it.
    if is_read or act is reset:
        await asyncio.sleep(1)
    response = await transport.send(request_, base_url=server.url, token=TOKEN)

    assert (200, b'{"wanted": true}') == (response.status, response.body)
    assert (2, 2) == (len(server.heads), server.connections)


async def test_a_quiet_connection_is_used_again(
    server: RawServer, transport: AiohttpTransport
) -> None:
    """Without anything unexpected, one connection serves all requests."""
    for _ in range(5):
        await transport.send(GET, base_url=server.url, token=TOKEN)
        await asyncio.sleep(1)

    assert (5, 1) == (len(server.heads), server.connections)


async def test_large_responses_keep_their_connection(
    transport: AiohttpTransport,
) -> None:
    """A body that was read in many steps leaves the connection usable."""
    large = raw_response(b"x" * 3_000_000, connection="keep-alive")
    async with RawServer(large, keep_alive=True) as server:
        for _ in range(3):
            await transport.send(GET, base_url=server.url, token=TOKEN)
            await asyncio.sleep(1)

    assert (3, 1) == (len(server.heads), server.connections)


async def test_every_disturbed_connection_is_dropped(
    server: RawServer, transport: AiohttpTransport
) -> None:
    """The pool is searched for a quiet connection, before a new one is opened."""
    exchange = transport.send(GET, base_url=server.url, token=TOKEN)
    others = (transport.send(GET, base_url=server.url, token=TOKEN) for _ in range(9))
    await asyncio.gather(exchange, *others)
    quiet, *disturbed = server.writers
    for writer in disturbed:
        writer.write(STRAY)
    responses = [
        await transport.send(GET, base_url=server.url, token=TOKEN) for _ in range(3)
    ]

    assert [b'{"wanted": true}'] * 3 == [response.body for response in responses]
    assert (13, 10) == (len(server.heads), server.connections)
    assert {quiet} == server.writers


async def test_a_connection_lost_while_hooks_run(server: RawServer) -> None:
    """A connection that breaks while aiohttp's own hooks run is not used."""

    async def on_reuse(*_: object) -> None:
        for writer in server.writers:
            writer.close()
        await asyncio.sleep(1)

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(on_reuse)
    async with AiohttpTransport(trace_configs=[trace]) as transport:
        await transport.send(GET, base_url=server.url, token=TOKEN)
        await transport.send(POST, base_url=server.url, token=TOKEN)

    assert (2, 2) == (len(server.heads), server.connections)


@pytest.mark.parametrize("name", ["_get", "_release"])
async def test_an_aiohttp_that_cannot_be_checked(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version of aiohttp whose pool works in another way raises at once."""
    monkeypatch.delattr(aiohttp.BaseConnector, name)

    with pytest.raises(ConfigurationError, match=f"aiohttp .* has no .*{name}"):
        CheckedConnector(keepalive_timeout=1.0)


async def test_an_aiohttp_with_other_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without its factory, no connection could be checked, nor used again."""
    create = aiohttp.TCPConnector.__init__

    def create_without(self: Any, **options: Any) -> None:
        create(self, **options)
        del self._factory

    monkeypatch.setattr(aiohttp.TCPConnector, "__init__", create_without)

    with pytest.raises(ConfigurationError, match="has no _factory: install an earlier"):
        CheckedConnector(keepalive_timeout=1.0)
