"""Perform calls against canned responses, and see what was sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, TypeVar

import pytest

from gradient_async import Client, ConfigurationError, RateLimit
from gradient_async.codec import JSON
from gradient_async.testing import MemoryTransport, Request, Response, json_response

T = TypeVar("T")

Call: TypeAlias = Callable[[Client], Awaitable[T]]
"""A call, given the client to make it with."""

ANY_BODY: Final[dict[str, JSON]] = {
    "job": {"uuid": "job-1"},
    "jobs": [],
    "knowledge_base": {},
    "knowledge_bases": [],
    "knowledge_base_data_source": {},
    "knowledge_base_data_sources": [],
    "indexing_info": {},
    "models": [],
    "signed_url": "https://storage.example.com/report.csv",
}
"""A body that fits every call but one that requests presigned URLs."""


def respond_to_any_call(request: Request) -> Response:
    """Return a response that fits any call, with a presigned URL for each file."""
    files = (decode_body(request) or {}).get("files", [])
    return json_response(ANY_BODY | {"uploads": [{} for _ in files]})


async def perform(call: Call[T], body: JSON = None) -> tuple[T, Request]:
    """Perform a call; return its result and the only request it sent."""
    transport = MemoryTransport(
        respond_to_any_call if body is None else lambda _: json_response(body)
    )
    async with create_client(transport) as client:
        result = await call(client)
    (request,) = transport.requests
    return result, request


def get_param(request: Request, name: str) -> str:
    """Return a query parameter that is sent once."""
    value = request.params[name]
    assert isinstance(value, str)
    return value


def summarize(request: Request) -> tuple[str, str, Any]:
    """Return method, path and JSON body of a request without parameters."""
    assert {} == request.params
    return request.method, request.path, decode_body(request)


async def error_message(call: Call[object]) -> str:
    """Perform an invalid call; return the message of its error; nothing is sent."""
    transport = MemoryTransport(respond_to_any_call)
    async with create_client(transport) as client:
        with pytest.raises(ConfigurationError) as caught:
            await call(client)
    assert [] == transport.requests
    return caught.value.message


def create_client(transport: MemoryTransport) -> Client:
    """Create a client without pacing."""
    return Client("token", transport=transport, rate_limit=RateLimit(None))


def decode_body(request: Request) -> Any:
    """Return the decoded JSON body of a request; None if it has none."""
    return None if request.body is None else json.loads(request.body)
