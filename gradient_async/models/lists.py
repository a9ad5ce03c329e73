"""Lists: what the API sends beside the items of a page."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class PageLinks:
    """URLs of other pages; checked for a next page, but never followed."""

    first: str = ""
    """URL of the first page."""
    previous: str = ""
    """URL of the previous page; empty on the first."""
    next: str = ""
    """URL of the next page; empty on the last."""
    last: str = ""
    """URL of the last page."""


@attrs.frozen(kw_only=True)
class Links:
    """Links of a list; the API omits them if there is only one page."""

    pages: PageLinks = PageLinks()
    """Links to other pages."""


@attrs.frozen(kw_only=True)
class Meta:
    """Size of a list."""

    page: int = 0
    """Number of this page, counted from 1; 0 if not sent."""
    pages: int = 0
    """Number of pages; 0 if not sent."""
    total: int | None = None
    """Number of items on all pages; None if not sent."""


@attrs.frozen(kw_only=True)
class ListResponse(Generic[T]):
    """Response with one page of a list; a subclass adds the items under their key."""

    # Not annotated: it is no field.
    items_key = ""
    """Key of the items."""

    links: Links = Links()
    """Links to other pages."""
    meta: Meta | None = None
    """Size of the list; None if not sent."""

    @property
    def items(self) -> tuple[T, ...] | None:
        """The items, in the API's order; None if the response has no such key."""
        items: tuple[T, ...] | None = getattr(self, self.items_key)
        return items

    def __attrs_post_init__(self) -> None:
        """Raise for JSON that is not a list, for example that of another service."""
        if self.items is None and self.meta is None:
            msg = "Expected a list or `meta`, got neither"
            raise ValueError(msg)
