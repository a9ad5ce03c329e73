"""One attempt over aiohttp, against servers that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import ssl
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, TypeVar

import aiohttp
import pytest
from yarl import URL

from gradient_async import (
    Client,
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    GradientError,
    ProtocolError,
    ResponseTooLargeError,
    StatusError,
    TLSError,
    TransportError,
)
from gradient_async.transport.aiohttp_errors import transport_error
from gradient_async.transport.credentials import Secret
from gradient_async.transport.session import AiohttpTransport
from gradient_async.transport.wire import Request, Response, Upload
from tests.support.raw_server import HANG, RawServer, raw_response
from tests.support.secrets import texts_of_error
from tests.support.virtual_time import now

T = TypeVar("T")

TOKEN = Secret("secret-token")
GET = Request(method="GET", path="/v2/gen-ai/things")
POST = Request(method="POST", path="/v2/gen-ai/things", body=b"{}")


class ServerTransport(AiohttpTransport):
    """A transport with a limit of 1 MiB, and the server that it is tested with."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(**({"max_response_bytes": 1024 * 1024} | options))
        self.url = url

    async def exchange(self, request: Request, token: Secret) -> Response:
        """Send a request to the server."""
        return await self.send(request, base_url=self.url, token=token)


async def exchange(url: str, *requests: Request, **options: Any) -> Response:
    """Send requests, or a GET, through one transport; return the last response."""
    async with ServerTransport(url, **options) as transport:
        for request in requests or [GET]:
            response = await transport.exchange(request, TOKEN)
    return response


async def test_returns_the_complete_response() -> None:
    """Status, lower-cased headers (the first of each) and body arrive as sent."""
    served = raw_response(b"[1]", "X-Request-Id: r-1", "X-Twice: a", "X-Twice: b")
    async with RawServer(served) as server:
        response = await exchange(server.url)

    assert 200 == response.status
    assert b"[1]" == response.body
    assert "r-1" == response.request_id
    assert "a" == response.headers["x-twice"]


async def test_sends_what_the_api_expects() -> None:
    """Method, encoded path, query, token and headers are sent."""
    request = Request(
        method="POST",
        path="/v2/a%2Fb",
        params={"page": "2", "q": ["a b&c", "d"]},
        body=b"{}",
    )
    async with RawServer(raw_response()) as server:
        await exchange(server.url, request)

    head = server.heads[0].decode()
    assert head.startswith("POST /v2/a%2Fb?page=2&q=a+b%26c&q=d HTTP/1.1\r\n")
    assert "Authorization: Bearer secret-token\r\n" in head
    assert "Accept: application/json\r\n" in head
    assert "Accept-Encoding: gzip\r\n" in head
    assert "Content-Type: application/json\r\n" in head
    assert "User-Agent: gradient-async/" in head


async def test_base_path_comes_first() -> None:
    """The path of a base URL, such as that of a gateway, is kept."""
    async with RawServer(raw_response()) as server:
        await exchange(f"{server.url}/gateway")

    assert server.heads[0].startswith(b"GET /gateway/v2/gen-ai/things HTTP/1.1")


GZIP_HEADERS = ("Content-Encoding: gzip",)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
async def test_one_send_is_one_request(method: str) -> None:
    """Aiohttp's own retry is disabled for every method."""
    async with RawServer(b"") as server:
        with pytest.raises(ConnectionLostError):
            await exchange(server.url, Request(method=method, path="/v2/x"))

        assert 1 == len(server.heads)
        assert 1 == server.connections


async def test_silent_handshake_of_an_upload() -> None:
    """An upload waits for the connection no longer than a request does."""
    async with RawServer(HANG) as server, AiohttpTransport() as transport:
        url = server.url.replace("http", "https")
        # Nothing is ever read from it.
        upload = Upload(url=url, path="/", size=1, chunks=asyncio.StreamReader())
        began = now()
        with pytest.raises(ConnectError):
            await transport.upload(upload)

    assert 10.0 == pytest.approx(now() - began, abs=1.0)


async def test_silent_server() -> None:
    """A server that sends nothing for 30 s counts as lost."""
    async with RawServer(HANG) as server:
        began = now()

        with pytest.raises(ConnectionLostError):
            await exchange(server.url)

    assert 30.0 == pytest.approx(now() - began, abs=1.0)


