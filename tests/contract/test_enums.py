"""Every value of an enum is a member of its class, and no member is made up."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Final

import attrs
import pytest

from gradient_async.models import ModelUsecase, OpenEnum
from tests.contract.classes import CLASSES, ENUMS
from tests.contract.facts import ALL, COVERED, Shape

PARAMETERS: Final = {
    f"{operation.id}-{parameter.name}": parameter.shape.items or parameter.shape
    for operation in COVERED.values()
    for parameter in operation.parameters
    if (parameter.shape.items or parameter.shape).enum
}
SHAPES: Final = {name: it for name, it in ALL.schemas.items() if it.enum} | PARAMETERS
CLASSES_OF: Final[Mapping[str, type[OpenEnum]]] = {
    **ENUMS,
    "genai_list_models-usecases": ModelUsecase,
}
VALUES: Final = [(name, value) for name, it in SHAPES.items() for value in it.enum]
FIELDS: Final = [
    (owner, field, shape)
    for schema, owner in CLASSES.items()
    for field, shape in ALL.schemas[schema].properties.items()
    if shape.ref in ENUMS
]


def prefix(shape: Shape) -> str:
    """Give the words that all values of an enum begin with."""
    words = zip(*(value.split("_") for value in shape.enum), strict=False)
    common = takewhile(lambda places: len(set(places)) == 1, words)
    return "".join(f"{word}_" for word, *_ in common)


def test_all_are_there() -> None:
    """Every list of values has a class."""
    assert sorted(SHAPES) == sorted(CLASSES_OF)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_values(name: str, value: str) -> None:
    """A value is a member, named without the words that all values begin with."""
    short = value.removeprefix(prefix(SHAPES[name]))

    assert value == CLASSES_OF[name][short].value


@pytest.mark.parametrize("name", SHAPES)
def test_members(name: str) -> None:
    """The members are the values in the description's order, and no others."""
    assert SHAPES[name].enum == tuple(it.value for it in CLASSES_OF[name])


@pytest.mark.parametrize("name", ENUMS)
def test_zero_value(name: str) -> None:
    """The first member is the value that the description says an absent one means."""
    assert SHAPES[name].default == next(iter(ENUMS[name])).value


@pytest.mark.parametrize(
    ("owner", "name", "shape"),
    FIELDS,
    ids=[f"{_.__name__}-{it}" for _, it, _s in FIELDS],
)
def test_absent(owner: type, name: str, shape: Shape) -> None:
    """A field that an answer leaves out has that value."""
    default = attrs.fields_dict(owner)[name].default

    assert default in set(ENUMS[shape.ref])
    assert ALL.resolve(shape).default == default
