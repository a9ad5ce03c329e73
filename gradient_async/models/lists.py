"""What every list of the API carries beside its items."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class PageLinks:
    """URLs of other pages; read for whether there is a next one, never followed."""

    first: str = ""
    """URL of the first page."""
    previous: str = ""
    """URL of the page before, empty on the first."""
    next: str = ""
    """URL of the page after, empty on the last."""
    last: str = ""
    """URL of the last page."""


@attrs.frozen(kw_only=True)
class Links:
    """The links of a list; the API leaves them out when one page holds all."""

    pages: PageLinks = PageLinks()
    """Links to other pages."""


@attrs.frozen(kw_only=True)
class Meta:
    """How long a list is."""

    page: int = 0
    """Number of this page, counted from 1; 0 when not given."""
    pages: int = 0
    """Number of pages; 0 when not given."""
    total: int = 0
    """Number of items over all pages."""


@attrs.frozen(kw_only=True)
class ListResponse(Generic[T]):
    """The answer that carries one page of a list; each list names its items itself."""

    links: Links = Links()
    """Links to other pages."""
    meta: Meta | None = None
    """How long the list is; None when the answer does not say."""

    @property
    def items(self) -> tuple[T, ...] | None:
        """The items, in the API's order; None when the answer has no such key."""
        raise NotImplementedError

    def __attrs_post_init__(self) -> None:
        """Refuse what is no list at all, another service's JSON for example."""
        if self.items is None and self.meta is None:
            msg = "Expected a list or `meta`, got neither"
            raise ValueError(msg)
