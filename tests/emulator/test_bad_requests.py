"""Requests that are not as HTTP or JSON require get a 4xx as JSON, and no traceback."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from gradient_async.emulator import Emulator

from .http_client import BASES, JOBS, HttpClient, Response

_GZIP, _DEFLATE = {"content-encoding": "gzip"}, {"content-encoding": "deflate"}
_ZIPPED = gzip.compress(b'{"name": 5}', mtime=0)


async def send_raw(api: Emulator, *lines: str) -> tuple[bytes, dict[str, Any]]:
    """Send the lines of a request; return the head and the JSON of the response."""
    port = int(api.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readuntil(b"}")
    writer.close()
    await writer.wait_closed()
    return head, dict(json.loads(body))


async def send(
    api: Emulator,
    call: HttpClient,
    path: str,
    *,
    headers: dict[str, str],
    method: str = "POST",
    body: bytes = b"",
) -> Response:
    """Send a request with headers of its own."""
    headers = {"authorization": f"Bearer {api.token}", **headers}
    async with call.session.request(
        method, api.url + path, headers=headers, data=BytesIO(body)
    ) as response:
        return Response(response.status, response.headers, await response.read())


@pytest.fixture
def no_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that nothing was logged, which is written to stderr by default."""
    yield
    assert not caplog.records


pytestmark = pytest.mark.usefixtures("no_log")


@pytest.mark.parametrize("path", [BASES, f"{BASES}/nothing", "/v2/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_unknown_expectations(
    api: Emulator, call: HttpClient, method: str, path: str
) -> None:
    """What the server cannot promise is a 417, wherever it is expected."""
    headers = {"expect": "mind-reading"}
    response = await send(api, call, path, method=method, headers=headers)

    assert (417, "expectation_failed") == (response.status, response.json["id"])
    assert "application/json" == response.headers["content-type"]
    assert [(method, path, 417)] == [
        (it.method, it.path, it.status) for it in api.requests
    ]


async def test_the_known_expectation(api: Emulator, call: HttpClient) -> None:
    """A client may wait until it is asked for the body, in any spelling."""
    headers = {"expect": "100-Continue"}
    response = await send(api, call, JOBS, headers=headers, body=b"{}")

    assert 404 == response.status


@pytest.mark.parametrize(
    ("headers", "body", "status", "message"),
    [
        (_GZIP, b"no gzip", 400, "The body is not compressed with gzip."),
        (_DEFLATE, b"{}", 400, "The body is not compressed with deflate."),
        (_GZIP, _ZIPPED[:-1], 400, "The compressed body is incomplete."),
        (_GZIP, gzip.compress(bytes(1 << 20), mtime=0), 413, "Too Large."),
        ({"content-encoding": "br"}, b"{}", 415, "Content-Encoding can be gzip or"),
        ({"content-encoding": "zstd"}, b"{}", 415, "Content-Encoding can be gzip or"),
        ({"content-encoding": "gzip, br"}, b"{}", 415, "Content-Encoding can be gzip"),
        (_GZIP, _ZIPPED, 400, "name: expected a string."),
        (_DEFLATE, zlib.compress(b'{"name": 5}'), 400, "name: expected a string."),
        ({"content-encoding": "GZIP"}, _ZIPPED, 400, "name: expected a string."),
        ({"content-encoding": "identity"}, b"{", 400, "The body is not JSON."),
        ({}, b'{"name": "\xff"}', 400, "The body is not JSON."),
        ({}, '{"name": "x"}'.encode("utf-16"), 400, "The body is not JSON."),
        ({}, rb'{"name": "\ud800"}', 400, "name: expected a string of Unicode char"),
        ({}, b"[]", 400, "The body is not a JSON object."),
        ({}, b" " * (1 << 20) + b"{}", 413, "Too Large."),
    ],
)
async def test_bodies(
    api: Emulator,
    call: HttpClient,
    *,
    headers: dict[str, str],
    body: bytes,
    status: int,
    message: str,
) -> None:
    """A body that cannot be read is an error that says why."""
    response = await send(api, call, BASES, headers=headers, body=body)

    assert status == response.status
    assert "application/json" == response.headers["content-type"]
    assert message in response.message


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Content-Length: one"], "Invalid character in Content-Length."),
        (["Transfer-Encoding: chunked", "", "x"], "Invalid character in chunk size."),
        (["X-Null: \0"], "Invalid header value char."),
    ],
)
async def test_invalid_http(api: Emulator, lines: list[str], message: str) -> None:
    """What is not HTTP gets an error of the API, and is recorded without its path."""
    head, body = await send_raw(api, f"POST {BASES} HTTP/1.1", "Host: a", *lines)

    assert head.startswith(b"HTTP/1.0 400 ")
    assert b"\r\nContent-Type: application/json\r\n" in head
    assert f"The request is not valid HTTP: {message}" == body["message"]
    assert api.requests[0].request_id == body["request_id"]
    assert [("/", 400)] == [(it.path, it.status) for it in api.requests]


async def test_invalid_hosts(api: Emulator) -> None:
    """A host that cannot be in a link is a 400, not a failure to create the links."""
    token = f"Authorization: Bearer {api.token}"
    head, body = await send_raw(api, f"GET {JOBS} HTTP/1.1", "Host: a:99999", token)

    assert head.startswith(b"HTTP/1.1 400 ")
    assert "Host is not the name of a host." == body["message"]


async def test_errors_of_the_object_store(api: Emulator, call: HttpClient) -> None:
    """The storage site writes errors of this kind as it writes its others."""
    url, headers = f"{api.storage_url}/uploads/key", {"expect": "nothing"}
    async with call.session.put(url, headers=headers) as response:
        text = await response.text()

    assert (417, "application/xml") == (response.status, response.content_type)
    assert text.startswith("<?xml")


async def test_compressed_uploads(api: Emulator, call: HttpClient) -> None:
    """A file may be compressed: the object store keeps it as it is."""
    url = f"{api.storage_url}/uploads/key"
    async with call.session.put(url, headers=_GZIP, data=b"no gzip") as response:
        text = await response.text()

    assert 403 == response.status
    assert "SignatureDoesNotMatch" in text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v2/nothing"),
        ("GET", f"{JOBS}/"),
        ("GET", f"{JOBS}/nothing"),
        ("PUT", f"{JOBS}/nothing/cancel"),
        ("GET", f"{JOBS}/nothing/data_sources"),
        ("GET", f"{JOBS}/nothing/details_signed_url"),
        ("GET", f"{BASES}/nothing"),
        ("PUT", f"{BASES}/nothing"),
        ("DELETE", f"{BASES}/nothing"),
        ("GET", f"{BASES}/nothing/indexing_jobs"),
        ("GET", f"{BASES}/nothing/data_sources"),
        ("POST", f"{BASES}/nothing/data_sources"),
        ("PUT", f"{BASES}/nothing/data_sources/x"),
        ("DELETE", f"{BASES}/nothing/data_sources/x"),
        ("GET", "/v2/gen-ai/scheduled-indexing/knowledge-base/nothing"),
        ("GET", "/v2/gen-ai/models/catalog/nothing"),
        ("GET", "/v2/gen-ai/models/routers/nothing"),
    ],
)
async def test_what_does_not_exist(
    api: Emulator, call: HttpClient, method: str, path: str
) -> None:
    """Every 404 is the same, as in the samples of the API's description."""
    response = await call(api, path, method=method)

    assert {
        "id": "not_found",
        "message": "The resource you requested could not be found.",
        "request_id": response.headers["x-request-id"],
    } == response.json
    assert 404 == response.status
