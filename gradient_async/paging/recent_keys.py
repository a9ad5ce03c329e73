"""Recognise items that were read before, without remembering all of them; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence


class RecentKeys:
    """
    The keys of the items read last, page by page.

    While a list grows, an item comes again only after as many new items as were read
    since. So the latest keys suffice, unless the list grows by more than `limit` items
    between two requests; `PageTracker` then counts instead.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # No key is in two of these sets.
        self._pages: deque[set[Hashable]] = deque()
        self._keys: set[Hashable] = set()
        self.has_forgotten: bool = False
        """Whether any key was forgotten."""

    def __len__(self) -> int:
        """Return the number of keys remembered."""
        return len(self._keys)

    def __contains__(self, key: Hashable) -> bool:
        """Return whether a key is remembered."""
        return key in self._keys

    def add(self, keys: Sequence[Hashable], *, may_forget: bool) -> Sequence[int]:
        """Remember the keys of a page, and return the indexes of those that are new."""
        page = set(keys)
        new: Sequence[int] = range(len(keys))
        if len(page) < len(keys) or not self._keys.isdisjoint(page):
            new = self._find_new(keys)
            page -= self._keys
        if page:
            self._keys |= page
            self._pages.append(page)
        # Keys that come again keep their place: those remembered are always those of
        # the latest items in the list's own order.
        while may_forget and len(self._keys) > self._limit and len(self._pages) > 1:
            self._keys -= self._pages.popleft()
            self.has_forgotten = True
        return new

    def _find_new(self, keys: Sequence[Hashable]) -> list[int]:
        new: dict[Hashable, int] = {}
        for index, key in enumerate(keys):
            if key not in self._keys:
                new.setdefault(key, index)
        return list(new.values())
