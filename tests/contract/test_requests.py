"""What a call sends is what the description asks for: nothing missing, nothing more."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pytest

from gradient_async import JSON
from tests.contract.calls import Ids
from tests.contract.departures import NOT_SENT
from tests.contract.facts import ALL, COVERED, Operation, Parameter, Shape
from tests.contract.sending import IDS, fill, send
from tests.contract.values import fits, fits_text, found, places

OPERATIONS = list(COVERED.values())
QUERY = [
    (it, parameter) for it in OPERATIONS for parameter in it.parameters_in("query")
]
BODIES = [
    (it, place, shape)
    for it in OPERATIONS
    if it.body is not None
    for place, shape in places(it.body)
    if (it.id, place) not in NOT_SENT
]
NAMED = [
    (it, name)
    for it in OPERATIONS
    if it.body is not None
    for name in ALL.resolve(it.body).properties
    if name in {field.name for field in attrs.fields(Ids)}
]


def as_object(body: JSON) -> Mapping[str, JSON]:
    """Take a body for what it has to be."""
    assert isinstance(body, Mapping)
    return body


@pytest.mark.parametrize("operation", OPERATIONS, ids=COVERED)
async def test_address(operation: Operation) -> None:
    """A call sends the method and the path of its operation, ids filled in."""
    sent = await send(operation)

    expected = (operation.method, fill(operation.path))
    assert {expected} == {(it.method, it.path) for it in sent.requests}


@pytest.mark.parametrize("operation", OPERATIONS, ids=COVERED)
async def test_query(operation: Operation) -> None:
    """A call sends the query parameters of its operation, and no others."""
    sent = await send(operation)

    expected = {parameter.name for parameter in operation.parameters_in("query")}
    assert all(expected == set(request.params) for request in sent.requests)


@pytest.mark.parametrize(
    ("operation", "parameter"), QUERY, ids=[f"{it.id}-{_.name}" for it, _ in QUERY]
)
async def test_query_values(operation: Operation, parameter: Parameter) -> None:
    """The texts of a query parameter are of the type that the description names."""
    sent = await send(operation)

    values = [it.params[parameter.name] for it in sent.requests]
    assert all(values)
    assert all(
        fits_text(text, parameter.shape)
        for value in values
        for text in ([value] if isinstance(value, str) else value)
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=COVERED)
async def test_body(operation: Operation) -> None:
    """A call sends a body where its operation has one, with none but its properties."""
    sent = await send(operation)

    expected = dict(places(operation.body)) if operation.body else {}
    number = len(sent.requests) if operation.body else 0
    assert number == len(sent.bodies())
    assert {place for body in sent.bodies() for place, _ in found(body)} <= {
        place for place in expected if (operation.id, place) not in NOT_SENT
    }


@pytest.mark.parametrize(
    ("operation", "place", "shape"),
    BODIES,
    ids=[f"{it.id}-{place}" for it, place, _ in BODIES],
)
async def test_body_values(operation: Operation, place: str, shape: Shape) -> None:
    """An argument leads to each property of a body, and is sent as its type."""
    sent = await send(operation)

    values = [it for body in sent.bodies() for at, it in found(body) if at == place]
    assert values
    assert all(fits(value, shape) for value in values)


@pytest.mark.parametrize(
    ("operation", "name"), NAMED, ids=[f"{it.id}-{name}" for it, name in NAMED]
)
async def test_named_things(operation: Operation, name: str) -> None:
    """An id that a body names is the one that was given for it, each time."""
    sent = await send(operation)

    expected = {name: getattr(IDS, name)}
    assert all(expected.items() <= it.items() for it in map(as_object, sent.bodies()))


@pytest.mark.parametrize(("operation_id", "place"), NOT_SENT)
def test_departures(operation_id: str, place: str) -> None:
    """What is said to be left out is a property of the description."""
    body = COVERED[operation_id].body

    assert body is not None
    assert place in dict(places(body))
