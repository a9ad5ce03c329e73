"""A transport that calls a function instead of a server."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import (
    Client,
    ConfigurationError,
    OutcomeUnknownError,
    RateLimit,
    TransportError,
)
from gradient_async.testing import MemoryTransport, Request, Response, json_response


def list_nothing(_: Request) -> Response:
    """Return an empty list of jobs."""
    return json_response({"jobs": [], "meta": {"total": 0}})


async def test_serves_a_client() -> None:
    """The client receives the function's response, and its requests are recorded."""
    transport = MemoryTransport(
        lambda request: json_response({"jobs": [{"uuid": request.params["page"]}]})
    )
    async with Client("any-token", transport=transport) as client:
        jobs = await client.iter_indexing_jobs().collect()

    assert ["1"] == [job.uuid for job in jobs]
    assert [("GET", "/v2/gen-ai/indexing_jobs")] == [
        (request.method, request.path) for request in transport.requests
    ]


async def test_the_function_may_be_async() -> None:
    """A coroutine function may take its time to respond."""

    async def handle(request: Request) -> Response:
        await asyncio.sleep(3)
        return list_nothing(request)

    started = asyncio.get_running_loop().time()
    async with Client("any-token", transport=MemoryTransport(handle)) as client:
        assert [] == await client.iter_indexing_jobs().collect()
    assert 3 == pytest.approx(asyncio.get_running_loop().time() - started)


async def test_errors_may_be_returned_or_raised() -> None:
    """An error fails the attempt, whether the function returns or raises it."""

    def lose(_: Request) -> Response:
        text = "gone"
        raise TransportError(text)

    for transport in (
        MemoryTransport(lose),
        MemoryTransport(lambda _: TransportError("gone")),
    ):
        async with Client("any-token", transport=transport) as client:
            with pytest.raises(OutcomeUnknownError):
                await client.request("POST", "/v2/gen-ai/agents", json={})


async def test_records_what_is_sent() -> None:
    """A recorded request has its parameters and its body, never the token."""
    transport = MemoryTransport(lambda _: Response(status=204))
    async with Client("any-token", transport=transport) as client:
        await client.request(
            "PUT", "/v2/gen-ai/agents/1", params={"dry": True}, json={"name": "ü"}
        )
    (request,) = transport.requests

    assert {"dry": "true"} == request.params
    assert '{"name":"ü"}' == (request.body or b"").decode()
    assert "any-token" not in repr(vars(transport))


async def test_records_whether_it_was_closed() -> None:
    """`is_closed` is False until the transport is closed, which a client never does."""
    transport = MemoryTransport(list_nothing)
    client = Client("any-token", transport=transport, rate_limit=RateLimit(None))
    assert not transport.is_closed
    await client.aclose()
    assert not transport.is_closed
    await transport.aclose()
    assert transport.is_closed


def test_json_response() -> None:
    """The body is JSON, the content type too; header names are lower case."""
    response = json_response([1, None], status=201, headers={"X-Request-Id": "r-1"})

    assert 201 == response.status
    assert b"[1,null]" == response.body
    assert "application/json" == response.headers["content-type"]
    assert "r-1" == response.request_id


def test_json_response_rejects_other_values() -> None:
    """A value that is not JSON serializable is the caller's mistake."""
    with pytest.raises(ConfigurationError):
        json_response(object())  # type: ignore[arg-type]  # the very claim
