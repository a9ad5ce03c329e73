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
        # Disjoint, and no key is twice in a page.
        self._pages: deque[Sequence[Hashable]] = deque()
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
        new: Sequence[int] = range(len(keys))
        if not self._add_if_all_new(keys):
            new = self._find_new(keys)
            keys = [keys[index] for index in new]
            self._keys.update(keys)
        if keys:
            self._pages.append(keys)
        # Keys that come again keep their place: those remembered are always those of
        # the latest items in the list's own order.
        while may_forget and len(self._keys) > self._limit and len(self._pages) > 1:
            self._keys.difference_update(self._pages.popleft())
            self.has_forgotten = True
        return new

    def _add_if_all_new(self, keys: Sequence[Hashable]) -> bool:
        """Remember keys of which none is known or comes twice; otherwise do nothing."""
        known = len(self._keys)
        if not self._keys.isdisjoint(keys):
            return False
        self._keys.update(keys)
        if len(self._keys) == known + len(keys):
            return True
        self._keys.difference_update(keys)
        return False

    def _find_new(self, keys: Sequence[Hashable]) -> list[int]:
        new: dict[Hashable, int] = {}
        for index, key in enumerate(keys):
            if key not in self._keys:
                new.setdefault(key, index)
        return list(new.values())
