"""How the converter decodes each type, as its docstring describes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from cattrs import BaseValidationError
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.codec import Codec, make_converter
from gradient_async.errors import DecodeError
from gradient_async.models.scalars import Timestamp

CONVERTER = make_converter()
MOMENT: Any = Timestamp | None
FREE: Any = Mapping[str, object]


@attrs.frozen(kw_only=True)
class Shelf:
    """One field of each kind."""

    count: int = 0
    label: str = "none"
    books: tuple[int, ...] = (1,)
    seen_at: Timestamp | None = None


@attrs.frozen(kw_only=True)
class Hall:
    """Lists whose items may be missing."""

    shelves: tuple[Shelf | None, ...] = ()
    rows: tuple[tuple[int, ...] | None, ...] = ()


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (Shelf(), {}),
        (Shelf(), {"count": None, "label": None, "books": None, "seen_at": None}),
        (Shelf(), {"colour": "red"}),
        (Shelf(count=3, books=()), {"count": "3", "books": []}),
        (Shelf(books=(1, 2)), {"books": [1, "2"]}),
    ],
)
def test_objects(expected: Shelf, value: object) -> None:
    """Unknown keys are ignored; absent and null ones take the default."""
    assert expected == CONVERTER.structure(value, Shelf)


@pytest.mark.parametrize("value", [{}, {"a": None}, {"a": {"b": [1, "2", 0.5]}}])
def test_free_objects(value: dict[str, object]) -> None:
    """The values of a free object stay plain JSON."""
    assert value == CONVERTER.structure(value, FREE)
    assert value == CONVERTER.structure(value, FREE | None)


@pytest.mark.parametrize("shape", [FREE | None, Shelf | None, tuple[int, ...] | None])
@pytest.mark.parametrize("value", [None, "null", "Null", "NULL"])
def test_optional_values(value: object, shape: Any) -> None:
    """For an optional object or list, null and the string are None."""
    assert CONVERTER.structure(value, shape) is None


@pytest.mark.parametrize("codec", [Codec(), Codec(CONVERTER)])
def test_optional_items(codec: Codec) -> None:
    """For optional items of a list, null is None on both paths."""
    body = b'{"shelves": [null, {"count": 5}, "null"], "rows": [null, [1], "Null"]}'

    assert Hall(
        shelves=(None, Shelf(count=5), None), rows=(None, (1,), None)
    ) == codec.decode(body, Hall)


@pytest.mark.parametrize("codec", [Codec(), Codec(CONVERTER)])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("$.shelves[1]", b'{"shelves": [null, 5]}'),
        ("$.shelves[0].books[0]", b'{"shelves": [{"books": [null]}]}'),
        ("$.rows[0]", b'{"rows": [{}]}'),
        ("$.rows[1][0]", b'{"rows": [null, [null]]}'),
    ],
)
def test_mismatches_in_lists(path: str, body: bytes, codec: Codec) -> None:
    """An optional value of another type is refused, and null where none is allowed."""
    with pytest.raises(DecodeError) as caught:
        codec.decode(body, Hall)

    assert path == caught.value.json_path


@pytest.mark.parametrize("value", [[], "x", 5, True, 1.5])
def test_free_objects_need_an_object(value: object) -> None:
    """Only an object is accepted for a free object."""
    for shape in (FREE, FREE | None):
        with pytest.raises(ValueError, match="Expected `object`, got"):
            CONVERTER.structure(value, shape)


@pytest.mark.parametrize(
    ("expected", "value", "kind"),
    [
        (0.5, 0.5, float),
        (0.5, "0.5", float),
        (5.0, 5, float),
        (1e-5, "1e-5", float),
        (float("-inf"), "-Infinity", float),
        ("x", "x", str),
        ("12", "12", str),
    ],
)
def test_scalars(expected: object, value: object, kind: type) -> None:
    """Numbers and flags are accepted as strings too."""
    got: object = CONVERTER.structure(value, kind)

    assert expected == got
    assert kind is type(got)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", int),
        ("x", int),
        ("1_000", int),
        ("\u0663", int),
        (1.5, int),
        (True, int),
        (None, int),
        ([], int),
        ({}, int),
        (2, bool),
        (None, bool),
        ("", bool),
        ("", float),
        ("x", float),
        ("1_0.5", float),
        (True, float),
        (None, float),
        ([], float),
        (5, str),
        (None, str),
        (True, str),
        (["x"], str),
    ],
)
def test_wrong_scalars(value: object, kind: type) -> None:
    """A value of another type is refused."""
    with pytest.raises(ValueError, match="Expected"):
        CONVERTER.structure(value, kind)


@given(
    st.datetimes(
        # Rounding up the last microsecond of all would leave the calendar.
        max_value=datetime(9999, 12, 31),  # noqa: DTZ001  (drawn naive, made aware)
        timezones=st.sampled_from(
            [UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=345))]
        ),
    )
)
def test_round_trip_of_times(time: datetime) -> None:
    """An aware time in RFC 3339 is decoded to the same time."""
    assert time == CONVERTER.structure(time.isoformat(), MOMENT)


@pytest.mark.parametrize("kind", [MOMENT, datetime | None])
@pytest.mark.parametrize("value", [None, ""])
def test_empty_times(kind: Any, value: object) -> None:
    """Null and the empty string are decoded to None."""
    assert CONVERTER.structure(value, kind) is None


@pytest.mark.parametrize(
    "value", ["soon", "2026-13-01T00:00:00Z", "12:00", " ", True, [], {}, 1e20]
)
def test_wrong_times(value: object) -> None:
    """A value that is not a time is refused."""
    with pytest.raises(ValueError, match=r"datetime|Timestamp"):
        CONVERTER.structure(value, MOMENT)


def test_mismatches_are_grouped() -> None:
    """A mismatch in a field is in an error group of cattrs."""
    with pytest.raises(BaseValidationError):
        CONVERTER.structure({"count": []}, Shelf)


def test_converters_are_independent() -> None:
    """A hook registered on one converter does not affect another one."""
    first = make_converter()
    first.register_structure_hook(int, lambda _, __: -1)

    assert -1 == first.structure(5, int)
    assert 5 == make_converter().structure(5, int)
