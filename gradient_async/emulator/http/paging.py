"""Pages of lists, and where they stand in their list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

import attrs

_S = TypeVar("_S")
_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Page(Generic[_T]):
    """One page of a list."""

    items: tuple[_T, ...]
    page: int
    """Its number, counted from 1."""
    pages: int
    total: int
    per_page: int

    @property
    def meta(self) -> dict[str, int]:
        """Where the page stands, as in the API's JSON."""
        return {"page": self.page, "pages": self.pages, "total": self.total}

    def links(self, url: str) -> dict[str, str]:
        """Point to the pages around, where there are any; `url` lacks their number."""
        numbers: dict[str, int] = {}
        if self.page > 1:
            numbers |= {"first": 1, "previous": min(self.page - 1, self.pages)}
        if self.page < self.pages:
            numbers |= {"next": self.page + 1, "last": self.pages}
        return {name: f"{url}&page={number}" for name, number in numbers.items()}


def cut_page(
    items: Iterable[_S],
    page: int,
    per_page: int,
    *,
    total: int,
    view: Callable[[_S], _T],
) -> Page[_T]:
    """Take one page out of a list of `total` items, and look at each of its items."""
    start = (page - 1) * per_page
    return Page(
        items=tuple(map(view, islice(items, start, start + per_page))),
        page=page,
        pages=math.ceil(total / per_page),
        total=total,
        per_page=per_page,
    )
