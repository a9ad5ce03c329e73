"""Every operation of the description has a method, or is on the list of the others."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Final, get_type_hints

import pytest

from gradient_async import Client
from tests.contract.calls import CALLS
from tests.contract.facts import ALL, ANSWERED, COVERED, LEFT_OUT, Operation, reach

# The list may only get shorter: whoever takes a line out lowers this too.
MOST_LEFT_OUT: Final = 97

_SOURCE: Final = re.compile(r"Source: ([A-Z]+) (\S+), `(\w+)`(?:\.|; )")


def sources() -> Iterator[tuple[str, str, str]]:
    """Give what the methods of the resources name as their source."""
    for door in vars(Client).values():
        if isinstance(door, property):
            resource = get_type_hints(door.fget)["return"]
            for _, method in inspect.getmembers(resource, inspect.isfunction):
                text = " ".join((method.__doc__ or "").split())
                yield from _SOURCE.findall(text)


def test_left_out() -> None:
    """The operations that are not covered are those on the list, sorted, no more."""
    known = {operation.id for operation in ALL.operations}

    assert sorted(known - CALLS.keys()) == LEFT_OUT
    assert len(LEFT_OUT) <= MOST_LEFT_OUT


def test_drawn_in_full() -> None:
    """The facts have every covered operation's answer, and no schema besides."""
    roots = [
        shape
        for operation in COVERED.values()
        for shape in (operation.answer, operation.body)
        if shape is not None
    ]

    assert all(operation.answer for operation in COVERED.values())
    assert reach(*roots) == ALL.schemas
    assert ANSWERED.keys() < ALL.schemas.keys()


@pytest.mark.parametrize("operation", COVERED.values(), ids=COVERED)
def test_named(operation: Operation) -> None:
    """A method's docstring names the operation by method, path and id."""
    assert (operation.method, operation.path, operation.id) in set(sources())


@pytest.mark.parametrize("source", sorted(set(sources())), ids=lambda it: it[2])
def test_true(source: tuple[str, str, str]) -> None:
    """What a docstring names as its source is an operation of the description."""
    method, path, identifier = source

    operation = COVERED[identifier]
    assert (operation.method, operation.path) == (method, path)


def test_every_method_has_a_source() -> None:
    """No method of a resource is without a source that can be read."""
    resources = [
        get_type_hints(door.fget)["return"]
        for door in vars(Client).values()
        if isinstance(door, property)
    ]
    methods = [
        method
        for resource in resources
        for name, method in inspect.getmembers(resource, inspect.isfunction)
        if not name.startswith("_")
    ]

    assert len(methods) == len(list(sources()))
