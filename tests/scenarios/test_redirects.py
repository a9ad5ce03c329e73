"""Redirects, wherever they lead: an error after one request."""

from __future__ import annotations

import ssl

import aiohttp
import pytest
import trustme

from gradient_async import Client, UnexpectedRedirectError
from tests.support.raw_server import RawServer, raw_response

STATUSES = [301, 302, 303, 307, 308]

EACH_METHOD = pytest.mark.parametrize("method", ["GET", "POST"])


@EACH_METHOD
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "location",
    [
        "{other}/stolen",
        "http://user:hunter2@{other_host}/stolen",
        "//{other_host}/stolen",
        "file:///etc/passwd",
        "gopher://{other_host}/",
        "javascript:alert(1)",
        "",
        " ",
        None,
        # Loops: to itself, by each kind of reference.
        "{self}/v2/x",
        "/v2/x",
        "x",
        "?",
        "#",
        "http://[::1",
        "http://" + "a" * 5000,
        "%00%0d%0a",
    ],
)
async def test_locations(method: str, status: int, location: str | None) -> None:
    """Whatever the location, the redirect is an error and nothing else is sent."""
    async with RawServer(raw_response()) as other:
        server = RawServer(b"")
        async with server, Client("token", base_url=server.url) as client:
            places = {"other": other.url, "self": server.url}
            host = other.url.removeprefix("http://")
            target = location and location.format(**places, other_host=host)
            headers = [] if target is None else [f"Location: {target}"]
            served = raw_response(b"", *headers, status=f"{status} Moved")
            server._responses = [served]
            with pytest.raises(UnexpectedRedirectError) as caught:
                await client.request(method, "/v2/x")

    assert [] == other.heads
    assert 1 == len(server.heads)
    assert (status, 1) == (caught.value.status, caught.value.attempts)
    assert "hunter2" not in str(caught.value)


@EACH_METHOD
@pytest.mark.parametrize("status", STATUSES)
async def test_from_https_to_http(method: str, status: int) -> None:
    """A redirect from https to http never gets the token."""
    authority = trustme.CA()
    served_by = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(served_by)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with RawServer(raw_response()) as other:
        moved = raw_response(b"", f"Location: {other.url}/", status=f"{status} Moved")
        async with (
            RawServer(moved, ssl=served_by) as server,
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=trusting),
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            Client("token", base_url=server.url, session=session) as client,
        ):
            with pytest.raises(UnexpectedRedirectError):
                await client.request(method, "/v2/x")

    assert [] == other.heads
    assert 1 == len(server.heads)
