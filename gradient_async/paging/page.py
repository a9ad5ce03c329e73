"""A page, and a place in a list; plain values."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

import attrs

from gradient_async.checks import check_int
from gradient_async.models.base import APIObject

MOST_PER_PAGE: Final = 200
"""Items a page at most, and the default; docs.digitalocean.com/reference/api."""

T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(kw_only=True)
class Page(APIObject, Generic[T_co]):
    """One page of a list."""

    items: tuple[T_co, ...] = attrs.field(repr=lambda items: f"<{len(items)} items>")
    """The items, in the server's order."""
    page: int
    """Number of the page, counted from 1."""
    pages: int | None = None
    """Number of pages when this one was read, None when the server did not say."""
    total: int | None = None
    """Number of items over all pages then, None when the server did not say."""
    has_next: bool = False
    """Whether the server linked to a page after this one."""


@attrs.frozen(kw_only=True)
class Position:
    """
    A place in a list from which another paginator can go on; pickle it to keep it.

    Valid for a list that grows at its head: what was added meanwhile is skipped.

    Raises:
        ConfigurationError: A number is out of range.
    """

    page: int = 1
    """Page to go on with, counted from 1."""
    offset: int = 0
    """How many items from there on to pass over; more than a page holds is fine."""
    total: int | None = None
    """Length of the list then, None when the server did not say."""
    per_page: int | None = None
    """Items a page, None for the list's default; pages of another size differ."""

    def __attrs_post_init__(self) -> None:
        """Refuse a place that no list has."""
        check_int("the position's page", self.page, minimum=1)
        check_int("the position's offset", self.offset, minimum=0)
        if self.total is not None:
            check_int("the position's total", self.total, minimum=0)
        if self.per_page is not None:
            most = MOST_PER_PAGE
            check_int("the position's per_page", self.per_page, minimum=1, maximum=most)
