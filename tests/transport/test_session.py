"""One attempt over aiohttp, against servers that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from gradient_async import (
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ProtocolError,
    ResponseTooLargeError,
    TLSError,
)
from gradient_async.transport.credentials import Secret
from gradient_async.transport.session import AiohttpTransport, transport_error
from gradient_async.transport.wire import Request
from tests.support.raw_server import HANG, RawServer, answer, untrusted_context

T = TypeVar("T")

TOKEN = Secret("secret-token")
GET = Request(method="GET", path="/v2/gen-ai/things")
POST = Request(method="POST", path="/v2/gen-ai/things", body=b"{}")


def make_transport(url: str, **options: object) -> AiohttpTransport:
    """Build a transport with the defaults of the client, but a cap of 1 MiB."""
    settings: dict[str, object] = {
        "session": None,
        "proxy": None,
        "trace_configs": (),
        "max_response_bytes": 1024 * 1024,
    }
    return AiohttpTransport(url, **(settings | options))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def closing() -> AsyncIterator[list[AiohttpTransport]]:
    """Close every transport that a test puts in here."""
    transports: list[AiohttpTransport] = []
    yield transports
    for transport in transports:
        await transport.aclose()


async def test_gives_the_whole_answer(closing: list[AiohttpTransport]) -> None:
    """Status, lower-cased headers (the first of each) and body arrive as sent."""
    served = answer(b"[1]", "X-Request-Id: r-1", "X-Twice: a", "X-Twice: b")
    async with RawServer(served) as server:
        closing.append(transport := make_transport(server.url))

        response = await transport.send(GET, TOKEN)

    assert 200 == response.status
    assert b"[1]" == response.body
    assert "r-1" == response.request_id
    assert "a" == response.headers["x-twice"]


async def test_sends_what_the_api_expects(closing: list[AiohttpTransport]) -> None:
    """Method, encoded path, query, token, and headers are on the wire."""
    request = Request(
        method="POST",
        path="/v2/a%2Fb",
        params={"page": "2", "q": ["a b&c", "d"]},
        body=b"{}",
    )
    async with RawServer(answer()) as server:
        closing.append(transport := make_transport(server.url))
        await transport.send(request, TOKEN)

    head = server.heads[0].decode()
    assert head.startswith("POST /v2/a%2Fb?page=2&q=a+b%26c&q=d HTTP/1.1\r\n")
    assert "Authorization: Bearer secret-token\r\n" in head
    assert "Accept: application/json\r\n" in head
    assert "Accept-Encoding: gzip\r\n" in head
    assert "Content-Type: application/json\r\n" in head
    assert "User-Agent: gradient-async/" in head


async def test_base_path_comes_first(closing: list[AiohttpTransport]) -> None:
    """A base URL with a path, of a proxy for example, keeps it."""
    async with RawServer(answer()) as server:
        closing.append(transport := make_transport(f"{server.url}/gateway"))
        await transport.send(GET, TOKEN)

    assert server.heads[0].startswith(b"GET /gateway/v2/gen-ai/things HTTP/1.1")


GZIP_HEADERS = ("Content-Encoding: gzip",)

LOST = [
    pytest.param(b"", id="no answer"),
    pytest.param(b"HTTP/1.1 20", id="half a status line"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="half the headers"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n12345", id="cut body"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        id="cut chunks",
    ),
    pytest.param(answer(b"no gzip", *GZIP_HEADERS), id="garbage for gzip"),
]

INVALID = [
    pytest.param(b"HTTP/2 200 OK\r\n\r\n", id="wrong status line"),
    pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", id="no http"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
        id="two lengths",
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="length below 0"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", id="huge header"
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n", id="1000 headers"
    ),
    pytest.param(answer(status="000 Nothing"), id="status 000"),
    pytest.param(answer(status="999 Too Much"), id="status 999"),
    pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", id="status 101"),
]


@pytest.mark.parametrize("served", LOST)
async def test_broken_connections(
    served: bytes, closing: list[AiohttpTransport]
) -> None:
    """A connection that breaks is lost, may have reached the server, and is told."""
    async with RawServer(served) as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(ConnectionLostError) as caught:
            await transport.send(GET, TOKEN)

    assert caught.value.sent
    assert ("GET", GET.path) == (caught.value.method, caught.value.path)


@pytest.mark.parametrize("served", INVALID)
async def test_invalid_http(served: bytes, closing: list[AiohttpTransport]) -> None:
    """What is not HTTP is a ProtocolError, never a made-up status 400."""
    async with RawServer(served) as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(ProtocolError) as caught:
            await transport.send(GET, TOKEN)

    assert caught.value.sent


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
async def test_one_send_is_one_request(
    method: str, closing: list[AiohttpTransport]
) -> None:
    """Aiohttp's own second attempt is switched off, for every method."""
    async with RawServer(b"") as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(ConnectionLostError):
            await transport.send(Request(method=method, path="/v2/x"), TOKEN)

        assert 1 == len(server.heads)
        assert 1 == server.connections


