"""Pages of lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import attrs

_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Page:
    """The position of one page in a list."""

    number: int
    """The number of the page, counted from 1."""
    per_page: int
    total: int
    """Number of items in the whole list."""

    @property
    def pages(self) -> int:
        """Number of pages in the whole list."""
        return math.ceil(self.total / self.per_page)

    @property
    def meta(self) -> dict[str, int]:
        """The `meta` member of the API's JSON."""
        return {"page": self.number, "pages": self.pages, "total": self.total}

    def cut(self, items: Sequence[_T]) -> Sequence[_T]:
        """Return the items on the page; none beyond the end of the list."""
        end = self.number * self.per_page
        return items[end - self.per_page : end]

    def links(self, url: str) -> dict[str, str]:
        """Return the links to other pages; `url` is the list's without `page`."""
        numbers: dict[str, int] = {}
        if self.number > 1:
            # Beyond the end, the previous page is the last one that exists.
            numbers |= {"first": 1, "previous": min(self.number - 1, self.pages)}
        if self.number < self.pages:
            numbers |= {"next": self.number + 1, "last": self.pages}
        return {name: f"{url}&page={number}" for name, number in numbers.items()}
