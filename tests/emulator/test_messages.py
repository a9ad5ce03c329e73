"""Request bodies, read as protobuf reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff",
        b'{"a": NaN}',
        b"[" * 100_000,
    ],
)
def test_invalid_bodies(body: bytes) -> None:
    """A body that is not a JSON object is a bad request."""
    with pytest.raises(ApiError, match="JSON") as raised:
        Message.parse(body)

    assert 400 == raised.value.status


def test_empty_body() -> None:
    """An empty body is an empty message."""
    assert {} == Message.parse(b"").fields


def test_missing_members() -> None:
    """Missing and null members have protobuf's default."""
    message = Message.parse(b'{"a": null}')

    assert ("", 0, 0.0, False, "NONE") == (
        message.string("a"),
        message.integer("a"),
        message.number("b"),
        message.boolean("b"),
        message.enum("b", ["NONE", "SOME"]),
    )
    assert not message.strings("a")
    assert not message.integers("a")
    assert not message.messages("a")
    assert message.message("a") is None
    assert not message.has("a")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"12", 12),
        (b'"12"', 12),
        (b'"-12"', -12),
        (b"1e3", 1000),
        (b"3.0", 3),
        (b"9223372036854775807", 2**63 - 1),
    ],
)
def test_64_bit_integers_may_be_strings(text: bytes, number: int) -> None:
    """Numbers and strings of digits are equivalent."""
    assert number == Message.parse(b'{"a": %b}' % text).integer("a")


@pytest.mark.parametrize(
    "text",
    [b"1.5", b'"1.5"', b'""', b"true", b"[]", b"9223372036854775808", b"1e999"],
)
def test_other_numbers_are_rejected(text: bytes) -> None:
    """Fractions, booleans and more than 64 bits are rejected."""
    with pytest.raises(ApiError, match="a: expected a whole number"):
        Message.parse(b'{"a": %b}' % text).integer("a")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda it: it.string("a"), "a: expected a string"),
        (lambda it: it.strings("b"), "b: expected a string"),
        (lambda it: it.strings("a"), "a: expected a list"),
        (lambda it: it.boolean("a"), "a: expected a boolean"),
        (lambda it: it.number("c"), "c: expected a number"),
        (lambda it: it.message("a"), "a: expected an object"),
        (lambda it: it.enum("c", ["NONE"]), "c: expected one of NONE"),
        (lambda it: it.message("d").string("e"), "d.e: expected a string"),
        (lambda it: it.messages("f")[1].string("e"), r"f\[1\].e: expected a string"),
    ],
)
def test_wrong_types(read: Callable[[Message], object], expected: str) -> None:
    """An error names the member and the expected type."""
    message = Message({"a": 1, "b": [2], "c": "x", "d": {"e": 1}, "f": [{}, {"e": 1}]})

    with pytest.raises(ApiError, match=expected):
        read(message)


def test_members_of_the_right_type() -> None:
    """Members of the right type are returned unchanged."""
    message = Message(
        {"a": "x", "b": [1, "2"], "c": 0.5, "d": True, "e": ["y"], "f": 0}
    )

    assert ("x", "NONE", [1, 2], 0.5, True, ["y"]) == (
        message.enum("a", ["NONE", "x"]),
        message.enum("f", ["NONE", "x"]),
        message.integers("b"),
        message.number("c"),
        message.boolean("d"),
        message.strings("e"),
    )


def test_lower_camel_case() -> None:
    """Members may be written in lowerCamelCase, in messages of messages too."""
    message = Message({"anInner": {"someText": "x"}, "a_b": None, "aB": 1})
    inner = message.message("an_inner")

    assert inner is not None
    assert ("x", 1) == (inner.string("some_text"), message.integer("a_b"))
    with pytest.raises(ApiError, match=r"an_inner.some_text: expected a whole"):
        inner.integer("some_text")


def test_numbers_too_large_for_a_float() -> None:
    """A number that no float can hold is rejected like a wrong type."""
    message = Message.parse(b'{"a": %b}' % (b"9" * 400))

    with pytest.raises(ApiError, match="a: expected a number") as raised:
        message.number("a")
    assert 400 == raised.value.status