async def test_refused_connection(closing: list[AiohttpTransport]) -> None:
    """Where nobody listens, nothing was sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    closing.append(transport := make_transport(url))

    with pytest.raises(ConnectError) as caught:
        await transport.send(GET, TOKEN)

    assert not caught.value.sent


async def test_silent_handshake(closing: list[AiohttpTransport]) -> None:
    """A TLS handshake that nobody answers ends after 10 s, and nothing was sent."""
    loop = asyncio.get_running_loop()
    async with RawServer(HANG) as server:
        https = server.url.replace("http:", "https:")
        closing.append(transport := make_transport(https))
        began = loop.time()

        with pytest.raises(ConnectError) as caught:
            await transport.send(GET, TOKEN)

    assert not caught.value.sent
    assert 10.0 == pytest.approx(loop.time() - began, abs=1.0)


async def test_untrusted_certificate(closing: list[AiohttpTransport]) -> None:
    """A server whose certificate nobody vouches for gets no request."""
    async with RawServer(answer(), ssl=untrusted_context()) as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(TLSError) as caught:
            await transport.send(GET, TOKEN)

    assert not caught.value.sent
    assert [] == server.heads


async def test_silent_server(closing: list[AiohttpTransport]) -> None:
    """A peer that sends nothing for 30 s is taken for dead."""
    loop = asyncio.get_running_loop()
    async with RawServer(HANG) as server:
        closing.append(transport := make_transport(server.url))
        began = loop.time()

        with pytest.raises(ConnectionLostError):
            await transport.send(GET, TOKEN)

    assert 30.0 == pytest.approx(loop.time() - began, abs=1.0)


REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
@pytest.mark.parametrize("status", REDIRECTS)
async def test_redirects_are_not_followed(
    status: int, request_: Request, closing: list[AiohttpTransport]
) -> None:
    """A redirect is given as it is; where it points sees nothing."""
    async with RawServer(answer()) as other:
        served = answer(b"", f"Location: {other.url}/stolen", status=f"{status} Moved")
        async with RawServer(served) as server:
            closing.append(transport := make_transport(server.url))

            response = await transport.send(request_, TOKEN)

    assert status == response.status
    assert [] == other.heads
    assert 1 == len(server.heads)


async def test_gzip_bomb(closing: list[AiohttpTransport]) -> None:
    """A small body that unpacks beyond the cap is stopped on the way."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with RawServer(answer(bomb, *GZIP_HEADERS)) as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(ResponseTooLargeError) as caught:
            await transport.send(GET, TOKEN)

    assert 1024 * 1024 == caught.value.limit
    assert len(bomb) < 100_000


