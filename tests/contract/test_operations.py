"""The operations of the package are those of the description."""

from __future__ import annotations

from typing import Any, Final

import pytest

from gradient_async.emulator.server.routes import ROUTES
from gradient_async.resources.list_operation import ListOperation
from tests.contract.calls import CALLS
from tests.contract.coverage import PAGE, find_methods, find_sources, render
from tests.contract.facts import (
    COVERED,
    DESCRIBED,
    RESPONSE_SCHEMAS,
    SCHEMAS,
    Fact,
    reachable_schemas,
    resolve,
)
from tests.support.operations import OPERATIONS

# The number only grows: raise it with each operation.
FEWEST_COVERED: Final = 31


def test_covered() -> None:
    """Every operation of the package is described, and is called by these tests."""
    assert sorted(OPERATIONS) == sorted(COVERED) == sorted(CALLS)
    assert len(COVERED) >= FEWEST_COVERED


def test_extracted_in_full() -> None:
    """The facts have every covered operation's response, and no unused schema."""
    shapes = [it for fact in COVERED.values() for it in (fact.response, fact.body)]

    assert all(fact.response for fact in COVERED.values())
    assert {*reachable_schemas(*filter(None, shapes))} == SCHEMAS.keys()
    assert RESPONSE_SCHEMAS.keys() < SCHEMAS.keys()
    assert not any(DESCRIBED[it].response for it in DESCRIBED.keys() - COVERED.keys())


@pytest.mark.parametrize("fact", COVERED.values(), ids=COVERED)
def test_described(fact: Fact) -> None:
    """An operation has the described method and path, and a described payload."""
    operation = OPERATIONS[fact.id]

    assert (fact.method, fact.path) == (operation.method, operation.path)
    assert fact.response is not None
    assert operation.key in {"", *resolve(fact.response).properties}
    assert isinstance(operation, ListOperation) or "page" not in fact.query


def test_served() -> None:
    """The emulator serves exactly the operations that have methods."""
    described = [(it.method, it.path, it.id) for it in COVERED.values()]

    assert sorted(described) == sorted(
        (it.method, it.path, it.operation_id) for it in ROUTES
    )


# The search is in no description, and says so.
@pytest.mark.parametrize(
    ("name", "method"),
    [it for it in find_methods() if it[0] != "knowledge_bases.retrieve"],
)
def test_source(name: str, method: Any) -> None:
    """A method names its source, which is a described operation."""
    ((verb, path, identifier),) = find_sources(method)

    assert (verb, path) == (COVERED[identifier].method, COVERED[identifier].path)


def test_every_operation_has_a_method() -> None:
    """Each operation is the source of some method."""
    named = {it for _, method in find_methods() for *_, it in find_sources(method)}

    assert COVERED.keys() == named


def test_table() -> None:
    """The documentation has the table of operations as it is now."""
    assert render() == PAGE.read_text(), "run python -m tests.contract.coverage"
