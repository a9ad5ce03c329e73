"""Calls to servers and networks that misbehave: errors, attempts, deadlines."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import aiohttp
import pytest
import trustme

from gradient_async import (
    Client,
    ConnectError,
    ConnectionLostError,
    DecodeError,
    GradientError,
    OutcomeUnknownError,
    ProtocolError,
    StatusError,
    TLSError,
)
from tests.support.raw_server import HANG, RawServer, raw_response, reset
from tests.support.virtual_time import now

METHODS = pytest.mark.parametrize("method", ["GET", "POST"])
ATTEMPTS = 4

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
JSON = b'{"jobs": [' + b'{"uuid": "a"},' * 100 + b'{"uuid": "b"}]}'
GZIPPED = gzip.compress(JSON)


def encoded(body: bytes, encoding: str) -> bytes:
    """Build a response with a content encoding, and the right length."""
    return raw_response(body, f"Content-Encoding: {encoding}")


# What is received, and the error of one attempt.
BROKEN: dict[str, tuple[bytes, type[GradientError]]] = {
    "chunks cut": (CHUNKED + b"5\r\n12345\r\n", ConnectionLostError),
    "chunk cut": (CHUNKED + b"5\r\n12", ConnectionLostError),
    "bad chunk size": (CHUNKED + b"zz\r\n12345\r\n0\r\n\r\n", ProtocolError),
    "negative chunk size": (CHUNKED + b"-5\r\n12345\r\n0\r\n\r\n", ProtocolError),
    "no response": (b"", ConnectionLostError),
    "half a status line": (b"HTTP/1.1 20", ConnectionLostError),
    "half the headers": (OK + b"Content-Le", ConnectionLostError),
    "huge header": (OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n", ProtocolError),
    "1000 headers": (OK + b"A: b\r\n" * 1000 + b"\r\n", ProtocolError),
    "not http": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", ProtocolError),
    "garbage gzip": (encoded(b"no gzip at all", "gzip"), ConnectionLostError),
    "two lengths": (
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        ProtocolError,
    ),
    "length and chunks": (
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ProtocolError,
    ),
    "negative length": (OK + b"Content-Length: -2\r\n\r\n{}", ProtocolError),
    "huge length": (
        OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n{}",
        ProtocolError,
    ),
    "long length": (OK + b"Content-Length: 99999999\r\n\r\n{}", ConnectionLostError),
    "http/2": (b"HTTP/2 200 OK\r\n\r\n", ProtocolError),
    "status 000": (raw_response(status="000 Zero"), ProtocolError),
    "status 999": (raw_response(status="999 Many"), ProtocolError),
    "status 101": (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", ProtocolError),
}


@METHODS
@pytest.mark.parametrize("name", BROKEN)
async def test_broken_responses(name: str, method: str) -> None:
    """A broken response has no status; a GET is repeated, a POST never."""
    served, kind = BROKEN[name]
    async with RawServer(served) as server, Client("t", base_url=server.url) as client:
        with pytest.raises(GradientError) as caught:
            await client.request(method, "/v2/x")

    error = caught.value
    lost = error.__cause__ if method == "POST" else error
    assert kind is type(lost)
    assert (OutcomeUnknownError if method == "POST" else kind) is type(error)
    assert not isinstance(error, StatusError)
    assert (1 if method == "POST" else ATTEMPTS) == len(server.heads) == error.attempts


# Complete by its length, and yet not what was compressed.
DAMAGED: dict[str, bytes] = {
    "gzip cut": encoded(GZIPPED[:-20], "gzip"),
    "gzip cut in its head": encoded(GZIPPED[:8], "gzip"),
    "double gzip": encoded(gzip.compress(GZIPPED), "gzip, gzip"),
    "gzip of gzip": encoded(gzip.compress(GZIPPED), "gzip"),
    "unknown encoding": encoded(GZIPPED, "x-secret"),
    "compressed without saying so": raw_response(GZIPPED),
}


@pytest.mark.parametrize("name", DAMAGED)
async def test_damaged_content(name: str) -> None:
    """Content that cannot be decompressed completely is an error, never a part."""
    async with (
        RawServer(DAMAGED[name]) as server,
        Client("t", base_url=server.url) as client,
    ):
        with pytest.raises((DecodeError, ConnectionLostError, ProtocolError)):
            await client.iter_indexing_jobs().collect()


@pytest.mark.parametrize("encoding", ["br", "zstd"])
async def test_encodings_nobody_asked_for(encoding: str) -> None:
    """Brotli and Zstandard, which are not requested, are errors without a status."""
    async with (
        RawServer(encoded(b"\x28\xb5\x2f\xfd", encoding)) as server,
        Client("t", base_url=server.url) as client,
    ):
        with pytest.raises(GradientError) as caught:
            await client.indexing_jobs.get("a")

    assert not isinstance(caught.value, StatusError)


async def test_no_content_with_a_body() -> None:
    """What follows a 204 does not become the response to the next request."""
    served = b"HTTP/1.1 204 No Content\r\n\r\n" + raw_response(b'{"job": 1}')
    good = raw_response(b'{"job": {"uuid": "a"}}')
    async with (
        RawServer(served, good, keep_alive=True) as server,
        Client("t", base_url=server.url) as client,
    ):
        await client.knowledge_bases.delete("k")
        job = await client.indexing_jobs.get("a")

    assert "a" == job.uuid
    assert 2 == len(server.heads) == server.connections


Serve: TypeAlias = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]
]


@asynccontextmanager
async def serve(handle: Serve) -> AsyncIterator[tuple[str, list[int]]]:
    """Serve connections by a coroutine function; yield the URL and a counter."""
    connections: list[int] = []
    tasks: list[asyncio.Task[None]] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        tasks.append(asyncio.ensure_future(handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@METHODS
@pytest.mark.parametrize("after", [0, 10, None], ids=["at once", "within", "after"])
async def test_reset_connections(after: int | None, method: str) -> None:
    """A RST while the request is sent, or after it: a POST is never sent again."""

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if after is None:
            await reader.readuntil(b"\r\n\r\n")
        else:
            await reader.read(after)
        reset(writer)

    async with serve(handle) as (url, connections):
        async with Client("t", base_url=url) as client:
            with pytest.raises((ConnectionLostError, OutcomeUnknownError)) as caught:
                await client.request(method, "/v2/x", json={"a": "x" * 1_000_000})

    assert (ATTEMPTS if method == "GET" else 1) == len(connections)
    assert (OutcomeUnknownError if method == "POST" else ConnectionLostError) is type(
        caught.value
    )


@METHODS
async def test_a_handshake_that_hangs(method: str) -> None:
    """A TLS handshake without a reply ends after 10 s; a POST is repeated, too."""
    async with RawServer(HANG) as server:
        https = server.url.replace("http:", "https:")
        async with Client("t", base_url=https) as client:
            began = now()
            with pytest.raises(ConnectError) as caught:
                await client.request(method, "/v2/x")

    assert not caught.value.sent
    assert 40.0 < now() - began < 45.0
    assert ATTEMPTS == server.connections == caught.value.attempts


@contextmanager
def full_backlog() -> Iterator[str]:
    """Listen, accept nothing, and fill the queue of connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for it in waiting:
            it.setblocking(False)
            it.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for it in waiting:
            it.close()


