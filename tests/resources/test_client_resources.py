"""The resources of a client: each works, repeatedly, until the client is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from gradient_async import Client, ClientClosedError, IndexingJob
from gradient_async.resources import Resource
from gradient_async.testing import MemoryTransport, json_response
from tests.resources.canned_calls import create_client, respond_to_any_call

CALLS: dict[str, Callable[[Client], Awaitable[object]]] = {
    "indexing_jobs": lambda client: client.indexing_jobs.get("a"),
    "knowledge_bases": lambda client: client.knowledge_bases.get("a"),
    "data_sources": lambda client: client.data_sources.delete("a", "b"),
    "scheduled_indexing": lambda client: client.scheduled_indexing.get("a"),
    "regions": lambda client: client.regions.list(),
    "models": lambda client: client.models.list(),
    "model_catalog": lambda client: client.model_catalog.list(),
    "model_routers": lambda client: client.model_routers.delete("a"),
}

EACH_RESOURCE = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


def test_every_resource_is_called() -> None:
    """The calls above cover every resource of a client."""
    client = Client("t")
    names = [name for name, it in vars(Client).items() if isinstance(it, property)]
    resources = {it for it in names if isinstance(getattr(client, it), Resource)}

    assert resources == CALLS.keys()


@EACH_RESOURCE
async def test_repeated_access(
    call: Callable[[Client], Awaitable[object]],
) -> None:
    """A resource that is accessed again sends the same request."""
    transport = MemoryTransport(respond_to_any_call)
    async with create_client(transport) as client:
        first, second = await call(client), await call(client)

    assert first == second
    assert 2 == len(transport.requests)
    assert transport.requests[0] == transport.requests[1]


@EACH_RESOURCE
async def test_closed_client(
    call: Callable[[Client], Awaitable[object]],
) -> None:
    """The resources of a closed client send nothing."""
    transport = MemoryTransport(respond_to_any_call)
    client = create_client(transport)
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await call(client)
    assert [] == transport.requests


async def test_resource_without_the_client() -> None:
    """A resource keeps working when the client is no longer referenced."""
    transport = MemoryTransport(lambda _: json_response({"job": {"uuid": "a"}}))
    async with create_client(transport) as client:
        jobs = client.indexing_jobs
        del client
        assert IndexingJob(uuid="a") == await jobs.get("a")
        assert IndexingJob(uuid="a") == await jobs.get("a")
