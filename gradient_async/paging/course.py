"""
Decide how to read a list of many pages; nothing here fetches.

A list that only grows at its head pushes its items to later pages while it is read.
Reading forward one page at a time then repeats items but misses none. Pages that are
fetched ahead may be older than the one before them, and an item may slip through
between the two. The total gives it away: it names the moment at which a page was
read, so a page with a smaller total than its predecessor is read again. And how far
the total has grown since the start tells how many items are new: those are left out.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, Generic, TypeVar

from gradient_async.errors import PaginationError
from gradient_async.paging.page import Page, Position

T = TypeVar("T")

# 20 million items at 200 a page: no account's list, but an endless server's.
_MOST_PAGES: Final = 100_000


class Verdict(Enum):
    """What to do with a page that was read."""

    TAKE = auto()
    READ_AGAIN = auto()


class Course(Generic[T]):
    """
    How far a list was read, and what that says about the pages to come.

    `judge` each page in order, then `take` it.
    """

    def __init__(self, start: Position, *, most_pages: int = _MOST_PAGES) -> None:
        self.next_page: int = start.page
        """Number of the page to take next, counted from 1."""
        self.taken: int = 0
        """How many pages were taken."""
        self.total: int | None = start.total
        """Length of the list by the latest page taken."""
        self.pages: int | None = None
        """Number of pages by the latest page taken; None when it did not say."""
        self.drift: bool = False
        """Whether the list changed in a way that may hide items."""
        self.at_end: bool = False
        """Whether the last page was taken."""
        self.skip: int = 0
        """How many items at the front of the latest page are not to be given out."""
        self.behind: int = start.offset
        """How many items from the next page on were given out before, or are new."""
        self._start = start
        self._origin = start.total
        self._most_pages = most_pages
        self._size = 0
        self._taken_pages: set[int] = set()

    def ahead(self, window: int) -> range:
        """
        Give the numbers of the pages worth fetching now, the next one first.

        Pages are fetched ahead only where the server says that they exist.
        """
        first = self.next_page
        last = first if self.pages is None else min(first + window - 1, self.pages)
        return range(first, max(first, last) + 1)

    def judge(self, page: Page[T], keys: tuple[object, ...], *, fresh: bool) -> Verdict:
        """
        Say whether a page follows on the one taken before.

        `fresh` says that it was asked for after that one had been taken.

        Raises:
            PaginationError: The server repeats itself, or does not end.
        """
        shrunk = _less(page.total, self.total)
        if shrunk and self.taken and not fresh:
            return Verdict.READ_AGAIN
        if self.taken >= self._most_pages:
            msg = f"the list goes on after {self.taken:,} pages"
            raise PaginationError(msg, page=page.page)
        if _print(page, keys) in self._taken_pages:
            what = "repeats an earlier page" if keys else "is the second empty one"
            msg = f"page {page.page} {what}, and the list goes on"
            raise PaginationError(msg, page=page.page)
        return Verdict.TAKE

    def take(self, page: Page[T], keys: tuple[object, ...]) -> None:
        """Move on past a page."""
        self.at_end = _is_last(page)
        self._size = self._size or len(page.items)
        # What was added at the head since the page before pushed as many items here.
        lead = self.behind + _growth(self.total, page.total)
        self.behind = max(0, lead - len(page.items))
        self._origin = page.total if self._origin is None else self._origin
        self.skip = self._before_start(page)
        self.drift = self.drift or self._drifts(page)
        self.taken += 1
        self.next_page = page.page + 1
        self.total = page.total
        self.pages = page.pages
        self._taken_pages.add(_print(page, keys))

    def _before_start(self, page: Page[T]) -> int:
        """
        Count the items of a page that stand before the start.

        They were added since, or given out before the position was noted. What this
        reading gave out itself is told by its key, for growth elsewhere than at the
        head must hide nothing.
        """
        growth = _growth(self._origin, page.total)
        read = (page.page - self._start.page) * self._size
        return min(max(0, self._start.offset + growth - read), len(page.items))

    def _drifts(self, page: Page[T]) -> bool:
        """Find what growth at the head cannot explain."""
        if _less(page.total, self.total):
            return True
        if not self.at_end:
            return len(page.items) < self._size
        # Only a page before this one, if any, tells how long full pages are.
        is_size_known = self.taken > 0 or page.page == 1
        reached = (page.page - 1) * self._size + len(page.items)
        return is_size_known and _less(reached, page.total)


def _is_last(page: Page[T]) -> bool:
    """Believe the count of pages; without one, the link or an empty page."""
    if page.pages is not None:
        return page.page >= page.pages
    return not page.has_next or not page.items


def _print(page: Page[T], keys: tuple[object, ...]) -> int:
    """
    Give a page's fingerprint.

    The total belongs to it: growth by just one page's length repeats a page rightly.
    """
    return hash((page.total, keys))


def _growth(before: int | None, now: int | None) -> int:
    return 0 if before is None or now is None else max(0, now - before)


def _less(now: int | None, before: int | None) -> bool:
    return now is not None and before is not None and now < before
