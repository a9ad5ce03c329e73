"""The emulator's responses match the description: no other names, no other types."""

from __future__ import annotations

from typing import Final

import attrs
import pytest_asyncio

from gradient_async import JSON, Client
from gradient_async.codec import decode_json
from gradient_async.emulator import Emulator
from gradient_async.transport.credentials import Secret
from gradient_async.transport.session import AiohttpTransport
from gradient_async.transport.wire import Request, Response
from tests.contract.departures import NEVER_RETURNED
from tests.contract.facts import (
    COVERED,
    RESPONSE_SCHEMAS,
    Fact,
    Shape,
    find_operation,
)
from tests.contract.scenario import run_scenario
from tests.contract.values import mismatches, present_properties

DESCRIBED: Final = {
    (schema, name) for schema, it in RESPONSE_SCHEMAS.items() for name in it.properties
}


@attrs.frozen
class RecordedResponse:
    """A response as received, and the operation it belongs to."""

    operation: Fact
    status: int
    body: JSON

    @property
    def shape(self) -> Shape:
        """The described shape of the body."""
        assert self.operation.response is not None
        return self.operation.response


class RecordingTransport(AiohttpTransport):
    """The client's transport, which records the responses."""

    def __init__(self) -> None:
        super().__init__()
        self.responses: list[RecordedResponse] = []

    async def send(self, request: Request, *, base_url: str, token: Secret) -> Response:
        """Record the response before the client reads it."""
        response = await super().send(request, base_url=base_url, token=token)
        operation = find_operation(request.method, request.path)
        body = decode_json(response.body)
        self.responses.append(RecordedResponse(operation, response.status, body))
        return response


@pytest_asyncio.fixture
async def responses(api: Emulator) -> list[RecordedResponse]:
    """Run the scenario, and return all its responses."""
    async with (
        RecordingTransport() as transport,
        Client(api.token, base_url=api.url, transport=transport) as client,
    ):
        await run_scenario(client, api)
    return transport.responses


async def test_every_operation_succeeds(responses: list[RecordedResponse]) -> None:
    """The scenario has a response of every operation, and all are successes."""
    assert COVERED.keys() == {it.operation.id for it in responses}
    assert {200} == {it.status for it in responses}


async def test_names_and_values(responses: list[RecordedResponse]) -> None:
    """All names are properties of their schemas, and all values have their types."""
    assert not {
        f"{it.operation.id}: {place}"
        for it in responses
        for place in mismatches(it.body, it.shape)
    }


async def test_every_property_is_returned(responses: list[RecordedResponse]) -> None:
    """Each property occurs in some response, except those with a reason."""
    present = {
        it
        for response in responses
        for it in present_properties(response.body, response.shape)
    }

    assert DESCRIBED - NEVER_RETURNED.keys() == present


async def test_departures() -> None:
    """A property listed as never returned is described."""
    assert NEVER_RETURNED.keys() < DESCRIBED
