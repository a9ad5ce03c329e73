"""Pages and positions as values."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.paging import Page, Position
from tests.support.copies import copies_of


def test_repr_of_a_page() -> None:
    """The repr counts the items instead of listing them."""
    page = Page(items=("hunter2",) * 200, page=3, pages=9, total=1700)

    assert "<200 items>" in repr(page)
    assert "hunter2" not in repr(page)


def test_defaults_of_a_page() -> None:
    """Counts that the server did not report are None, and there is no next page."""
    page = Page(items=(1, 2), page=1)

    assert (None, None, False) == (page.pages, page.total, page.has_next)


@pytest.mark.parametrize("value", [Page(items=(1,), page=1), Position()])
def test_values_are_immutable(value: object) -> None:
    """Neither pages nor positions can be changed."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.page = 2  # type: ignore[attr-defined]


def test_default_position() -> None:
    """The default position is the start of any list."""
    assert Position(page=1, offset=0, total=None, per_page=None) == Position()


@given(
    st.builds(
        Position,
        page=st.integers(1),
        offset=st.integers(0),
        total=st.none() | st.integers(0),
        per_page=st.none() | st.integers(1, 200),
    )
)
def test_positions_can_be_copied(position: Position) -> None:
    """A position survives pickling and copying."""
    assert {position} == set(copies_of(position))


@pytest.mark.parametrize(
    "numbers",
    [
        {"page": 0},
        {"page": -1},
        {"offset": -1},
        {"total": -1},
        {"per_page": 0},
        {"per_page": 201},
        {"page": 1.5},
    ],
)
def test_invalid_positions(numbers: dict[str, Any]) -> None:
    """A position that no list can have is rejected."""
    with pytest.raises(ConfigurationError, match="the position's"):
        Position(**numbers)
