"""Strings that callers pass, odd ones too: sent unchanged, or refused."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async import ConfigurationError
from gradient_async.testing import Request
from tests.resources.call_cases import CASES, Case, find_strings, name_case, put
from tests.resources.canned_calls import decode_body
from tests.support.examples import examples

MARK: Final = "the-mark"

# What each call sends with the mark.
MARKED: Final[dict[object, Any]] = {}

# These are words of the API, not free text.
WORDS: Final = {"chunking_algorithm", "usecases", "time", "crawling_option"}

STRINGS_OF_CALLS: Final = [
    case
    for case in CASES
    if case.place in {*find_strings((case.call.arguments, case.call.options))}
    if case.name not in WORDS
]
IN_PATH: Final = pytest.mark.parametrize(
    "case", [it for it in STRINGS_OF_CALLS if it.is_id], ids=name_case
)
IN_BODY: Final = pytest.mark.parametrize(
    "case", [it for it in STRINGS_OF_CALLS if not it.is_id], ids=name_case
)

# Lone surrogates too, which hypothesis leaves out by default.
STRINGS = st.text() | st.text(st.characters(categories=("L", "P", "Z", "C", "S")))

VALID_IDS = [
    *("a", "123e4567-e89b-12d3-a456-426614174000", "a b", " a ", "...", ".a", "a.."),
    *("100%", "%2e%2e", "%2F", "a?b=c", "a#b", "a&b;c", "{}", "{uuid}", "a+b", "a:b@c"),
    *("ä", "e\u0301", "漢字", "🐈", "\u0663", "~", "x" * 255, "漢" * 255),
]
INVALID_IDS = [
    *("", ".", "..", "/", "a/b", "../a", "a/", "\\", "a\\b", "https://example.com"),
    *("a\nb", "a\r\n", "\x00", "a\tb", "\x7f", "\u200b", "\u2028", "\ud800", "a\udcff"),
    *("\u202ea", "\u00a0", "\ufeff", "x" * 256, "x" * 10_240),
]
ODD_STRINGS = [
    *(" ", "a/b", "../..", "https://user:pw@example.com/ä?b=c#d", "\x00\x1f\x7f"),
    *("\r\n", '"\\', "%00", "ä", "e\u0301", "漢字🐈", "\u2028", "\u202e", "x" * 10_240),
]


def is_plain(text: str) -> bool:
    """Whether a string can only be one segment of a path."""
    is_name = 0 < len(text) <= 255 and text not in {".", ".."}
    return is_name and text.isprintable() and not set(text) & {"/", "\\"}


def is_encodable(text: str) -> bool:
    """Whether a string has no unpaired surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def describe(request: Request) -> Any:
    """Return all that was sent; the path as a server splits and decodes it."""
    assert request.path.isascii()
    path = [unquote(it, errors="strict") for it in request.path.split("/")]
    return [path, {**request.params}, decode_body(request)]


async def expect(case: Case, text: str) -> Any:
    """Return what a call sends with the mark, with the text in place of the mark."""
    key = (id(case.call), case.place)
    if key not in MARKED:
        (request,) = await case.run(MARK)
        MARKED[key] = describe(request)
    sent = MARKED[key]
    places = [it for it in find_strings(sent) if put(sent, it, MARK) == sent]
    assert places, "the string is not sent"
    for place in places:
        sent = put(sent, place, text)
    return sent


async def refuse(case: Case, value: object) -> str:
    """Return the message with which a value is refused."""
    with pytest.raises(ConfigurationError) as caught:
        await case.run(value)
    return caught.value.message


@IN_PATH
@pytest.mark.parametrize("text", VALID_IDS, ids=lambda it: ascii(it[:20]))
async def test_ids_in_paths(case: Case, text: str) -> None:
    """Any id is one segment of the path, percent-encoded."""
    assert [await expect(case, text)] == [*map(describe, await case.run(text))]


@IN_PATH
@pytest.mark.parametrize("text", INVALID_IDS, ids=lambda it: ascii(it[:20]))
async def test_invalid_ids(case: Case, text: str) -> None:
    """An id that could lead to another path is refused by name, in few words."""
    reason = await refuse(case, text)

    assert "id " in reason
    assert len(reason) < 200
    assert reason.isprintable()


@IN_PATH
@pytest.mark.parametrize("value", [None, 5, True, b"a", ["a"], {}, object()])
async def test_ids_must_be_strings(case: Case, value: object) -> None:
    """An id that is not a string is refused by name."""
    reason = await refuse(case, value)

    assert reason.endswith(f"id must be a string, got {type(value).__name__}")


@IN_PATH
@example("a b")
@example("\ud800")
@settings(max_examples=examples(20))
@given(text=STRINGS)
async def test_any_id_in_a_path(case: Case, text: str) -> None:
    """An id is either refused, or in the path of the only request."""
    if is_plain(text):
        assert [await expect(case, text)] == [*map(describe, await case.run(text))]
    else:
        await refuse(case, text)


@IN_BODY
@pytest.mark.parametrize("text", ODD_STRINGS, ids=lambda it: ascii(it[:20]))
async def test_strings_in_bodies(case: Case, text: str) -> None:
    """A string is sent unchanged, however odd or long."""
    assert [await expect(case, text)] == [*map(describe, await case.run(text))]


@IN_BODY
@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\udc00\ud800"], ids=ascii)
async def test_unpaired_surrogates(case: Case, text: str) -> None:
    """A string that cannot be encoded is refused, and not shown."""
    reason = await refuse(case, text)

    assert any(it in reason for it in ("an unpaired surrogate", "only JSON values"))
    assert reason.isascii()


@IN_BODY
@settings(max_examples=examples(20))
@given(text=STRINGS.filter(bool))
async def test_any_string_in_a_body(case: Case, text: str) -> None:
    """A string is either refused, or at its place in the only request."""
    if is_encodable(text):
        assert [await expect(case, text)] == [*map(describe, await case.run(text))]
    else:
        await refuse(case, text)
