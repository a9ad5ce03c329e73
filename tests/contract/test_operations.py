"""Every described operation has a method, or is listed as uncovered."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Final, get_type_hints

import pytest

from gradient_async import Client
from tests.contract.calls import CALLS
from tests.contract.facts import (
    COVERED,
    FACTS,
    RESPONSE_SCHEMAS,
    UNCOVERED,
    Operation,
    reachable_schemas,
)

# The list only gets shorter: lower this with each line removed from it.
MOST_UNCOVERED: Final = 97

_SOURCE: Final = re.compile(r"Source: ([A-Z]+) (\S+), `(\w+)`(?:\.|; )")


def sources() -> Iterator[tuple[str, str, str]]:
    """Iterate over the sources that the resources' docstrings name."""
    for attribute in vars(Client).values():
        if isinstance(attribute, property):
            resource = get_type_hints(attribute.fget)["return"]
            for _, method in inspect.getmembers(resource, inspect.isfunction):
                text = " ".join((method.__doc__ or "").split())
                yield from _SOURCE.findall(text)


def test_uncovered() -> None:
    """The uncovered operations are exactly those on the list, which is sorted."""
    known = {operation.id for operation in FACTS.operations}

    assert sorted(known - CALLS.keys()) == UNCOVERED
    assert len(UNCOVERED) <= MOST_UNCOVERED


def test_extracted_in_full() -> None:
    """The facts have every covered operation's response, and no unused schema."""
    roots = [
        shape
        for operation in COVERED.values()
        for shape in (operation.response, operation.body)
        if shape is not None
    ]

    assert all(operation.response for operation in COVERED.values())
    assert reachable_schemas(*roots) == FACTS.schemas
    assert RESPONSE_SCHEMAS.keys() < FACTS.schemas.keys()


@pytest.mark.parametrize("operation", COVERED.values(), ids=COVERED)
def test_source_is_named(operation: Operation) -> None:
    """A method's docstring names the operation by method, path and id."""
    assert (operation.method, operation.path, operation.id) in set(sources())


@pytest.mark.parametrize("source", sorted(set(sources())), ids=lambda it: it[2])
def test_source_is_true(source: tuple[str, str, str]) -> None:
    """The source that a docstring names is a described operation."""
    method, path, identifier = source

    operation = COVERED[identifier]
    assert (operation.method, operation.path) == (method, path)


def test_every_method_has_a_source() -> None:
    """Each method of a resource names its source in the expected form."""
    resources = [
        get_type_hints(attribute.fget)["return"]
        for attribute in vars(Client).values()
        if isinstance(attribute, property)
    ]
    methods = [
        method
        for resource in resources
        for name, method in inspect.getmembers(resource, inspect.isfunction)
        # The search is in no description, and says so.
        if not name.startswith("_") and name != "retrieve"
    ]

    assert len(methods) == len(list(sources()))
