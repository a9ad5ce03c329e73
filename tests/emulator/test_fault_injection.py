"""Faults as a client sees them."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault

from .http_client import JOBS, SPACES, HttpClient


@pytest.mark.parametrize(
    ("status", "identifier"),
    [
        (400, "bad_request"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (429, "too_many_requests"),
        (500, "server_error"),
        (503, "service_unavailable"),
        (599, "error"),
    ],
)
async def test_error_statuses(
    api: Emulator, call: HttpClient, status: int, identifier: str
) -> None:
    """A status of at least 400 has an error body, and happens once."""
    api.fail(Fault(status=status))
    failed, normal = await call(api), await call(api)

    assert (status, identifier) == (failed.status, failed.json["id"])
    assert failed.json["message"]
    assert failed.headers["x-request-id"] == failed.json["request_id"]
    assert 200 == normal.status


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=204), (204, b"", "application/json")),
        (Fault(body=b"<p>", content_type="text/html"), (200, b"<p>", "text/html")),
        (Fault(status=502, body=b""), (502, b"", "application/json")),
        (
            Fault(status=500, body=b"x", cut=1, drip=0.001),
            (500, b"x", "application/json"),
        ),
    ],
)
async def test_own_bodies(
    api: Emulator, call: HttpClient, fault: Fault, expected: tuple[int, bytes, str]
) -> None:
    """A body is sent as it is, with any status; below 400 there is none by default."""
    api.fail(fault)
    response, normal = await call(api), await call(api)
    kind = response.headers.get("content-type", "application/json")

    assert expected == (response.status, response.body, kind)
    assert 200 == normal.status
    assert 1 == api.connections


async def test_headers_replace_those_of_the_server(
    api: Emulator, call: HttpClient
) -> None:
    """Headers can be set on any response, and replace the server's own."""
    api.fail(
        Fault(status=429, headers={"Retry-After": "29", "x-request-id": "mine"}),
        Fault(headers={"ratelimit-remaining": "many", "date": "never"}),
    )
    rejected, normal = await call(api), await call(api)

    assert "29" == rejected.headers["retry-after"]
    assert "mine" == rejected.headers["x-request-id"]
    assert (200, "many") == (normal.status, normal.headers["ratelimit-remaining"])
    assert "never" == normal.headers["date"]
    assert 20 == len(normal.uuids)


async def test_delay(api: Emulator, call: HttpClient) -> None:
    """A delay alone delays the normal response."""
    api.fail(Fault(delay=0.02))
    before = asyncio.get_running_loop().time()
    response = await call(api)

    assert 200 == response.status
    assert 0.019 < asyncio.get_running_loop().time() - before


async def test_drip(api: Emulator, call: HttpClient) -> None:
    """With `drip`, the response arrives completely, byte by byte."""
    api.fail(Fault(body=b"0123456789", drip=0.002))
    before = asyncio.get_running_loop().time()
    response = await call(api)

    assert b"0123456789" == response.body
    assert "10" == response.headers["content-length"]
    assert 0.019 < asyncio.get_running_loop().time() - before


@pytest.mark.parametrize("cut", [0, 1, 100])
async def test_cut(
    api: Emulator, call: HttpClient, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A cut response announces its full length and ends early."""
    whole = await call(api)
    api.fail(Fault(cut=cut))
    port = int(api.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [
        f"GET {JOBS} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {api.token}",
    ]
    writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    headers, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()

    assert f"Content-Length: {len(whole.body)}" in headers.decode().splitlines()
    assert whole.body[:cut] == body
    assert 200 == api.requests[-1].status
    assert not caplog.records


@pytest.mark.parametrize(
    ("fault", "seconds"), [(Fault(cut=50), 0.0), (Fault(cut=50, drip=2.0), 100.0)]
)
async def test_cut_takes_no_time(
    api: Emulator, call: HttpClient, fault: Fault, seconds: float
) -> None:
    """A cut response is sent at once unless `drip` slows it down."""
    api.fail(fault)
    before = asyncio.get_running_loop().time()
    with pytest.raises(aiohttp.ClientPayloadError):
        await call(api)

    assert seconds == round(asyncio.get_running_loop().time() - before, 3)


async def test_drop(api: Emulator, call: HttpClient) -> None:
    """A dropped request is received and gets no response."""
    api.fail(Fault(drop=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call(api, method="POST")

    assert [("POST", None)] == [
        (request.method, request.status) for request in api.requests
    ]


async def test_lose(api: Emulator, call: HttpClient) -> None:
    """A request whose response is lost is carried out and recorded."""
    base = await call.create_base(api, SPACES)
    api.fail(Fault(lose=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call.start(api, base)

    assert "BATCH_JOB_PHASE_PENDING" == api.jobs()[0]["phase"]
    assert base == api.jobs()[0]["knowledge_base_uuid"]
    assert f'{{"knowledge_base_uuid": "{base}"}}'.encode() == api.requests[1].body
    assert api.requests[1].status is None


@pytest.mark.parametrize("size", [0, 10, 5000])
async def test_drop_after(api: Emulator, call: HttpClient, size: int) -> None:
    """The connection can be closed while the body is read, or at its end."""
    api.fail(Fault(drop_after=size, path="*/indexing_jobs"))

    with pytest.raises(aiohttp.ClientConnectionError):
        await call(api, method="POST", data=b" " * 1000)

    assert [b""] == [request.body for request in api.requests]
    assert 45 == len(api.jobs())


async def test_hang(api: Emulator, call: HttpClient) -> None:
    """A hanging request lasts until the client disconnects."""
    api.fail(Fault(hang=True))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await call(api)
    await asyncio.sleep(0.01)

    assert 0 == api.in_flight
    assert [None] == [request.status for request in api.requests]


async def test_fault_on_one_page(api: Emulator, call: HttpClient) -> None:
    """A fault for a page applies to that page of a list, by default the first."""
    api.fail(Fault(status=500, page=2), Fault(status=503, page=1))
    one = f"{JOBS}/{api.job_uuids()[0]}"
    responses = [await call(api, one), await call(api, page=2), await call(api)]

    assert [200, 500, 503] == [response.status for response in responses]


async def test_rejected_requests_get_no_fault(api: Emulator, call: HttpClient) -> None:
    """A fault skips requests that are rejected for their token."""
    api.fail(Fault(status=500))
    responses = [await call(api, authorization="Bearer wrong"), await call(api)]

    assert [401, 500] == [response.status for response in responses]


async def test_fault_prevents_growth(api: Emulator, call: HttpClient) -> None:
    """A request with an error from a fault does not read the list."""
    api.grow(1)
    api.fail(Fault(status=500))
    await call(api)

    assert 45 == len(api.job_uuids())


@pytest.mark.parametrize("path", ["/v2/gen-ai/knowledge_bases", "/v2/gen-ai/models"])
async def test_fault_on_a_page_of_any_list(
    api: Emulator, call: HttpClient, path: str
) -> None:
    """Every list has pages; a POST to the same path is not one of them."""
    api.fail(Fault(status=500, page=1, path=path))
    created = await call(api, "/v2/gen-ai/knowledge_bases", method="POST")
    listed = await call(api, path)

    assert [422, 500] == [created.status, listed.status]