async def test_gzip_bomb() -> None:
    """Decompression stops at the limit on the size of a response."""
    bomb = gzip.compress(b"\0" * 5_000_000)
    async with RawServer(raw_response(bomb, *GZIP_HEADERS)) as server:
        with pytest.raises(ResponseTooLargeError) as caught:
            await exchange(server.url)

    assert 1024 * 1024 == caught.value.limit
    assert len(bomb) < 100_000


async def test_endless_body() -> None:
    """An endless chunked body is read up to the limit only."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    served = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 100
    async with RawServer(served + HANG) as server:
        with pytest.raises(ResponseTooLargeError):
            await exchange(server.url)


async def test_body_at_the_cap() -> None:
    """A body of exactly the limit is accepted, one byte more is not."""
    async with RawServer(raw_response(b"12345"), raw_response(b"123456")) as server:
        assert b"12345" == (await exchange(server.url, max_response_bytes=5)).body
        with pytest.raises(ResponseTooLargeError):
            await exchange(server.url, max_response_bytes=5)


async def test_gzip_bomb_in_an_error() -> None:
    """An error keeps its status, and only the start of its oversized body."""
    bomb = gzip.compress(b" " * 5_000_000)
    served = raw_response(bomb, *GZIP_HEADERS, status="503 Busy")
    async with RawServer(served) as server:
        response = await exchange(server.url)

    assert (503, b" " * 64 * 1024) == (response.status, response.body)


async def test_error_body_at_the_cap() -> None:
    """The body of an error is kept up to 64 KiB, and cut there."""
    kept = b"x" * 64 * 1024
    served = [raw_response(it, status="400 Bad") for it in (kept, kept + b"x")]
    async with RawServer(*served) as server:
        assert kept == (await exchange(server.url)).body
        assert kept == (await exchange(server.url)).body


async def test_requests_do_not_wait_for_each_other() -> None:
    """101 requests are in flight at a time: aiohttp's limit of 100 is off."""
    async with RawServer(HANG) as server, ServerTransport(server.url) as transport:
        began = now()
        # Each is lost 30 s after it was sent.
        await asyncio.gather(
            *(transport.exchange(GET, TOKEN) for _ in range(101)),
            return_exceptions=True,
        )

    assert 101 == len(server.heads)
    assert 30.0 == pytest.approx(now() - began, abs=1.0)


async def test_explicit_proxy() -> None:
    """A proxy given as an argument is used."""
    async with RawServer(raw_response()) as proxy, RawServer(raw_response()) as server:
        await exchange(server.url, proxy=proxy.url)

    assert [] == server.heads
    assert proxy.heads[0].startswith(f"GET {server.url}/v2/gen-ai/things ".encode())


@pytest.mark.parametrize(
    ("kind", "text", "attempts", "status"),
    [
        (StatusError, "407: Proxy Authentication Required", 1, "407 No"),
        (ConnectError, "could not connect: .* status 403 from the proxy", 4, "403 No"),
    ],
)
async def test_a_proxy_that_refuses_a_tunnel(
    kind: type[GradientError], text: str, attempts: int, status: str
) -> None:
    """A 407 is final, others may pass; both have their status, and no password."""
    password = "hunter2-and-more"
    async with RawServer(raw_response(status=status)) as proxy:
        url = proxy.url.replace("://", f"://user:{password}@")
        async with Client(TOKEN.reveal(), proxy=url) as client:
            with pytest.raises(kind, match=text) as caught:
                await client.request("POST", "/v2/x", json={})

    assert attempts == len(proxy.heads) == caught.value.attempts
    assert proxy.heads[0].startswith(b"CONNECT api.digitalocean.com:443 ")
    shown = [*texts_of_error(caught.value)]
    assert [] == [it for it in shown if password in it or TOKEN.reveal() in it]


async def test_lent_session_is_used_and_left_open() -> None:
    """A lent session sends the requests and stays open after the transport."""
    async with RawServer(raw_response()) as server, aiohttp.ClientSession() as session:
        transport = ServerTransport(server.url, session=session)
        await transport.exchange(GET, TOKEN)
        await transport.aclose()

        assert not session.closed
        assert "Authorization" not in session.headers
    assert 1 == len(server.heads)


