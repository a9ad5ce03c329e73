"""Read a list page by page; what iterating over it is built on."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from operator import length_hint
from typing import Final, Generic, TypeVar

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError
from gradient_async.paging.page import MAX_PER_PAGE, Page, Position
from gradient_async.paging.page_tracker import PageTracker
from gradient_async.paging.prefetch_buffer import FetchPage, PrefetchBuffer
from gradient_async.stops import stop_error

T = TypeVar("T")

PREFETCH: Final = 4
"""Default number of pages requested at a time."""


class ListReader(Generic[T]):
    """
    A list that is being read: `advance` fetches a page, `items` yields what is on it.

    Args:
        fetch: Fetches one page.
        path: Path of the list, for errors.
        keys: Returns what identifies each of several items.
        keep: Returns whether an item is wanted; None wants all.
        max_items: See `Paging`, like the following ones.
        per_page: Number of items per page.
        prefetch: Number of pages requested at a time.
        start: Position to begin at.

    Raises:
        ConfigurationError: An option is out of range.
    """

    def __init__(
        self,
        fetch: FetchPage[T],
        *,
        path: str,
        keys: Callable[[Sequence[T]], tuple[Hashable, ...]],
        keep: Callable[[T], bool] | None = None,
        max_items: int | None = None,
        per_page: int | None = None,
        prefetch: int = PREFETCH,
        start: Position | None = None,
    ) -> None:
        start = Position() if start is None else start
        check_instance("start", start, Position)
        self._given_per_page = per_page
        per_page = _page_size(per_page, start)
        check_int("prefetch", prefetch, minimum=1)
        check_max_items(max_items)
        self.path: str = path
        """Path of the list."""
        self.page: Page[T] | None = None
        """The current page; None before the first one."""
        self.items: Iterator[T] = iter(())
        """The items of the current page that are still to be taken."""
        self._fetch = fetch
        self._keys = keys
        self._keep = keep
        self._max_items = max_items
        self._start = attrs.evolve(start, per_page=per_page)
        self._per_page = per_page
        self._prefetch = prefetch
        self._tracker = PageTracker[T](start, path=path)
        self._buffer = PrefetchBuffer(fetch, per_page)
        self._lock = asyncio.Lock()
        self._left = math.inf if max_items is None else max_items
        # Of the items of the current page that are to be taken.
        self._indexes: Sequence[int] = ()
        self._is_cut = False
        self._waiting = 0
        self._closed_at: Position | None = None
        self._was_complete = False

    def restart(self, *, start: Position | None, prefetch: int) -> ListReader[T]:
        """Return a reader for the same items of the same list, not begun."""
        return ListReader(
            self._fetch,
            path=self.path,
            keys=self._keys,
            keep=self._keep,
            max_items=self._max_items,
            per_page=self._given_per_page,
            prefetch=prefetch,
            start=self._start if start is None else start,
        )

    @property
    def drift(self) -> bool:
        """Whether the list changed in a way that may have hidden items."""
        return self._tracker.drift

    @property
    def at_end(self) -> bool:
        """Whether no page is left to be fetched."""
        is_closed = self._closed_at is not None
        return is_closed or self._left <= 0 or self._tracker.at_end

    @property
    def is_complete(self) -> bool:
        """Whether every item of the list was taken; `max_items` may prevent it."""
        if self._closed_at is not None:
            return self._was_complete
        return self._tracker.at_end and not self._is_cut and not length_hint(self.items)

    @property
    def position(self) -> Position:
        """The position right after the latest item taken."""
        page = self.page
        if self._closed_at is not None:
            return self._closed_at
        if page is None:
            return self._start
        number, offset = page.page, self._offset()
        if offset >= len(page.items):
            number, offset = page.page + 1, self._tracker.carry_over
        return Position(
            page=number, offset=offset, total=page.total, per_page=self._per_page
        )

    def _offset(self) -> int:
        """Return the index in the current page from which to go on."""
        unread = length_hint(self.items)
        if unread:
            return self._indexes[-unread]
        # Unless `max_items` ended the page early, nothing further on it is wanted.
        return sys.maxsize if self._left > 0 else self._indexes[-1] + 1

    def peek(self) -> T | None:
        """Return the next item without taking it; None if it takes a request."""
        return next(copy(self.items), None)

    async def advance(self) -> bool:
        """
        Fetch the next page if the current one is used up; return False at the end.

        If it fails, the next call fetches the page again.

        Raises:
            GradientError: The page could not be fetched or does not fit.
        """
        self._waiting += 1
        try:
            async with self._lock:
                if length_hint(self.items):
                    # Some are left, or another task advanced while this one waited.
                    return True
                return not self.at_end and await self._read_page()
        except StopAsyncIteration as stop:
            raise stop_error(stop) from stop
        finally:
            self._waiting -= 1

    async def first_page(self) -> Page[T]:
        """Fetch the first page alone, with the items to take from it."""
        page = (await self._fetch(self._start.page, self._per_page))()
        tracker = PageTracker[T](self._start, path=self.path)
        indexes = tracker.accept(page, self._keys(page.items))
        indexes = self._select(page, indexes)[: self._max_items]
        return attrs.evolve(page, items=tuple(page.items[index] for index in indexes))

    def cancel(self) -> None:
        """Cancel pending requests; the next call of `advance` sends them again."""
        self._buffer.cancel()

    def leave(self) -> None:
        """Cancel pending requests, unless another task waits for a page."""
        if not self._waiting:
            self.cancel()

    async def aclose(self) -> None:
        """Cancel pending requests and end the list; closing again is fine."""
        self._was_complete, self._closed_at = self.is_complete, self.position
        self.items = iter(())
        await self._buffer.aclose()

    async def _read_page(self) -> bool:
        """
        Fetch the next page, again while it is older than the page before it.

        Returns False if the reader was closed.
        """
        tracker = self._tracker
        while self._closed_at is None:
            window = tracker.pages_to_fetch(self._window())
            self._buffer.request(window, accepted=tracker.accepted)
            result = await self._buffer.result(tracker.next_page)
            if result is None:
                continue
            decode, accepted = result
            page = decode()
            if not tracker.is_stale(page, fresh=accepted == tracker.accepted):
                self._open(page, tracker.accept(page, self._keys(page.items)))
                return True
        return False

    def _open(self, page: Page[T], indexes: Sequence[int]) -> None:
        """Make a page the current one, with the items of these indexes to take."""
        indexes = self._select(page, indexes)
        if len(indexes) > self._left:
            indexes = indexes[: int(self._left)]
            self._is_cut = True
        self._left -= len(indexes)
        self.page, self._indexes = page, indexes
        if len(indexes) == len(page.items):
            self.items = iter(page.items)
        else:
            self.items = iter([page.items[index] for index in indexes])

    def _select(self, page: Page[T], indexes: Sequence[int]) -> Sequence[int]:
        """Return the indexes whose items pass the filter."""
        if self._keep is None:
            return indexes
        return [index for index in indexes if self._keep(page.items[index])]

    def _window(self) -> int:
        """Return the number of pages to prefetch, no more than `max_items` needs."""
        if self._keep is not None or self._left == math.inf:
            return self._prefetch
        return min(self._prefetch, math.ceil(self._left / self._per_page))


def _page_size(per_page: int | None, start: Position) -> int:
    """Return the items per page; a position is valid for its own page size only."""
    if per_page is None:
        return start.per_page or MAX_PER_PAGE
    check_int("per_page", per_page, minimum=1, maximum=MAX_PER_PAGE)
    if start.per_page not in {None, per_page}:
        msg = f"start is a position in pages of {start.per_page}, not of {per_page}"
        raise ConfigurationError(msg)
    return per_page


def check_max_items(max_items: int | None) -> None:
    """
    Raise unless it is None or a number from 0.

    Raises:
        ConfigurationError: It is not.
    """
    if max_items is not None:
        check_int("max_items", max_items, minimum=0)
