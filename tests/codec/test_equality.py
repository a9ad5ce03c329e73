"""The fast path, the converter, and decoding in steps agree on every document."""

from __future__ import annotations

import json
import random
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final, TypeAlias

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async.codec import Codec, make_converter
from gradient_async.codec.steps import decode_in_steps
from gradient_async.errors import DecodeError
from gradient_async.models.models import Model
from tests.models.samples import RESPONSES
from tests.support.exact_types import type_mismatches
from tests.support.examples import examples
from tests.support.responses import (
    DetailsResponse,
    IndexingJobsResponse,
    ModelsResponse,
)
from tests.support.shapes import PAGE

FAST = Codec()
CONVERTER = Codec(make_converter())

Changes: TypeAlias = list[tuple[tuple[Any, ...], Any]]
"""Paths in a document, and their new values."""

GONE: Final = object()
"""Marks a key to delete."""

EVERY_SHAPE = pytest.mark.parametrize("shape", RESPONSES, ids=lambda it: it.__name__)

# Strings that the API may send, and near misses.
WORDS = st.sampled_from(
    [
        *("", " ", "null", "Null", "true", "TRUE", "false", "0", "1", "-1", "12"),
        *("1.0", "1.5", "1e3", "1e400", "007", "+5", "٣", "NaN", "Infinity", "9" * 40),
        *("-inf", ".5", "5.", "1_0", "0x10", " 1.5", "-0", "1e-400", "ONLINE"),
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


def iter_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to each value in a document, and to an absent key."""
    if isinstance(value, dict):
        yield (*path, "tomorrow")
        for key, inner in value.items():
            yield (*path, key)
            yield from iter_paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*path, index)
            yield from iter_paths(inner, (*path, index))


def draw_changes(document: Any) -> st.SearchStrategy[Changes]:
    """Draw changes to a document."""
    there = st.sampled_from(list(iter_paths(document)))
    return st.lists(st.tuples(there, VALUES | st.just(GONE)), max_size=3)


def apply_changes(original: Any, changes: Changes) -> Any:
    """Return a copy of a document with these changes."""
    document = deepcopy(original)
    for (*way, last), value in changes:
        # An earlier change may have removed the parent.
        with suppress(LookupError, TypeError):
            parent: Any = document
            for step in way:
                parent = parent[step]
            parent[last] = value
            if value is GONE:
                del parent[last]
    return document


class InSteps:
    """Decodes like `Codec`, but in steps."""

    def decode(self, body: bytes, shape: type) -> Any:
        """Decode a response without an event loop: it never waits for anything."""
        steps: Coroutine[object, None, Any] = decode_in_steps(FAST, body, shape)
        while True:
            try:
                steps.send(None)
            except StopIteration as stop:
                return stop.value


def try_decode(codec: Codec | InSteps, body: bytes, shape: type) -> Any:
    """Decode a response; return None if it is rejected."""
    with suppress(DecodeError):
        return codec.decode(body, shape)
    return None


def spell_out(response: Any) -> str:
    """Return every field of a response as text, in which NaN equals NaN."""
    return repr(None if response is None else attrs.astuple(response))


def iter_mistyped(response: Any) -> Iterator[str]:
    """Yield values not of their declared type."""
    if response is not None:
        yield from type_mismatches(response, type(response))


def assert_equal_results(body: bytes, shape: type) -> None:
    """Assert that all ways agree, and on the declared types."""
    fast, slow = try_decode(FAST, body, shape), try_decode(CONVERTER, body, shape)

    assert spell_out(slow) == spell_out(fast)
    assert spell_out(slow) == spell_out(try_decode(InSteps(), body, shape))
    assert [] == list(iter_mistyped(fast))
    assert [] == list(iter_mistyped(slow))


@example([(("jobs",), "null")])
@example([(("meta",), "null")])
@settings(max_examples=examples(120), deadline=None)
@given(draw_changes(PAGE))
def test_both_paths_agree_on_older_jobs(
    changes: Changes,
) -> None:
    """Both paths agree on older jobs, which need the converter unless changed."""
    assert_equal_results(
        json.dumps(apply_changes(PAGE, changes)).encode(), IndexingJobsResponse
    )


@EVERY_SHAPE
@settings(max_examples=examples(200), deadline=None)
@given(data=st.data())
def test_both_paths_agree(shape: type, data: st.DataObject) -> None:
    """Both paths reject a response or decode it to equal objects, for each class."""
    changes = data.draw(draw_changes(RESPONSES[shape]))

    assert_equal_results(
        json.dumps(apply_changes(RESPONSES[shape], changes)).encode(), shape
    )


# What no field takes: texts beyond ASCII, escapes and numbers, nested.
UNKNOWN: Final = {
    "später": ["ä 😀", "\\ \n\u2028", 1.5e300, -1, True, None, {"k": ""}, [[]]]
}
BYTES: Final = b'\\"{}[],:0-e.u\xff\xc3\x00\n '


def damage(body: bytes, rng: random.Random) -> bytes:
    """Change, delete or insert up to three bytes."""
    damaged = bytearray(body)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(damaged))
        match rng.randrange(4):
            case 0:
                damaged[place] = rng.randrange(256)
            case 1:
                damaged[place] ^= 1 << rng.randrange(8)
            case 2:
                del damaged[place]
            case _:
                damaged.insert(place, rng.choice(BYTES))
    return bytes(damaged)


@EVERY_SHAPE
def test_both_paths_agree_on_damaged_bytes(shape: type) -> None:
    """Not one of many damaged responses is accepted by one path only."""
    document = UNKNOWN | RESPONSES[shape] | {"tomorrow": UNKNOWN}
    body = json.dumps(document, ensure_ascii=False).encode()
    rng = random.Random(shape.__name__)
    damaged = [damage(body, rng) for _ in range(examples(1000))]
    results = [
        (it, try_decode(FAST, it, shape), try_decode(CONVERTER, it, shape))
        for it in damaged
    ]

    assert [] == [
        it for it, fast, slow in results if spell_out(fast) != spell_out(slow)
    ]
    # Most are rejected, but by far not all.
    accepted = [fast for _, fast, _ in results if fast is not None]
    assert len(results) / 20 < len(accepted) < len(results)


FIVE: Any = 5
SCORES = st.dictionaries(st.text(max_size=3), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("parameter_count", NUMBERS | WORDS),
        ("benchmark_score", SCORES | VALUES),
        ("context_window", NUMBERS | WORDS),
    ],
)
@given(data=st.data())
def test_both_paths_agree_on_numbers_and_free_json(
    key: str, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    """Both paths decode floats, free objects and integers to equal values."""
    body = json.dumps({"models": [{key: data.draw(values)}]}).encode()

    assert_equal_results(body, ModelsResponse)


@EVERY_SHAPE
@settings(max_examples=examples(50), deadline=None)
@given(document=VALUES)
def test_both_paths_agree_on_anything(shape: type, document: Any) -> None:
    """Both paths agree on documents that are not a response at all."""
    body = json.dumps(document).encode()

    assert spell_out(try_decode(CONVERTER, body, shape)) == spell_out(
        try_decode(FAST, body, shape)
    )


@EVERY_SHAPE
def test_unchanged_documents_decode(shape: type) -> None:
    """The documents without any change decode on the fast path."""
    body = json.dumps(RESPONSES[shape]).encode()
    response: Any = FAST._decode_fast(body, shape)

    assert isinstance(response, shape)
    assert response == try_decode(CONVERTER, body, shape)


def test_changes_are_applied() -> None:
    """A change is made at its path, or not at all."""
    document = apply_changes(
        PAGE,
        [
            (("jobs", 1), GONE),
            (("jobs", 1, "uuid"), "x"),
            (("jobs", 0, "uuid"), "y"),
            (("meta",), None),
            (("meta", "total"), 5),
        ],
    )

    assert 1 == len(document["jobs"])
    assert "y" == document["jobs"][0]["uuid"]
    assert document["meta"] is None


@pytest.mark.parametrize(
    ("expected", "response"),
    [
        ([], None),
        ([], Model(benchmark_score={"a": 1})),
        (
            [f"$.benchmark_score: 5 is no {Mapping[str, object] | None}"],
            Model(benchmark_score=FIVE),
        ),
        (["$.signed_url: 5 is no <class 'str'>"], DetailsResponse(signed_url=FIVE)),
    ],
)
def test_wrong_types_are_found(expected: list[str], response: Any) -> None:
    """A value of another type is found, and free JSON that is not an object."""
    assert expected == list(iter_mistyped(response))
