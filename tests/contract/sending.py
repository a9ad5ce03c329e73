"""Call an operation with every argument, offline, and keep what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from gradient_async import JSON, Client
from gradient_async.codec import decode_json
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.contract.calls import CALLS, Ids
from tests.contract.facts import Operation
from tests.contract.values import fullest

IDS: Final = Ids(**{it.name: f"the-{it.name}" for it in attrs.fields(Ids)})
"""Ids that cannot be taken for each other."""

# What `{uuid}` is the id of, by the word before it in a path.
_OWNERS: Final[Mapping[str, str]] = {
    "indexing_jobs": "indexing_job_uuid",
    "knowledge_bases": "knowledge_base_uuid",
    "scheduled-indexing": "schedule_uuid",
}
# The lists of bodies for whose every item an answer has one too, and the answer's.
_PAIRED: Final[Mapping[str, str]] = {"files": "uploads"}


@attrs.frozen
class Sent:
    """What one call sent, what the last answer was, and what the call gave."""

    requests: tuple[Request, ...]
    answer: JSON
    result: object

    def bodies(self) -> list[JSON]:
        """Give the bodies, decoded, of the requests that have one."""
        return [decode_json(it.body) for it in self.requests if it.body is not None]


async def send(operation: Operation) -> Sent:
    """Call an operation whose server answers with all that it can."""
    answers: list[JSON] = []

    def answer(request: Request) -> Response:
        answers.append(_answer(operation, request))
        return json_response(answers[-1])

    transport = MemoryTransport(answer)
    async with Client("any-token", transport=transport) as client:
        result = await CALLS[operation.id](client, IDS)
    return Sent(tuple(transport.requests), answers[-1], result)


def _answer(operation: Operation, request: Request) -> JSON:
    """Say all that an operation can answer, once for each item that asks for one."""
    assert operation.answer is not None
    answer: Any = fullest(operation.answer)
    body: Any = decode_json(request.body or b"{}")
    for asked, given in _PAIRED.items():
        if asked in body:
            answer[given] *= len(body[asked])
    return cast(JSON, answer)


def fill(path: str) -> str:
    """Fill the ids into a path of the description."""
    before = ""
    steps = []
    for step in path.split("/"):
        steps.append(_id(step[1:-1], before) if step.startswith("{") else step)
        before = step
    return "/".join(steps)


def _id(name: str, before: str) -> str:
    return cast(str, getattr(IDS, _OWNERS[before] if name == "uuid" else name))
