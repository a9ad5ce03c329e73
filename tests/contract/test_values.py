"""What the other tests hold values against says no where it should."""

from __future__ import annotations

from typing import Final

import pytest

from gradient_async.codec import JSON
from tests.contract.facts import ALL, Shape
from tests.contract.values import (
    MOMENT,
    fits,
    fits_text,
    found,
    fullest,
    misfits,
    places,
    shown,
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
        (DATE, MOMENT),
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
def test_fits(shape: Shape, value: JSON) -> None:
    """A value of the type that is named fits."""
    assert fits(value, shape)


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
def test_does_not_fit(shape: Shape, value: JSON) -> None:
    """A value of another type does not."""
    assert not fits(value, shape)


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
def test_texts(expected: bool, shape: Shape, text: str) -> None:
    """Of a query's texts, those fit that protobuf's JSON would write."""
    assert expected is fits_text(text, shape)


@pytest.mark.parametrize("schema", ALL.schemas)
def test_fullest(schema: str) -> None:
    """The fullest value has every place of its schema, and what is there fits."""
    shape = ALL.schemas[schema]
    expected = dict(places(shape))

    values = list(found(fullest(shape)))
    assert expected.keys() == {place for place, _ in values if _is_named(place)}
    assert not [
        place
        for place, value in values
        if _is_named(place) and not fits(value, expected[place])
    ]
    assert not list(misfits(fullest(shape), shape))


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
    """What is of another type is named, wherever it stands, and a strange name too."""
    assert expected == list(misfits(value, HOUSE))


def test_shown() -> None:
    """What a value shows is named by the schema that it belongs to."""
    pages: JSON = {"meta": {"page": 0, "side": 1}, "jobs": [{"uuid": ""}, {"phase": 1}]}
    shape = Shape(ref="apiListKnowledgeBaseIndexingJobsOutput")

    assert {
        ("apiListKnowledgeBaseIndexingJobsOutput", "meta"),
        ("apiListKnowledgeBaseIndexingJobsOutput", "jobs"),
        ("apiMeta", "page"),
        ("apiIndexingJob", "uuid"),
        ("apiIndexingJob", "phase"),
    } == set(shown(pages, shape))


def test_shows_nothing() -> None:
    """A list without items shows nothing of what it is a list of."""
    shape = Shape(ref="apiListKnowledgeBaseIndexingJobsOutput")

    assert [] == list(shown({"jobs": []}, shape))


def _is_named(place: str) -> bool:
    """Leave out what stands in an object of which the description says nothing."""
    return ".anything" not in place
