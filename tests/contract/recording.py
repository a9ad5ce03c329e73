"""Call an operation offline with every argument, and record the exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import attrs

from gradient_async import JSON, Client
from gradient_async.codec import decode_json
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.contract.calls import CALLS, IDS, Id
from tests.contract.facts import Fact
from tests.contract.values import full_value

# Lists in a request that have one item in the response for each of theirs.
_PAIRED_LISTS: Final[Mapping[str, str]] = {"files": "uploads"}


@attrs.frozen
class Recording:
    """The requests of a call, the last response's JSON, and the call's result."""

    requests: tuple[Request, ...]
    response: JSON
    result: object

    def bodies(self) -> list[JSON]:
        """Return the decoded bodies of the requests that have one."""
        return [decode_json(it.body) for it in self.requests if it.body is not None]


async def record_call(operation: Fact) -> Recording:
    """Call an operation on a server whose responses have every property."""
    bodies: list[JSON] = []

    def respond(request: Request) -> Response:
        bodies.append(full_response(operation, request))
        return json_response(bodies[-1])

    transport = MemoryTransport(respond)
    async with Client("any-token", transport=transport) as client:
        for call in CALLS[operation.id]:
            result = await call.perform(client, IDS)
    return Recording(tuple(transport.requests), bodies[-1], result)


def full_response(operation: Fact, request: Request) -> JSON:
    """Return the fullest response, with an item for each item of a paired list."""
    assert operation.response is not None
    response: Any = full_value(operation.response)
    body: Any = decode_json(request.body or b"{}")
    for requested, returned in _PAIRED_LISTS.items():
        if requested in body:
            response[returned] *= len(body[requested])
    for place, expected in request.echoes.items():
        set_id(response, place.split("."), expected)
    return cast(JSON, response)


def set_id(response: Any, names: Sequence[str], expected: str | None) -> None:
    """Repeat an id of the request; in a list, in each item."""
    *outer, last = names
    found = [response]
    for name in outer:
        (value,) = [it[name] for it in found]
        found = value if isinstance(value, list) else [value]
    for value in found:
        value[last] = expected


def fill_path(operation: Fact) -> str:
    """Fill the ids that its call takes into the path of an operation."""
    ids = [IDS[it.name] for it in CALLS[operation.id][0].arguments if type(it) is Id]
    return operation.path.format_map(dict(zip(operation.id_names, ids, strict=False)))
