"""Whether the API is reached, as `doctor` finds out."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import trustme

from gradient_async.cli.doctor import network_probe
from gradient_async.cli.doctor.findings import Finding, Route
from gradient_async.cli.doctor.network_probe import check_network
from tests.support.raw_server import HANG, RawServer, raw_response

pytestmark = pytest.mark.real_time

SECRET = "hunter2-and-more"


@pytest_asyncio.fixture
async def servers() -> AsyncIterator[AsyncExitStack]:
    """Return what stops all servers at the end."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the TLS context of a server whose certificate is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def check(url: str, proxy: str | None = None) -> dict[str, Finding]:
    """Return what is found on the way to a URL, by name."""
    route = Route(urlsplit(url), None if proxy is None else urlsplit(proxy))
    return {it.name: it async for it in check_network(route)}


def dated(seconds: float) -> bytes:
    """Return a response whose date is so much ahead."""
    date = datetime.now(UTC) + timedelta(seconds=seconds)
    return raw_response(b"", f"Date: {format_datetime(date)}", status="401 No")


async def test_a_healthy_api(servers: AsyncExitStack, context: ssl.SSLContext) -> None:
    """Each step is described; the request has no token."""
    server = await servers.enter_async_context(RawServer(dated(0), ssl=context))
    found = await check(server.url)

    assert ["dns", "connection", "api", "clock"] == list(found)
    assert all(it.is_ok for it in found.values())
    assert "127.0.0.1 is 127.0.0.1" == found["dns"].text
    assert "TLSv1.3" == found["connection"].text
    assert found["api"].text.startswith("status 401 in 0.")
    assert server.heads[0].startswith(b"GET /v2/gen-ai/regions ")
    assert b"uthorization" not in server.heads[0]


@pytest.mark.parametrize(
    ("seconds", "is_ok", "expected"),
    [
        (-3600, False, "ahead. Set the clock of this machine"),
        (3600, False, "behind. Set the clock of this machine"),
        (-30, True, "s ahead"),
        (30, True, "s behind"),
    ],
)
async def test_the_clock(
    servers: AsyncExitStack,
    context: ssl.SSLContext,
    seconds: float,
    is_ok: bool,
    expected: str,
) -> None:
    """A clock that is off by more than a minute is a problem."""
    server = await servers.enter_async_context(RawServer(dated(seconds), ssl=context))
    clock = (await check(server.url))["clock"]

    assert is_ok == clock.is_ok
    assert clock.text.endswith(expected)


@pytest.mark.parametrize("header", ["Date: yesterday", "X: Y"])
async def test_no_date(
    servers: AsyncExitStack, context: ssl.SSLContext, header: str
) -> None:
    """A response without a valid date is no problem of this machine."""
    response = raw_response(b"", header)
    server = await servers.enter_async_context(RawServer(response, ssl=context))
    found = await check(server.url)

    assert "not compared: the response has no date" == found["clock"].text
    assert found["clock"].is_ok


async def test_an_api_that_is_down(servers: AsyncExitStack) -> None:
    """A server error is a problem; the clock of a local API is not compared."""
    response = raw_response(b"", status="503 Down")
    server = await servers.enter_async_context(RawServer(response))
    found = await check(server.url)

    assert "not encrypted" == found["connection"].text
    assert not found["api"].is_ok
    assert "status 503" in found["api"].text
    assert "Try again later" in found["api"].text
    assert found["clock"].is_ok


async def test_an_untrusted_certificate(
    servers: AsyncExitStack,
    context: ssl.SSLContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A certificate that is not trusted is named; nothing is sent."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    server = await servers.enter_async_context(RawServer(dated(0), ssl=context))
    found = await check(server.url)

    assert ["dns", "connection"] == list(found)
    assert not found["connection"].is_ok
    assert "is not trusted: " in found["connection"].text
    assert "SSL_CERT_FILE" in found["connection"].text
    assert not server.heads


async def test_a_server_without_tls(servers: AsyncExitStack) -> None:
    """A server that does not speak TLS is named."""

    async def respond(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"plain text")
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    await servers.enter_async_context(server)
    port = server.sockets[0].getsockname()[1]
    found = (await check(f"https://127.0.0.1:{port}"))["connection"]

    assert not found.is_ok
    assert f"no TLS with 127.0.0.1:{port}: " in found.text


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "does not speak HTTP. Check the URL of the API"),
        (HANG, " in 0.2 s. Check the network and the firewall"),
    ],
)
async def test_no_response(
    servers: AsyncExitStack,
    response: bytes,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that sends something else, or nothing, is named."""
    monkeypatch.setattr(network_probe, "_TIMEOUT", 0.2)
    server = await servers.enter_async_context(RawServer(response))
    found = (await check(server.url))["connection"]

    assert not found.is_ok
    assert expected in found.text


async def test_nobody_listens() -> None:
    """A refused connection says so, and what may be the reason."""
    async with RawServer(b"") as server:
        url = server.url
    found = (await check(url))["connection"]

    assert not found.is_ok
    assert "Connection refused. Check the network and the firewall" in found.text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (TimeoutError(), "no response"),
    ],
)
async def test_an_unknown_host(
    error: OSError, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that cannot be resolved is the last finding."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    found = await check("https://api.example")

    assert ["dns"] == list(found)
    assert not found["dns"].is_ok
    assert f"cannot resolve api.example: {expected}. Check the net" in found["dns"].text


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more."""
    try:
        while data := await source.read(65_536):
            target.write(data)
    finally:
        target.close()
        await asyncio.wait([asyncio.ensure_future(target.wait_closed())])


async def test_through_a_proxy(
    servers: AsyncExitStack, context: ssl.SSLContext
) -> None:
    """Through a proxy, TLS is with the API, and the name is that of the proxy."""
    server = await servers.enter_async_context(RawServer(dated(0), ssl=context))
    is_done = asyncio.Event()

    async def tunnel(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        host, port = head.split()[1].decode().split(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        ends = pump(reader, far_writer), pump(far_reader, writer)
        await asyncio.gather(*ends, return_exceptions=True)
        is_done.set()

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    await servers.enter_async_context(proxy)
    port = proxy.sockets[0].getsockname()[1]
    found = await check(server.url, f"http://127.0.0.1:{port}")
    await is_done.wait()

    assert "TLSv1.3" == found["connection"].text
    assert found["clock"].is_ok
    assert 1 == len(server.heads)


async def test_a_proxy_that_refuses(servers: AsyncExitStack) -> None:
    """The proxy gets the password, and the finding does not show it."""
    response = raw_response(b"", status="407 Proxy Authentication Required")
    proxy = await servers.enter_async_context(RawServer(response))
    url = proxy.url.replace("//", f"//user:{SECRET}@")
    found = (await check("https://api.example", url))["connection"]

    assert not found.is_ok
    assert "no connection to api.example: Tunnel connection failed: 407" in found.text
    assert found.text.endswith(f"Check the proxy {proxy.url}")
    assert SECRET not in found.text
    assert b"Proxy-Authorization: Basic " in proxy.heads[0]


async def test_a_proxy_with_tls() -> None:
    """A proxy that is itself reached by TLS is left to the calls that follow."""
    found = await check("https://api.example", "https://proxy.example")

    assert ["network"] == list(found)
    assert found["network"].is_ok
