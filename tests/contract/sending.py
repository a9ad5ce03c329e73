"""Call an operation with every argument, offline, and keep what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

import attrs

from gradient_async import JSON, Client
from gradient_async.codec import decode_json
from gradient_async.testing import MemoryTransport, Request, json_response
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


@attrs.frozen
class Sent:
    """What one call sent and gave."""

    requests: tuple[Request, ...]
    result: object

    def bodies(self) -> list[JSON]:
        """Give the bodies, decoded, of the requests that have one."""
        return [decode_json(it.body) for it in self.requests if it.body is not None]


async def send(operation: Operation) -> Sent:
    """Call an operation whose server answers with all that it can."""
    assert operation.answer is not None
    answer = json_response(fullest(operation.answer))
    transport = MemoryTransport(lambda _: answer)
    async with Client("any-token", transport=transport) as client:
        result = await CALLS[operation.id](client, IDS)
    return Sent(tuple(transport.requests), result)


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
