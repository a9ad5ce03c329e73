"""Pages of lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import attrs

_S = TypeVar("_S")
_T_co = TypeVar("_T_co", covariant=True)


@attrs.frozen(kw_only=True)
class Page(Generic[_T_co]):
    """One page of a list."""

    items: tuple[_T_co, ...]
    page: int
    """The number of the page, counted from 1."""
    total: int
    """Number of items in the whole list."""
    per_page: int

    @property
    def pages(self) -> int:
        """Number of pages in the whole list."""
        return math.ceil(self.total / self.per_page)

    @property
    def meta(self) -> dict[str, int]:
        """The `meta` member of the API's JSON."""
        return {"page": self.page, "pages": self.pages, "total": self.total}

    def links(self, url: str) -> dict[str, str]:
        """Return the links to other pages; `url` is the list's without `page`."""
        numbers: dict[str, int] = {}
        if self.page > 1:
            # Beyond the end, the previous page is the last one that exists.
            numbers |= {"first": 1, "previous": min(self.page - 1, self.pages)}
        if self.page < self.pages:
            numbers |= {"next": self.page + 1, "last": self.pages}
        return {name: f"{url}&page={number}" for name, number in numbers.items()}


def cut_page(
    items: Sequence[_S], page: int, per_page: int, describe: Callable[[_S], _T_co]
) -> Page[_T_co]:
    """Return one page of a list, with `describe` applied to the items on it."""
    start = (page - 1) * per_page
    described = tuple(map(describe, items[start : start + per_page]))
    return Page(items=described, page=page, total=len(items), per_page=per_page)
