"""The checks of the other contract tests also fail where they should."""

from __future__ import annotations

from typing import Final

import pytest

from gradient_async.codec import JSON
from tests.contract.facts import SCHEMAS, Shape
from tests.contract.values import (
    TIMESTAMP,
    full_value,
    iter_shapes,
    iter_values,
    matches,
    mismatches,
    present_properties,
    query_matches,
)

TEXT: Final = Shape(type="string")
SIZE: Final = Shape(type="string", format="uint64")
NUMBER: Final = Shape(type="number", format="float")
WHOLE: Final = Shape(type="integer", format="int64")
FLAG: Final = Shape(type="boolean")
LIST: Final = Shape(type="array", items=TEXT)
DATE: Final = Shape(type="string", format="date-time")
CHOICE: Final = Shape(type="string", enum=("A", "B"))


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (TEXT, ""),
        (SIZE, "12"),
        (DATE, TIMESTAMP),
        (DATE, "2026-11-01T12:00:00.123456789Z"),
        (DATE, "2026-11-01T12:00:00+01:00"),
        (Shape(type="string", format="int64"), "-12"),
        (NUMBER, 1),
        (NUMBER, 0.5),
        (WHOLE, 12),
        (FLAG, False),
        (LIST, []),
        (CHOICE, "B"),
        (Shape(type="object"), {}),
    ],
)
def test_matches(shape: Shape, value: JSON) -> None:
    """A value of the shape's type matches."""
    assert matches(value, shape)


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (TEXT, 1),
        (TEXT, None),
        (SIZE, 12),
        (SIZE, "-12"),
        (SIZE, "many"),
        (DATE, ""),
        (DATE, "2026-11-01"),
        (DATE, "2026-11-01T12:00:00"),
        (DATE, "2026-13-01T12:00:00Z"),
        (DATE, 1793534400),
        (Shape(type="string", format="int64"), "1.5"),
        (NUMBER, "0.5"),
        (WHOLE, "12"),
        (WHOLE, True),
        (FLAG, 1),
        (LIST, "text"),
        (CHOICE, "C"),
        (Shape(type="object"), []),
    ],
)
def test_does_not_match(shape: Shape, value: JSON) -> None:
    """A value of another type does not match."""
    assert not matches(value, shape)


@pytest.mark.parametrize(
    ("expected", "shape", "text"),
    [
        (True, WHOLE, "12"),
        (False, WHOLE, "one"),
        (True, FLAG, "true"),
        (False, FLAG, "True"),
        (True, Shape(type="array", items=CHOICE), "A"),
        (False, Shape(type="array", items=CHOICE), "A,B"),
    ],
)
def test_query(expected: bool, shape: Shape, text: str) -> None:
    """A query value matches as protobuf's JSON would write it."""
    assert expected is query_matches(text, shape)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_full_value(schema: str) -> None:
    """The fullest value has every place of its schema, each with a matching value."""
    shape = SCHEMAS[schema]
    expected = dict(iter_shapes(shape))

    values = list(iter_values(full_value(shape)))
    assert expected.keys() == {place for place, _ in values if _is_described(place)}
    assert not [
        place
        for place, value in values
        if _is_described(place) and not matches(value, expected[place])
    ]
    assert not list(mismatches(full_value(shape), shape))


HOUSE: Final = Shape(
    type="object",
    properties={
        "rooms": Shape(type="array", items=Shape(ref="apiMeta")),
        "names": LIST,
        "notes": Shape(type="object"),
    },
)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ([], {"rooms": [{"page": 1}, {}], "names": ["A"], "notes": {"any": None}}),
        (["$"], []),
        (["$.room"], {"room": [{}]}),
        (["$.rooms"], {"rooms": None}),
        (["$.rooms[].page"], {"rooms": [{"page": 1}, {"page": "1"}]}),
        (["$.rooms[].side"], {"rooms": [{"side": 1}]}),
        (["$.names[]"], {"names": ["A", 1]}),
        (["$.notes"], {"notes": []}),
    ],
)
def test_misfits(expected: list[str], value: JSON) -> None:
    """A wrong type is found at any depth, and so is an undescribed property."""
    assert expected == list(mismatches(value, HOUSE))


def test_present_properties() -> None:
    """A property of a value is listed with the schema it belongs to."""
    pages: JSON = {"meta": {"page": 0, "side": 1}, "jobs": [{"uuid": ""}, {"phase": 1}]}
    shape = Shape(ref="apiListKnowledgeBaseIndexingJobsOutput")

    assert {
        ("apiListKnowledgeBaseIndexingJobsOutput", "meta"),
        ("apiListKnowledgeBaseIndexingJobsOutput", "jobs"),
        ("apiMeta", "page"),
        ("apiIndexingJob", "uuid"),
        ("apiIndexingJob", "phase"),
    } == set(present_properties(pages, shape))


def test_empty_list_has_no_properties() -> None:
    """A list without items counts as absent."""
    shape = Shape(ref="apiListKnowledgeBaseIndexingJobsOutput")

    assert [] == list(present_properties({"jobs": []}, shape))


def _is_described(place: str) -> bool:
    """Whether a place is described: not inside a free-form object."""
    return ".anything" not in place
