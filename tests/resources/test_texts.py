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
@example("a b")
@example("..")
@example("%2F")
@example("漢" * 255)
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
@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\udc00\ud800"], ids=ascii)
async def test_unpaired_surrogates(case: Case, text: str) -> None:
    """A string that cannot be encoded is refused, and not shown."""
    reason = await refuse(case, text)

    assert any(it in reason for it in ("an unpaired surrogate", "only JSON values"))
    assert reason.isascii()


@IN_BODY
@example("../..?a=b#c %00 \r\n\x00\u202e")
@example("x" * 10_240)
@settings(max_examples=examples(20))
@given(text=STRINGS.filter(bool))
async def test_any_string_in_a_body(case: Case, text: str) -> None:
    """A string is either refused, or at its place in the only request."""
    if is_encodable(text):
        assert [await expect(case, text)] == [*map(describe, await case.run(text))]
    else:
        await refuse(case, text)
