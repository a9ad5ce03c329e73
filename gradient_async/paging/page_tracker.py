"""
Decide how to read a list of several pages; pure, nothing here fetches.

While a list grows at its head, its items move to later pages. Reading one page at a
time then repeats items but misses none. A prefetched page may be older than the page
before it, and an item may be on neither. The totals reveal it: while a list only
grows, a smaller total means an earlier read, so a page with a smaller total than its
predecessor is fetched again. And the growth of the total since the start is the number
of new items, which are skipped. Items that were read must follow them: otherwise the
list grew elsewhere, and what was skipped is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final, Generic, TypeVar

from gradient_async.errors import PaginationError
from gradient_async.paging.page import Page, Position
from gradient_async.paging.recent_keys import RecentKeys

T = TypeVar("T")

# 20 million items at 200 a page: no account has that many, so the server is looping.
_MAX_PAGES: Final = 100_000

# Ten times what is ever requested. Items without an id take 8 µs each to recognise.
_MAX_ITEMS: Final = 2000

# A list may grow by exactly one page between two requests, and repeat it rightly. For
# this to happen again and again, its pages must be tiny, or the server is looping.
_MAX_REPEATS: Final = 5
_MAX_REPEATED_ITEMS: Final = 80

# 50 pages of 200 take about 2 MB. A list that grows faster than that between two
# requests is still read exactly, by counting.
_MAX_KEYS: Final = 10_000


class PageTracker(Generic[T]):
    """
    Progress through a list, against which each page is checked.

    For each page, in order: `accept` it, unless it `is_stale`.
    """

    def __init__(
        self,
        start: Position,
        *,
        path: str = "",
        max_pages: int = _MAX_PAGES,
        max_keys: int = _MAX_KEYS,
    ) -> None:
        self.next_page: int = start.page
        """Number of the next page, counted from 1."""
        self.accepted: int = 0
        """Number of pages accepted."""
        self.total: int | None = start.total
        """Length of the list as of the latest page."""
        self.pages: int | None = None
        """Number of pages as of the latest page; None if not reported."""
        self.drift: bool = False
        """Whether the list changed in a way that may have hidden items."""
        self.at_end: bool = False
        """Whether the last page was accepted."""
        self.carry_over: int = start.offset
        """Number of leading items of the following pages that are read or new."""
        self._start = start
        self._path = path
        self._first_total = start.total
        self._max_pages = max_pages
        self._page_size = 0
        # The hash of each page's keys, and the total when it was read last.
        self._seen: dict[int, int | None] = {}
        self._repeats = 0
        self._recent = RecentKeys(max_keys)
        self._is_skipping = False

    def pages_to_fetch(self, window: int) -> range:
        """
        Return the numbers of the pages to fetch now, the next one first.

        Only pages that the server has reported are fetched ahead.
        """
        first = self.next_page
        last = first if self.pages is None else min(first + window - 1, self.pages)
        return range(first, max(first, last) + 1)

    def is_stale(self, page: Page[T], *, fresh: bool) -> bool:
        """
        Return whether a page is older than the page before it: fetch it again.

        Args:
            page: The page.
            fresh: Whether it was requested after the page before it was accepted.
        """
        return not fresh and self.accepted > 0 and _shrank(self.total, page.total)

    def accept(self, page: Page[T], keys: tuple[Hashable, ...]) -> Sequence[int]:
        """
        Advance past a page, and return the indexes of its items to yield.

        Args:
            page: The page, which is not stale.
            keys: What identifies each of its items.

        Raises:
            PaginationError: The server repeats a page, or the list does not end.
        """
        self._check_progress(page, keys)
        self.at_end = page.is_last
        self._page_size = self._page_size or len(page.items)
        # Items added at the head since the page before pushed as many onto this one.
        lead = self.carry_over + _growth(self.total, page.total)
        if self._first_total is None:
            self._first_total = page.total
        skip = max(self._count_before_start(page), self._count_forgotten(keys, lead))
        self.drift = (
            self.drift or self._shows_drift(page) or self._lacks_repeats(keys, skip)
        )
        self._is_skipping = skip == len(keys) > 0
        self.carry_over = max(0, lead - len(keys))
        self.accepted += 1
        self.next_page = page.page + 1
        self.total = page.total
        self.pages = page.pages
        # Without a total there is no counting, and any item may come again.
        new = self._recent.add(keys[skip:], may_forget=page.total is not None)
        return [index + skip for index in new] if skip else new

    def _check_progress(self, page: Page[T], keys: tuple[Hashable, ...]) -> None:
        if self.accepted >= self._max_pages:
            msg = f"the list does not end after {self.accepted:,} pages"
            raise self._error(msg)
        if len(keys) > _MAX_ITEMS:
            msg = f"page {page.page} has {len(keys):,} items, far more than requested"
            raise self._error(msg)
        content = hash(keys)
        is_repeated = content in self._seen
        is_same = is_repeated and self._seen[content] == page.total
        self._count_repeats(page, is_repeated=is_repeated)
        if is_same or self._repeats > _most_repeats(len(keys)):
            what = "repeats an earlier page" if keys else "is the second empty page"
            msg = f"page {page.page} {what}, but the list goes on"
            raise self._error(msg)
        self._seen[content] = page.total

    def _count_repeats(self, page: Page[T], *, is_repeated: bool) -> None:
        """Count the repeated pages in a row for which the total had to move."""
        if not is_repeated:
            self._repeats = 0
        elif page.total != self.total:
            self._repeats += 1

    def _count_before_start(self, page: Page[T]) -> int:
        """
        Return the number of items of a page that precede the start position.

        They are new, or were yielded before the position was saved. Items yielded by
        this reading are recognised by their key instead, so that growth elsewhere than
        at the head hides nothing.
        """
        growth = _growth(self._first_total, page.total)
        read = (page.page - self._start.page) * self._page_size
        return min(max(0, self._start.offset + growth - read), len(page.items))

    def _count_forgotten(self, keys: tuple[Hashable, ...], lead: int) -> int:
        """
        Return the number of leading items that were read before the remembered ones.

        They cannot be recognised, only counted.
        """
        forgotten = lead - len(self._recent) if self._recent.has_forgotten else 0
        return min(max(0, forgotten), len(keys))

    def _lacks_repeats(self, keys: tuple[Hashable, ...], skip: int) -> bool:
        """
        Return whether an item that was not read follows those that are skipped unseen.

        Right behind them come items that this reading has yielded, if it has yielded
        any; otherwise the count was wrong, and unread items were skipped.
        """
        behind = keys[skip : skip + 1]
        if not behind or not (skip or self._is_skipping) or not len(self._recent):
            return False
        return behind[0] not in self._recent

    def _shows_drift(self, page: Page[T]) -> bool:
        """Return whether growth at the head cannot explain the page."""
        if _shrank(self.total, page.total):
            return True
        if not self.at_end:
            return len(page.items) < self._page_size
        # The length of a full page is known only from an earlier one.
        is_size_known = self.accepted > 0 or page.page == 1
        reached = (page.page - 1) * self._page_size + len(page.items)
        return is_size_known and _shrank(page.total, reached)

    def _error(self, message: str) -> PaginationError:
        return PaginationError(
            message, method="GET", path=self._path, page=self.next_page
        )


def _most_repeats(size: int) -> int:
    """Return how many pages of this size may repeat in a row while the total moves."""
    return max(_MAX_REPEATS, _MAX_REPEATED_ITEMS // (size or _MAX_REPEATED_ITEMS))


def _growth(before: int | None, now: int | None) -> int:
    return 0 if before is None or now is None else max(0, now - before)


def _shrank(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now < before