async def test_endless_body(closing: list[AiohttpTransport]) -> None:
    """A chunked body without end stops at the cap."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    served = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 100
    async with RawServer(served + HANG) as server:
        closing.append(transport := make_transport(server.url))

        with pytest.raises(ResponseTooLargeError):
            await transport.send(GET, TOKEN)


async def test_body_at_the_cap(closing: list[AiohttpTransport]) -> None:
    """A body of just the cap is taken, one byte more is not."""
    async with RawServer(answer(b"12345"), answer(b"123456")) as server:
        closing.append(transport := make_transport(server.url, max_response_bytes=5))

        assert b"12345" == (await transport.send(GET, TOKEN)).body
        with pytest.raises(ResponseTooLargeError):
            await transport.send(GET, TOKEN)


async def test_bomb_in_an_error(closing: list[AiohttpTransport]) -> None:
    """The status of an error counts more than its oversized body."""
    bomb = gzip.compress(b" " * 50_000_000)
    served = answer(bomb, *GZIP_HEADERS, status="503 Busy")
    async with RawServer(served) as server:
        closing.append(transport := make_transport(server.url))

        response = await transport.send(GET, TOKEN)

    assert (503, b"") == (response.status, response.body)


async def test_cookies_are_not_kept(
    closing: list[AiohttpTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie that the server sets is not sent back, on a host name either."""
    async with RawServer(answer(b"{}", "Set-Cookie: account=a")) as server:
        # The jar exempts bare addresses, so the test needs a name.
        named = server.url.replace("127.0.0.1", "localhost")
        monkeypatch.setattr(
            asyncio.get_running_loop(), "getaddrinfo", _resolve_to_loopback
        )
        closing.append(transport := make_transport(named))

        await transport.send(GET, TOKEN)
        await transport.send(GET, TOKEN)

    assert b"host: localhost" in server.heads[1].lower()
    assert b"cookie" not in server.heads[1].lower()


async def _resolve_to_loopback(
    _host: str, port: int, **_: object
) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """Resolve without the thread that virtual time would not wait for."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


async def test_environment_is_ignored(
    closing: list[AiohttpTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy variables do not divert the token."""
    async with RawServer(answer()) as proxy, RawServer(answer()) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        closing.append(transport := make_transport(server.url))
        await transport.send(GET, TOKEN)

    assert 1 == len(server.heads)
    assert [] == proxy.heads


async def test_explicit_proxy(closing: list[AiohttpTransport]) -> None:
    """A proxy that was asked for is used."""
    async with RawServer(answer()) as proxy, RawServer(answer()) as server:
        closing.append(transport := make_transport(server.url, proxy=proxy.url))
        await transport.send(GET, TOKEN)

    assert [] == server.heads
    assert proxy.heads[0].startswith(f"GET {server.url}/v2/gen-ai/things ".encode())


async def test_lent_session_is_used_and_left_open() -> None:
    """A lent session carries the requests, and survives the transport's end."""
    async with RawServer(answer()) as server, aiohttp.ClientSession() as session:
        transport = make_transport(server.url, session=session)
        await transport.send(GET, TOKEN)
        await transport.aclose()

        assert not session.closed
        assert "Authorization" not in session.headers
    assert 1 == len(server.heads)


async def test_lent_session_closed_by_its_owner() -> None:
    """A lent session that is closed gives a clear error, and no request."""
    async with RawServer(answer()) as server:
        session = aiohttp.ClientSession()
        await session.close()
        transport = make_transport(server.url, session=session)

        with pytest.raises(ClientClosedError):
            await transport.send(GET, TOKEN)

    assert [] == server.heads


async def test_lent_session_closed_while_waiting_for_its_pool() -> None:
    """Whoever waits for the pool of a session being closed is not cancelled."""
    connector = aiohttp.TCPConnector(limit=1)
    async with RawServer(HANG) as server:
        session = aiohttp.ClientSession(connector=connector)
        transport = make_transport(server.url, session=session)
        first, second = (
            asyncio.ensure_future(transport.send(GET, TOKEN)) for _ in range(2)
        )
        while not server.heads:
            await asyncio.sleep(0)
        await session.close()

        with pytest.raises(ConnectionLostError):
            await first
        with pytest.raises(ClientClosedError):
            await second


