"""The fast path and the converter agree on every document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async.codec import Codec, make_converter
from gradient_async.errors import DecodeError
from gradient_async.models.indexing_jobs import IndexingJobsAnswer
from tests.support.exact_types import misfits
from tests.support.shapes import PAGE

FAST = Codec()
CONVERTER = Codec(make_converter())

GONE: Final = object()
"""Stands for a key that is taken out."""

# What the API may say, and what nearly is that.
WORDS = st.sampled_from(
    [
        *("", " ", "null", "Null", "true", "TRUE", "false", "0", "1", "-1", "12"),
        *("1.0", "1.5", "1e3", "1e400", "007", "+5", "٣", "NaN", "Infinity", "9" * 40),
        *("COMPLETED", "INDEX_JOB_STATUS_COMPLETED", "INDEX_JOB_STATUS_NEW"),
        *("2026-03-01T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01"),
        *("2026-03-01T12:00:00.123456789Z", "2026-03-01 12:00:00+05:45", "24:00"),
        *("9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00+23:59"),
    ]
)
NUMBERS = (
    st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-100, 100).map(float)
    | st.sampled_from([2**63, 2**64, -(2**63) - 1, 1e18, 253402300800, -62135596801])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path to each value in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*place, key)
            yield from places(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*place, index)
            yield from places(inner, (*place, index))


PLACES = [*places(PAGE), ("jobs", 0, "tomorrow"), ("tomorrow",), ("links", "tomorrow")]
CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), VALUES | st.just(GONE)), max_size=3
)


def changed(changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """Give the page with other values in some places."""
    document = deepcopy(PAGE)
    for (*way, last), value in changes:
        # An earlier change may have taken away what leads to this place.
        with suppress(LookupError, TypeError):
            parent: Any = document
            for step in way:
                parent = parent[step]
            parent[last] = value
            if value is GONE:
                del parent[last]
    return document


def decoded(codec: Codec, body: bytes) -> IndexingJobsAnswer | None:
    """Decode a page; None when it is refused."""
    with suppress(DecodeError):
        return codec.decode(body, IndexingJobsAnswer)
    return None


@example([(("jobs",), "null")])
@example([(("meta",), "null")])
@settings(max_examples=250, deadline=None)
@given(CHANGES)
def test_both_ways_agree(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Both ways refuse a document or both give the same, exactly typed."""
    body = json.dumps(changed(changes)).encode()
    fast, slow = decoded(FAST, body), decoded(CONVERTER, body)

    assert slow == fast
    assert [] == list(misfits(fast, IndexingJobsAnswer | None))
    assert [] == list(misfits(slow, IndexingJobsAnswer | None))


@given(VALUES)
def test_both_ways_agree_on_anything(document: Any) -> None:
    """A document that is nothing like a page is treated alike as well."""
    body = json.dumps(document).encode()

    assert decoded(CONVERTER, body) == decoded(FAST, body)


def test_the_page_itself_decodes() -> None:
    """The document that the changes start from is a good one."""
    answer = decoded(FAST, json.dumps(PAGE).encode())

    assert answer is not None
    assert answer == decoded(CONVERTER, json.dumps(PAGE).encode())


def test_changes_reach_their_places() -> None:
    """A change is made where it says, or not at all."""
    document = changed(
        [
            (("jobs", 1), GONE),
            (("jobs", 1, "uuid"), "x"),
            (("jobs", 0, "uuid"), "y"),
            (("meta",), None),
            (("meta", "total"), 5),
        ]
    )

    assert 1 == len(document["jobs"])
    assert "y" == document["jobs"][0]["uuid"]
    assert document["meta"] is None
