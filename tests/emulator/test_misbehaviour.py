"""Faults over the wire: what a client sees of each."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault

from .calling import JOBS, SPACES, Caller


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
    api: Emulator, call: Caller, status: int, identifier: str
) -> None:
    """A status from 400 up comes with an error body, and once."""
    api.fail(Fault(status=status))
    struck, normal = await call(api), await call(api)

    assert (status, identifier) == (struck.status, struck.json["id"])
    assert struck.json["message"]
    assert struck.headers["x-request-id"] == struck.json["request_id"]
    assert 200 == normal.status


async def test_other_statuses_have_no_body(api: Emulator, call: Caller) -> None:
    """A status below 400 comes without a body."""
    api.fail(Fault(status=204))
    reply = await call(api)

    assert (204, b"") == (reply.status, reply.body)


async def test_own_bytes(api: Emulator, call: Caller) -> None:
    """A body is sent to the byte, as what it claims to be."""
    api.fail(Fault(body=b"<html>", content_type="text/html"))
    reply = await call(api)

    assert (200, b"<html>") == (reply.status, reply.body)
    assert "text/html" == reply.headers["content-type"]


async def test_own_bytes_with_a_status(api: Emulator, call: Caller) -> None:
    """A body can come with any status, even an empty one."""
    api.fail(Fault(status=502, body=b""))
    reply = await call(api)

    assert (502, b"") == (reply.status, reply.body)


async def test_headers_replace_those_of_the_server(api: Emulator, call: Caller) -> None:
    """Headers go on any answer, and win over the server's own."""
    api.fail(
        Fault(status=429, headers={"Retry-After": "29", "x-request-id": "mine"}),
        Fault(headers={"ratelimit-remaining": "many", "date": "never"}),
    )
    refused, normal = await call(api), await call(api)

    assert "29" == refused.headers["retry-after"]
    assert "mine" == refused.headers["x-request-id"]
    assert (200, "many") == (normal.status, normal.headers["ratelimit-remaining"])
    assert "never" == normal.headers["date"]
    assert 20 == len(normal.uuids)


async def test_delay(api: Emulator, call: Caller) -> None:
    """A delay alone holds up the normal answer."""
    api.fail(Fault(delay=0.02))
    before = asyncio.get_running_loop().time()
    reply = await call(api)

    assert 200 == reply.status
    assert 0.019 < asyncio.get_running_loop().time() - before


async def test_drip(api: Emulator, call: Caller) -> None:
    """A dripping answer arrives whole, one byte at a time."""
    api.fail(Fault(body=b"0123456789", drip=0.002))
    before = asyncio.get_running_loop().time()
    reply = await call(api)

    assert b"0123456789" == reply.body
    assert "10" == reply.headers["content-length"]
    assert 0.019 < asyncio.get_running_loop().time() - before


@pytest.mark.parametrize("cut", [0, 1, 100])
async def test_cut(
    api: Emulator, call: Caller, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A cut answer announces its full length and ends early, as it was told to."""
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
async def test_cuts_take_no_time(
    api: Emulator, call: Caller, fault: Fault, seconds: float
) -> None:
    """A cut answer comes at once, unless it is to drip."""
    api.fail(fault)
    before = asyncio.get_running_loop().time()
    with pytest.raises(aiohttp.ClientPayloadError):
        await call(api)

    assert seconds == round(asyncio.get_running_loop().time() - before, 3)


async def test_cut_behind_the_end(api: Emulator, call: Caller) -> None:
    """A cut that the body does not reach changes nothing."""
    api.fail(Fault(status=500, body=b"short", cut=5, drip=0.001))
    reply = await call(api)
    again = await call(api)

    assert (500, b"short", 200) == (reply.status, reply.body, again.status)
    assert 1 == api.connections


async def test_drop(api: Emulator, call: Caller) -> None:
    """A dropped request was received, but never gets an answer."""
    api.fail(Fault(drop=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call(api, method="POST")

    assert [("POST", None)] == [
        (request.method, request.status) for request in api.requests
    ]


async def test_lose(api: Emulator, call: Caller) -> None:
    """A lost answer is that of a request that was carried out, and recorded."""
    base = await call.create_base(api, SPACES)
    api.fail(Fault(lose=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call.start(api, base)

    assert "BATCH_JOB_PHASE_PENDING" == api.jobs()[0]["phase"]
    assert base == api.jobs()[0]["knowledge_base_uuid"]
    assert f'{{"knowledge_base_uuid": "{base}"}}'.encode() == api.requests[1].body
    assert api.requests[1].status is None


@pytest.mark.parametrize("size", [0, 10, 5000])
async def test_drop_after(api: Emulator, call: Caller, size: int) -> None:
    """A connection can close while the request's body is read, or at its end."""
    api.fail(Fault(drop_after=size, path="*/indexing_jobs"))

    with pytest.raises(aiohttp.ClientConnectionError):
        await call(api, method="POST", data=b" " * 1000)

    assert [b""] == [request.body for request in api.requests]
    assert 45 == len(api.jobs())


async def test_hang(api: Emulator, call: Caller) -> None:
    """A hanging request lasts until the client leaves, and then is over."""
    api.fail(Fault(hang=True))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await call(api)
    await asyncio.sleep(0.01)

    assert 0 == api.in_flight
    assert [None] == [request.status for request in api.requests]


async def test_fault_on_one_page(api: Emulator, call: Caller) -> None:
    """A fault for a page meets that page of a list, by default the first."""
    api.fail(Fault(status=500, page=2), Fault(status=503, page=1))
    one = f"{JOBS}/{api.job_uuids()[0]}"
    replies = [await call(api, one), await call(api, page=2), await call(api)]

    assert [200, 500, 503] == [reply.status for reply in replies]


async def test_fault_on_one_account(call: Caller) -> None:
    """A fault for a token spares the other accounts."""
    async with Emulator(jobs=1, accounts=2) as api:
        api.fail(Fault(status=500, token=api.tokens[1]))
        replies = [
            await call(api, authorization=f"Bearer {token}") for token in api.tokens
        ]

    assert [200, 500] == [reply.status for reply in replies]


async def test_refused_requests_meet_no_fault(api: Emulator, call: Caller) -> None:
    """A fault waits for a request that gets past the door."""
    api.fail(Fault(status=500))
    replies = [await call(api, authorization="Bearer wrong"), await call(api)]

    assert [401, 500] == [reply.status for reply in replies]


async def test_fault_hides_growth(api: Emulator, call: Caller) -> None:
    """A request answered by a fault has not read the list."""
    api.grow(1)
    api.fail(Fault(status=500))
    await call(api)

    assert 45 == len(api.job_uuids())


@pytest.mark.parametrize("path", ["/v2/gen-ai/knowledge_bases", "/v2/gen-ai/models"])
async def test_fault_on_a_page_of_any_list(
    api: Emulator, call: Caller, path: str
) -> None:
    """All lists have pages, and creating is none of them."""
    api.fail(Fault(status=500, page=1, path=path))
    created = await call(api, "/v2/gen-ai/knowledge_bases", method="POST")
    listed = await call(api, path)

    assert [422, 500] == [created.status, listed.status]
