"""Ask a client whose server is a dictionary, and see what was sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, TypeVar

import pytest

from gradient_async import Client, ConfigurationError, RateLimit
from gradient_async.codec import JSON
from gradient_async.testing import MemoryTransport, Request, Response, json_response

T = TypeVar("T")

Ask: TypeAlias = Callable[[Client], Awaitable[T]]
"""A call, given the client to make it with."""

ANYTHING: Final[dict[str, JSON]] = {
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
"""What is good for every call, but one that asks for places for files."""


def anything(request: Request) -> Response:
    """Give an answer that is good for any call: as many places as files, too."""
    files = (body_of(request) or {}).get("files", [])
    return json_response(ANYTHING | {"uploads": [{} for _ in files]})


async def ask(call: Ask[T], answer: JSON = None) -> tuple[T, Request]:
    """Make a call; give what came of it, and the one request that was sent."""
    transport = MemoryTransport(
        anything if answer is None else lambda _: json_response(answer)
    )
    async with client_of(transport) as client:
        result = await call(client)
    (request,) = transport.requests
    return result, request


def param(request: Request, name: str) -> str:
    """Return a query parameter that is sent once."""
    value = request.params[name]
    assert isinstance(value, str)
    return value


def told(request: Request) -> tuple[str, str, Any]:
    """Give method, path and JSON body of a request that has no parameters."""
    assert {} == request.params
    return request.method, request.path, body_of(request)


async def refusal(call: Ask[object]) -> str:
    """Make a call that cannot work; give the reason why nothing was sent."""
    transport = MemoryTransport(anything)
    async with client_of(transport) as client:
        with pytest.raises(ConfigurationError) as caught:
            await call(client)
    assert [] == transport.requests
    return caught.value.message


def client_of(transport: MemoryTransport) -> Client:
    """Make a client that does not wait for its turn."""
    return Client("token", transport=transport, rate_limit=RateLimit(None))


def body_of(request: Request) -> Any:
    """Read the JSON body of a request; None when it has none."""
    return None if request.body is None else json.loads(request.body)
