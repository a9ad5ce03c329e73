"""Pages of a list, positions in it, and options to read it; plain values."""

from __future__ import annotations

from typing import Final, Generic, TypedDict, TypeVar

import attrs

from gradient_async.checks import check_int
from gradient_async.models.base import APIObject

MAX_PER_PAGE: Final = 200
"""Maximum and default number of items per page; docs.digitalocean.com/reference/api."""

T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(kw_only=True)
class Page(APIObject, Generic[T_co]):
    """One page of a list."""

    items: tuple[T_co, ...] = attrs.field(repr=lambda items: f"<{len(items)} items>")
    """The items, in the server's order."""
    page: int
    """Number of the page, counted from 1."""
    pages: int | None = None
    """Number of pages when this one was read; None if not reported."""
    total: int | None = None
    """Number of items over all pages then; None if not reported."""
    has_next: bool = False
    """Whether the server linked to a page after this one."""

    @property
    def is_last(self) -> bool:
        """
        Whether no page follows.

        By the page count; without one, by the next link or an empty page.
        """
        if self.pages is not None:
            return self.page >= self.pages
        return not self.has_next or not self.items


@attrs.frozen(kw_only=True)
class Position:
    """
    A place in a list from which another paginator can resume; can be pickled.

    Valid for a list that grows at its head: items added since are skipped.

    Raises:
        ConfigurationError: A number is out of range.
    """

    page: int = 1
    """Number of the page to resume from, counted from 1."""
    offset: int = 0
    """Number of items to skip from there on; may exceed a page."""
    total: int | None = None
    """Length of the list then; None if not reported."""
    per_page: int | None = None
    """Items per page, for which alone it is valid; None means the list's default."""

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        check_int("the position's page", self.page, minimum=1)
        check_int("the position's offset", self.offset, minimum=0)
        if self.total is not None:
            check_int("the position's total", self.total, minimum=0)
        if self.per_page is not None:
            most = MAX_PER_PAGE
            check_int("the position's per_page", self.per_page, minimum=1, maximum=most)


class Paging(TypedDict, total=False):
    """The keyword arguments that every list takes."""

    max_items: int | None
    """Maximum number of items to yield; None, the default, means all."""
    per_page: int | None
    """Items per request, 1 to 200; None, the default, means 200 or `start`'s."""
    prefetch: int
    """Number of pages to request at a time, 4 by default; 1 reads one by one."""
    start: Position | None
    """Position to resume from, a `Paginator.position`; None means the beginning."""
