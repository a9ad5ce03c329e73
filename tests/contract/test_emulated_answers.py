"""What the emulator answers is what the description says: no name, no type else."""

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
from tests.contract.departures import NEVER_SHOWN
from tests.contract.facts import ANSWERED, COVERED, Operation, Shape, find_operation
from tests.contract.story import tell
from tests.contract.values import misfits, shown

DESCRIBED: Final = {
    (schema, name) for schema, it in ANSWERED.items() for name in it.properties
}


@attrs.frozen
class Answer:
    """An answer as it arrived, and what it is an answer to."""

    operation: Operation
    status: int
    body: JSON

    @property
    def shape(self) -> Shape:
        """What the description says of it."""
        assert self.operation.answer is not None
        return self.operation.answer


class RecordingTransport(AiohttpTransport):
    """The client's transport, which keeps the answers."""

    def __init__(self, base_url: str) -> None:
        super().__init__(
            base_url,
            session=None,
            proxy=None,
            trace_configs=(),
            max_response_bytes=2**20,
        )
        self.answers: list[Answer] = []

    async def send(self, request: Request, token: Secret) -> Response:
        """Keep what is answered, before the client reads it."""
        response = await super().send(request, token)
        operation = find_operation(request.method, request.path)
        body = decode_json(response.body)
        self.answers.append(Answer(operation, response.status, body))
        return response


@pytest_asyncio.fixture
async def answers(api: Emulator) -> list[Answer]:
    """Tell the story, and give all that was answered in it."""
    transport = RecordingTransport(api.url)
    async with Client(api.token, transport=transport) as client:
        await tell(client, api)
    return transport.answers


async def test_all_are_there(answers: list[Answer]) -> None:
    """The story has an answer of every operation, and no refusal."""
    assert COVERED.keys() == {it.operation.id for it in answers}
    assert {200} == {it.status for it in answers}


async def test_names_and_values(answers: list[Answer]) -> None:
    """All names are properties of their schemas, and all values of their types."""
    assert not {
        f"{it.operation.id}: {place}"
        for it in answers
        for place in misfits(it.body, it.shape)
    }


async def test_all_is_shown(answers: list[Answer]) -> None:
    """Each property is in some answer, but for those that have a reason."""
    seen = {it for answer in answers for it in shown(answer.body, answer.shape)}

    assert DESCRIBED - NEVER_SHOWN.keys() == seen


async def test_departures() -> None:
    """What is said to be never shown is a property of an answer."""
    assert NEVER_SHOWN.keys() < DESCRIBED