async def test_settings_of_a_lent_session() -> None:
    """A lent session neither raises for a status nor leaves a body compressed."""
    served = raw_response(gzip.compress(b"{}"), *GZIP_HEADERS, status="503 Busy")
    session = aiohttp.ClientSession(raise_for_status=True, auto_decompress=False)
    async with RawServer(served) as server, session:
        transport = ServerTransport(server.url, session=session)

        response = await transport.exchange(GET, TOKEN)

    assert (503, b"{}") == (response.status, response.body)


@pytest.mark.parametrize(
    ("expected", "is_cancelled"),
    [(ClientClosedError, False), (asyncio.CancelledError, True)],
)
async def test_lent_session_closed_while_waiting_for_its_pool(
    expected: type[BaseException], is_cancelled: bool
) -> None:
    """Waiting for the pool of a session that closes is cancelled only by the caller."""
    connector = aiohttp.TCPConnector(limit=1)
    async with RawServer(HANG) as server:
        session = aiohttp.ClientSession(connector=connector)
        transport = ServerTransport(server.url, session=session)
        first, second = (
            asyncio.ensure_future(transport.exchange(GET, TOKEN)) for _ in range(2)
        )
        while not server.heads:
            await asyncio.sleep(0)
        if is_cancelled:
            second.cancel()
        await session.close()

        with pytest.raises(ConnectionLostError):
            await first
        with pytest.raises(expected):
            await second


async def test_tracing_sees_the_request() -> None:
    """Aiohttp's trace hooks are passed to the client's own session."""
    seen: list[str] = []

    async def on_end(*event: object) -> None:
        params = event[2]
        assert isinstance(params, aiohttp.TraceRequestEndParams)
        seen.append(f"{params.method} {params.url.path}")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    async with RawServer(raw_response()) as server:
        await exchange(server.url, trace_configs=[trace])

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
    sorted(
        {k for k in _subclasses(aiohttp.ClientError) if k.__module__ != __name__},
        key=attrgetter("__name__"),
    ),
    ids=lambda kind: kind.__name__,
)
def test_every_aiohttp_error_is_mapped(kind: type[aiohttp.ClientError]) -> None:
    """Every aiohttp error is mapped to one of ours that names it."""
    mapped = transport_error(_build(kind))

    assert kind.__name__ in mapped.message


@pytest.mark.parametrize(
    ("expected", "sent", "kind"),
    [
        (TLSError, False, aiohttp.ClientConnectorCertificateError),
        (TLSError, False, aiohttp.ClientConnectorSSLError),
        (TLSError, False, aiohttp.ServerFingerprintMismatch),
        (ConnectError, False, aiohttp.ClientConnectorDNSError),
        (ConnectError, False, aiohttp.ConnectionTimeoutError),
        (ConnectError, False, aiohttp.ClientHttpProxyError),
        (ConnectError, False, aiohttp.InvalidURL),
        (ConnectionLostError, True, aiohttp.SocketTimeoutError),
        (ConnectionLostError, True, aiohttp.ServerDisconnectedError),
        (ConnectionLostError, True, aiohttp.ClientPayloadError),
        (ProtocolError, True, aiohttp.ClientResponseError),
    ],
)
def test_classes_of_errors(
    expected: type[TransportError], sent: bool, kind: type[aiohttp.ClientError]
) -> None:
    """The class says what went wrong, and the request counts as sent if in doubt."""
    mapped = transport_error(_build(kind))

    assert (expected, sent) == (type(mapped), mapped.sent)


async def test_abandoning_closes_connections() -> None:
    """Abandoning a transport closes its idle connections without waiting."""
    async with RawServer(
        raw_response(connection="keep-alive"), keep_alive=True
    ) as server:
        transport = ServerTransport(server.url)
        transport.abandon()
        await transport.exchange(GET, TOKEN)
        transport.abandon()
        transport.abandon()
        await asyncio.sleep(0.1)

        with pytest.raises(ClientClosedError, match="is closed"):
            await transport.exchange(GET, TOKEN)


def test_lent_session_of_another_loop() -> None:
    """A lent session of another event loop raises a clear error."""

    async def lend() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(session: aiohttp.ClientSession) -> None:
        transport = ServerTransport("http://127.0.0.1:9", session=session)
        await transport.exchange(GET, TOKEN)

    with asyncio.Runner() as first:
        session = first.run(lend())
        with pytest.raises(ConfigurationError, match="another event loop"):
            asyncio.run(use(session))
        first.run(session.close())