@METHODS
async def test_a_full_backlog(method: str) -> None:
    """A connection that is never accepted has sent nothing, and is tried again."""
    with full_backlog() as url:
        async with Client("t", base_url=url) as client:
            began = now()
            with pytest.raises(ConnectError, match="Timeout") as caught:
                await client.request(method, "/v2/x")

    assert not caught.value.sent
    assert ATTEMPTS == caught.value.attempts
    assert 40.0 < now() - began < 60.0


async def _fail_to_resolve(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@METHODS
@pytest.mark.parametrize("is_known", [True, False], ids=["refused", "unknown name"])
async def test_unreachable_servers(
    is_known: bool, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name without an address, and a refused connection, are tried again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        if not is_known:
            loop = asyncio.get_running_loop()
            monkeypatch.setattr(loop, "getaddrinfo", _fail_to_resolve)
            url = "https://api.invalid"
        async with Client("t", base_url=url) as client:
            with pytest.raises(ConnectError) as caught:
                await client.request(method, "/v2/x")

    assert not caught.value.sent
    assert ATTEMPTS == caught.value.attempts


@METHODS
@pytest.mark.parametrize("is_trusted", [True, False], ids=["wrong name", "self-signed"])
async def test_certificates(is_trusted: bool, method: str) -> None:
    """A certificate of another name or authority ends the call after one attempt."""
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example" if is_trusted else "127.0.0.1").configure_cert(
        served
    )
    context = ssl.create_default_context()
    if is_trusted:
        authority.configure_trust(context)
    async with (
        RawServer(raw_response(), ssl=served) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
        Client("t", base_url=server.url, session=session) as client,
    ):
        with pytest.raises(TLSError) as caught:
            await client.request(method, "/v2/x")

    assert (1, False) == (caught.value.attempts, caught.value.sent)
    assert [] == server.heads


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_the_environment_is_ignored(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a proxy nor a password of the environment changes a request."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    async with RawServer(raw_response()) as proxy, RawServer(raw_response()) as server:
        monkeypatch.setenv(variable, proxy.url)
        async with Client("t", base_url=server.url) as client:
            await client.request("GET", "/v2/x")

    assert [] == proxy.heads
    assert b"\r\nAuthorization: Bearer t\r\n" in server.heads[0]
