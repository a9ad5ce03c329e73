"""A call sends what the description requires: nothing missing, nothing more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gradient_async import JSON
from tests.contract.calls import IDS
from tests.contract.departures import MISTYPED, NOT_SENT, UNDESCRIBED
from tests.contract.facts import COVERED, Fact, Shape, resolve
from tests.contract.recording import fill_path, record_call
from tests.contract.values import iter_shapes, iter_values, matches, query_matches

FACTS = list(COVERED.values())
QUERY = [(it, name) for it in FACTS for name in it.query]
BODIES = [
    (it, place, shape)
    for it in FACTS
    if it.body is not None
    for place, shape in iter_shapes(it.body)
    if (it.id, place) not in NOT_SENT.keys() | MISTYPED.keys()
]
NAMED = [
    (it, name)
    for it in FACTS
    if it.body is not None
    for name in resolve(it.body).properties
    if name in IDS
]


def as_object(body: JSON) -> Mapping[str, JSON]:
    """Return a body, which must be an object."""
    assert isinstance(body, Mapping)
    return body


@pytest.mark.parametrize("operation", FACTS, ids=COVERED)
async def test_method_and_path(operation: Fact) -> None:
    """A call sends the method and path of its operation, with its ids filled in."""
    recording = await record_call(operation)

    expected = (operation.method, fill_path(operation))
    assert {expected} == {(it.method, it.path) for it in recording.requests}


@pytest.mark.parametrize("operation", FACTS, ids=COVERED)
async def test_query(operation: Fact) -> None:
    """A call sends the query parameters of its operation, and no others."""
    recording = await record_call(operation)

    added = {name for owner, name in UNDESCRIBED if owner == operation.id}
    expected = operation.query.keys() | added
    assert all(expected == set(request.params) for request in recording.requests)


@pytest.mark.parametrize(
    ("operation", "name"), QUERY, ids=[f"{it.id}-{name}" for it, name in QUERY]
)
async def test_query_values(operation: Fact, name: str) -> None:
    """The values of a query parameter have the described type."""
    recording = await record_call(operation)

    values = [it.params[name] for it in recording.requests]
    assert all(values)
    assert all(
        query_matches(text, operation.query[name])
        for value in values
        for text in ([value] if isinstance(value, str) else value)
    )


@pytest.mark.parametrize("operation", FACTS, ids=COVERED)
async def test_body(operation: Fact) -> None:
    """A call sends a body iff its operation has one, with described properties only."""
    recording = await record_call(operation)

    expected = dict(iter_shapes(operation.body)) if operation.body else {}
    number = len(recording.requests) if operation.body else 0
    assert number == len(recording.bodies())
    assert {place for body in recording.bodies() for place, _ in iter_values(body)} <= {
        place for place in expected if (operation.id, place) not in NOT_SENT
    }


@pytest.mark.parametrize(
    ("operation", "place", "shape"),
    BODIES,
    ids=[f"{it.id}-{place}" for it, place, _ in BODIES],
)
async def test_body_values(operation: Fact, place: str, shape: Shape) -> None:
    """Some argument sets each property of a body, with the described type."""
    recording = await record_call(operation)

    values = [
        it for body in recording.bodies() for at, it in iter_values(body) if at == place
    ]
    assert values
    assert all(matches(value, shape) for value in values)


@pytest.mark.parametrize(
    ("operation", "name"), NAMED, ids=[f"{it.id}-{name}" for it, name in NAMED]
)
async def test_ids_in_bodies(operation: Fact, name: str) -> None:
    """An id in a body is the one that the caller passed, every time."""
    recording = await record_call(operation)

    expected = {name: IDS[name]}
    assert all(
        expected.items() <= it.items() for it in map(as_object, recording.bodies())
    )


@pytest.mark.parametrize(("operation_id", "place"), [*NOT_SENT, *MISTYPED])
def test_departures(operation_id: str, place: str) -> None:
    """A property listed as a departure is described."""
    body = COVERED[operation_id].body

    assert body is not None
    assert place in dict(iter_shapes(body))
