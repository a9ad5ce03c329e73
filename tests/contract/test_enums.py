"""The members of each enum class are exactly the described values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Final

import attrs
import pytest

from gradient_async.models import ModelUsecase, OpenEnum, OpenSearchPlanSize
from tests.contract.facts import COVERED, SCHEMAS, Shape, resolve
from tests.contract.schemas import CLASSES, ENUMS

PARAMETERS: Final = {
    f"{operation.id}-{name}": shape.items or shape
    for operation in COVERED.values()
    for name, shape in operation.query.items()
    if (shape.items or shape).enum
}
SHAPES: Final = {name: it for name, it in SCHEMAS.items() if it.enum} | PARAMETERS
CLASSES_OF: Final[Mapping[str, type[OpenEnum]]] = {
    **ENUMS,
    "apiOpenSearchPlanSize": OpenSearchPlanSize,
    "genai_list_models-usecases": ModelUsecase,
}
VALUES: Final = [(name, value) for name, it in SHAPES.items() for value in it.enum]
FIELDS: Final = [
    (owner, field, shape)
    for schema, owner in CLASSES.items()
    for field, shape in SCHEMAS[schema].properties.items()
    if shape.ref in ENUMS
]


def prefix(shape: Shape) -> str:
    """Return the words that all values of an enum begin with."""
    words = zip(*(value.split("_") for value in shape.enum), strict=False)
    common = takewhile(lambda column: len(set(column)) == 1, words)
    return "".join(f"{word}_" for word, *_ in common)


def test_every_enum_has_a_class() -> None:
    """Every described enum has a class."""
    assert sorted(SHAPES) == sorted(CLASSES_OF)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_values(name: str, value: str) -> None:
    """A value is a member, named without the common prefix."""
    short = value.removeprefix(prefix(SHAPES[name]))

    assert value == CLASSES_OF[name][short].value


@pytest.mark.parametrize("name", SHAPES)
def test_members(name: str) -> None:
    """The members are the values in the description's order, and no others."""
    assert SHAPES[name].enum == tuple(it.value for it in CLASSES_OF[name])


@pytest.mark.parametrize("name", ENUMS)
def test_zero_value(name: str) -> None:
    """The first member is the described default."""
    assert SHAPES[name].default == next(iter(ENUMS[name])).value


@pytest.mark.parametrize(
    ("owner", "name", "shape"),
    FIELDS,
    ids=[f"{_.__name__}-{it}" for _, it, _s in FIELDS],
)
def test_absent(owner: type, name: str, shape: Shape) -> None:
    """A field that a response leaves out has the default."""
    default = attrs.fields_dict(owner)[name].default

    assert default in set(ENUMS[shape.ref])
    assert resolve(shape).default == default
