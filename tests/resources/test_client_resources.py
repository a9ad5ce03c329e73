"""The resources of a client: each works, repeatedly, until the client is closed."""

from __future__ import annotations

from typing import Final

import pytest

from gradient_async import ClientClosedError
from gradient_async.testing import MemoryTransport, json_response
from tests.contract import calls as contract
from tests.contract.facts import COVERED
from tests.contract.recording import full_response
from tests.resources.canned_calls import create_client
from tests.support.operations import RESOURCES

CALLS: Final = {
    call.method.partition(".")[0]: (operation, call)
    for operation, (call, *_) in contract.CALLS.items()
}

EACH_RESOURCE: Final = pytest.mark.parametrize(
    ("operation", "call"), CALLS.values(), ids=CALLS.keys()
)


def respond(operation: str) -> MemoryTransport:
    """Return a server whose responses have every property."""
    fact = COVERED[operation]
    return MemoryTransport(lambda request: json_response(full_response(fact, request)))


def test_every_resource_is_called() -> None:
    """The calls above cover every resource of a client."""
    assert RESOURCES.keys() == CALLS.keys()


@EACH_RESOURCE
async def test_repeated_access(operation: str, call: contract.Call) -> None:
    """A resource that is accessed again sends the same request."""
    transport = respond(operation)
    async with create_client(transport) as client:
        first = await call.perform(client, contract.IDS)
        second = await call.perform(client, contract.IDS)

    assert first == second
    assert 2 == len(transport.requests)
    assert transport.requests[0] == transport.requests[1]


@EACH_RESOURCE
async def test_closed_client(operation: str, call: contract.Call) -> None:
    """The resources of a closed client send nothing."""
    transport = respond(operation)
    client = create_client(transport)
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await call.perform(client, contract.IDS)
    assert [] == transport.requests
