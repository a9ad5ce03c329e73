"""Open enums: declared values, unknown ones, and how they are parsed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.models import (
    CrawlingOption,
    DatabaseStatus,
    OpenEnum,
)
from tests.models.samples import ENUMS
from tests.support.copies import copies_of


class Size(OpenEnum):
    """Size of something."""

    UNKNOWN = "SIZE_UNKNOWN"
    SMALL = "SIZE_SMALL"
    VERY_LARGE = "SIZE_VERY_LARGE"


WIRE_VALUES = {member.value for member in Size}


def test_members_equal_their_wire_values() -> None:
    """A member is its wire value: equal, same hash, same text."""
    text: str = "SIZE_SMALL"

    assert text == Size.SMALL
    assert hash(text) == hash(Size.SMALL)
    assert text == str(Size.SMALL)
    assert 1 == {text: 1}[Size.SMALL]


@pytest.mark.parametrize("size", Size)
def test_declared_values_are_known(size: Size) -> None:
    """Each declared value is one member, which is known."""
    assert size is Size(size.value)
    assert size.is_known


@example("SMALL")
@example("UNKNOWN")
@example("size_small")
@example("")
@given(st.text().filter(lambda text: text not in WIRE_VALUES))
def test_undeclared_values_are_kept(text: str) -> None:
    """An undeclared string becomes a member that equals it and is not known."""
    size = Size(text)

    assert Size is type(size)
    assert text == size
    assert text == size.value == str(size)
    assert hash(text) == hash(size)
    assert not size.is_known


@given(st.text())
def test_values_can_be_copied(text: str) -> None:
    """Known or not, a value survives pickling and copying."""
    size = Size(text)
    trips = copies_of(size)

    assert {size} == set(trips)
    assert {Size} == {type(twin) for twin in trips}
    assert {size.is_known} == {twin.is_known for twin in trips}


def test_undeclared_values_are_not_registered() -> None:
    """Undeclared values are not added to the enum's members."""
    before = list(Size)
    sizes = {Size(f"SIZE_{number}") for number in range(100)}

    assert 100 == len(sizes)
    assert before == list(Size)


@pytest.mark.parametrize("value", [None, 5, 5.0, b"SIZE_SMALL", ["SIZE_SMALL"], True])
def test_values_must_be_strings(value: Any) -> None:
    """A value that is not a string is refused."""
    with pytest.raises(ValueError, match="is not a valid Size"):
        Size(value)


@pytest.mark.parametrize(
    "text", ["VERY_LARGE", "very_large", "very-large", "Very Large", "vErY-lArGe"]
)
def test_parse_accepts_short_names(text: str) -> None:
    """A short name is parsed in any case, and with dashes or spaces."""
    assert Size.VERY_LARGE is Size.parse(text)


def test_parse_accepts_undeclared_wire_values() -> None:
    """An undeclared wire value can be parsed."""
    size = Size.parse("SIZE_TINY")

    assert "SIZE_TINY" == size
    assert not size.is_known


@pytest.mark.parametrize("text", ["tiny", "", " ", "__class__", "parse"])
def test_parse_rejects_unknown_names(text: str) -> None:
    """An unknown name is rejected with a list of the known ones."""
    with pytest.raises(ValueError, match="is none of unknown, small, very_large"):
        Size.parse(text)


@pytest.mark.parametrize(
    ("expected", "size"),
    [
        ("very_large", Size.VERY_LARGE),
        ("unknown", Size.UNKNOWN),
        ("tiny", Size("SIZE_TINY")),
        ("odd", Size("ODD")),
    ],
)
def test_short_names(expected: str, size: Size) -> None:
    """A short name is the value in lower case, without the common prefix."""
    assert expected == size.short_name


def test_parse_accepts_undeclared_members() -> None:
    """A member is parsed as itself, even if its value has another prefix."""
    assert Size("TINY") == Size.parse(Size("TINY"))


BARE = [CrawlingOption, DatabaseStatus]
PREFIXED = [kind for kind in ENUMS if kind not in BARE]


@pytest.mark.parametrize("kind", ENUMS)
def test_parse_accepts_every_name(kind: type[OpenEnum]) -> None:
    """Each member of each enum is parsed from its name, its value and itself."""
    for member in kind:
        assert member is kind.parse(member)
        assert member is kind.parse(member.value)
        assert member is kind.parse(member.name)
        assert member is kind.parse(member.name.lower().replace("_", "-"))
        assert member is kind.parse(member.name.title().replace("_", " "))


@pytest.mark.parametrize("kind", BARE)
@pytest.mark.parametrize("text", ["TOMORROW", "", "UNKNOWN_", " ONLINE", "SCOPE"])
def test_without_a_prefix_names_must_be_known(kind: type[OpenEnum], text: str) -> None:
    """Without a prefix, a new value could be a typo, so it is rejected."""
    names = ", ".join(member.name.lower() for member in kind)

    with pytest.raises(ValueError, match=f"^'{text}' is none of {names}$"):
        kind.parse(text)


@pytest.mark.parametrize("kind", BARE)
def test_without_a_prefix_members_are_parsed(kind: type[OpenEnum]) -> None:
    """A member from a response is parsed as itself, declared or not."""
    member = kind("TOMORROW")

    assert member is kind.parse(member)


@pytest.mark.parametrize("kind", PREFIXED)
def test_a_prefix_marks_new_values(kind: type[OpenEnum]) -> None:
    """A value with the enum's prefix is kept, whatever the zero value is called."""
    zero = next(iter(kind))
    text = zero.value.removesuffix(zero.name) + "TOMORROW"

    assert kind(text) == kind.parse(text)
    assert not kind.parse(text).is_known
