"""Calls of every operation, with another value in any place of their arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import attrs

from gradient_async.testing import MemoryTransport, Request, json_response
from tests.contract.calls import CALLS, IDS, Call, Id
from tests.contract.facts import COVERED
from tests.contract.recording import full_response
from tests.resources.canned_calls import create_client

Place: TypeAlias = tuple[int | str, ...]
"""Where a value is: indexes, keys, and names of fields."""


def find_values(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Iterate over the values in a value, at every depth, each with its place."""
    inner: Any = ()
    if isinstance(value, list | tuple):
        inner = enumerate(value)
    elif isinstance(value, dict):
        inner = value.items()
    elif attrs.has(type(value)) and not isinstance(value, Id):
        inner = attrs.asdict(value, recurse=False).items()
    for step, item in inner:
        yield (*place, step), item
        yield from find_values(item, (*place, step))


def find_strings(value: Any) -> Iterator[Place]:
    """Iterate over the places of the strings in a value."""
    for place, it in find_values(value):
        if isinstance(it, Id) or type(it) is str:
            yield place


def put(value: Any, place: Place, other: object) -> Any:
    """Return a value with another one at a place."""
    if not place:
        return other
    step, *rest = place
    if attrs.has(type(value)):
        name = str(step)
        return attrs.evolve(value, **{name: put(getattr(value, name), (*rest,), other)})
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[step] = put(value[step], (*rest,), other)
    return type(value)(copy)


@attrs.frozen
class Case:
    """A value of a call, at a place in its arguments."""

    operation: str
    call: Call
    place: Place

    @property
    def name(self) -> str:
        """Name of the innermost argument or field; empty for a positional one."""
        return next((it for it in reversed(self.place) if isinstance(it, str)), "")

    @property
    def is_id(self) -> bool:
        """Whether the value is an id in the path."""
        step, index, *_ = (*self.place, -1)
        names = COVERED[self.operation].id_names
        return step == 0 and isinstance(index, int) and 0 <= index < len(names)

    async def run(self, value: object) -> list[Request]:
        """Make the call with a value in that place, and return what was sent."""
        arguments, options = put(
            ((*self.call.arguments,), {**self.call.options}), self.place, value
        )
        fact = COVERED[self.operation]
        transport = MemoryTransport(lambda it: json_response(full_response(fact, it)))
        async with create_client(transport) as client:
            await Call(self.call.method, arguments, options).perform(client, IDS)
        return transport.requests


CASES: Final = [
    Case(operation, call, place)
    for operation, calls in CALLS.items()
    for call in calls
    for place, _ in find_values((call.arguments, call.options))
    if len(place) > 1
]
"""Every value in the arguments of every call."""


def name_case(case: Case) -> str:
    """Return a name for a case."""
    return f"{case.call.method}-{'.'.join(map(str, case.place))}"