async def test_own_cancellation_passes(closing: list[AiohttpTransport]) -> None:
    """A task that is cancelled while it sends is cancelled."""
    async with RawServer(HANG) as server:
        closing.append(transport := make_transport(server.url))
        task = asyncio.ensure_future(transport.send(GET, TOKEN))
        while not server.heads:
            await asyncio.sleep(0)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task


async def test_tracing_sees_the_request(closing: list[AiohttpTransport]) -> None:
    """Aiohttp's trace hooks are passed through to the own session."""
    seen: list[str] = []

    async def on_end(*event: object) -> None:
        params = event[2]
        assert isinstance(params, aiohttp.TraceRequestEndParams)
        seen.append(f"{params.method} {params.url.path}")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    async with RawServer(answer()) as server:
        closing.append(transport := make_transport(server.url, trace_configs=[trace]))
        await transport.send(GET, TOKEN)

    assert ["GET /v2/gen-ai/things"] == seen


def _subclasses(kind: type[T]) -> Iterator[type[T]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


_INFO = aiohttp.RequestInfo(URL("http://x"), "GET", {}, URL("http://x"))  # type: ignore[arg-type]
_KEY = aiohttp.client_reqrep.ConnectionKey("x", 1, True, True, None, None, None)
_ARGUMENTS: dict[str, tuple[object, ...]] = {
    "connection_key": (_KEY, OSError(111, "refused")),
    "request_info": (_INFO, ()),
    "certificate_error": (_KEY, ssl.CertificateError("wrong name")),
    "path": ("/socket", _KEY, OSError(2, "missing")),
    "expected": (b"a", b"b", "x", 1),
    "url": ("http://x",),
}


def _build(kind: type[aiohttp.ClientError]) -> aiohttp.ClientError:
    parameters = inspect.signature(kind.__init__).parameters
    for name in ("certificate_error", "path", "connection_key", *_ARGUMENTS):
        if name in parameters:
            return kind(*_ARGUMENTS[name])
    return kind()


@pytest.mark.parametrize(
    "kind",
    [k for k in set(_subclasses(aiohttp.ClientError)) if k.__module__ != __name__],
    ids=lambda kind: kind.__name__,
)
def test_every_aiohttp_error_is_mapped(kind: type[aiohttp.ClientError]) -> None:
    """Every error of aiohttp becomes one of ours that names it."""
    mapped = transport_error(_build(kind))

    assert kind.__name__ in mapped.message


def test_certificates_are_not_connections() -> None:
    """A certificate that is not trusted is a TLSError, not a ConnectError."""
    error = ssl.CertificateError("wrong name")
    mapped = transport_error(aiohttp.ClientConnectorCertificateError(_KEY, error))

    assert isinstance(mapped, TLSError)
    assert not mapped.sent


async def test_abandoning_hangs_up() -> None:
    """A transport that is abandoned lets its idle connections go, without a wait."""
    async with RawServer(answer(connection="keep-alive"), keep_alive=True) as server:
        transport = make_transport(server.url)
        transport.abandon()
        await transport.send(GET, TOKEN)
        transport.abandon()
        transport.abandon()
        await asyncio.sleep(0.1)

        with pytest.raises(RuntimeError, match="closed"):
            await transport.send(GET, TOKEN)


def test_lent_session_of_another_loop() -> None:
    """A lent session that another loop opened is refused in words."""

    async def lend() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(session: aiohttp.ClientSession) -> None:
        await make_transport("http://127.0.0.1:9", session=session).send(GET, TOKEN)

    with asyncio.Runner() as first:
        session = first.run(lend())
        with pytest.raises(ConfigurationError, match="another event loop"):
            asyncio.run(use(session))
        first.run(session.close())
