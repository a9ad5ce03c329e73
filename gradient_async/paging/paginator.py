"""Iterate over a list of several pages, fetching some ahead."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import (
    AsyncIterator,
    Callable,
    Generator,
    Hashable,
    Iterator,
    Sequence,
)
from operator import length_hint
from typing import TYPE_CHECKING, Final, Generic, NoReturn, Self, TypeVar

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError
from gradient_async.paging.page import MAX_PER_PAGE, Page, Position
from gradient_async.paging.page_iteration import PageIteration
from gradient_async.paging.page_tracker import PageTracker
from gradient_async.paging.prefetch_buffer import FetchPage, PrefetchBuffer

T = TypeVar("T")

PREFETCH: Final = 4
"""Default number of pages requested at a time."""


class Paginator(Generic[T]):
    """
    A list that spans several pages.

        async for item in paginator: ...          every item, page after page
        async for page in paginator.pages(): ...  the same, page by page
        await paginator.collect(max_items=10)     the first ten as a list
        await paginator                           only the first page

    No request is sent before the first item is needed. The first page is fetched
    alone; from the second on, up to `prefetch` pages are requested at a time, and no
    more until the loop has reached the oldest of them. Leaving the loop, also by
    `break`, cancels pending requests.

    No item is yielded twice. A list that only grows at its head is read exactly,
    whatever the prefetch: each item that it had when the first page was read is
    yielded once, in order, and items added since are not. Other changes may hide
    items, see `drift`; if they repeat one after more than 10,000 others, it may be
    yielded again.

    A page that fails raises after the items before it; iterate on to fetch it again.
    Several tasks may share one paginator: each item goes to one of them.
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
        self._page: Page[T] | None = None
        self._path = path
        start = Position() if start is None else start
        check_instance("start", start, Position)
        per_page = _page_size(per_page, start)
        check_int("prefetch", prefetch, minimum=1)
        _check_max_items(max_items)
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
        # Of the current page: the indexes of the items to yield, and those items.
        self._indexes: Sequence[int] = ()
        self._items: Iterator[T] = iter(())
        self._closed_at: Position | None = None

    @property
    def total(self) -> int | None:
        """Length of the list as of the latest page; None before it, or if unknown."""
        return None if self._page is None else self._page.total

    @property
    def pages_total(self) -> int | None:
        """Number of pages as of the latest page; None before it, or if unknown."""
        return None if self._page is None else self._page.pages

    @property
    def drift(self) -> bool:
        """Whether the list changed in a way that may have hidden items."""
        return self._tracker.drift

    @property
    def position(self) -> Position:
        """The position right after the latest item; pass it as `start=` to resume."""
        page = self._page
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
        unread = length_hint(self._items)
        if unread:
            return self._indexes[-unread]
        # Unless `max_items` ended the page early, nothing further on it is wanted.
        return sys.maxsize if self._left > 0 else self._indexes[-1] + 1

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate from where the last iteration stopped."""
        return PageIteration(self.__anext__, self._buffer.cancel)

    async def __anext__(self) -> T:
        """Return the next item, fetching its page if necessary."""
        # The common case comes first: nothing else is as frequent in this package.
        for item in self._items:
            return item
        while await self._advance():
            for item in self._items:
                return item
        raise StopAsyncIteration

    def pages(self) -> AsyncIterator[Page[T]]:
        """
        Iterate over pages instead of items, from where the last iteration stopped.

        Their items are those that iterating would yield: none twice, and filtered.
        """
        return PageIteration(self._next_page, self._buffer.cancel)

    async def _next_page(self) -> Page[T]:
        if not await self._advance():
            raise StopAsyncIteration
        assert self._page is not None
        items = tuple(self._items)
        if len(items) == len(self._page.items):
            return self._page
        return attrs.evolve(self._page, items=items)

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """
        Return the remaining items, or the first `max_items` of them, as a list.

        If a page fails, the items collected so far are lost; iterate to keep them.

        Raises:
            ConfigurationError: `max_items` is below 0.
            GradientError: A page could not be fetched.
        """
        _check_max_items(max_items)
        items: list[T] = []
        if max_items == 0:
            return items
        async for item in self:
            items.append(item)
            if len(items) == max_items:
                break
        return items

    def __await__(self) -> Generator[object, None, Page[T]]:
        """Fetch only the first page, as iterating would yield it, without advancing."""
        return self._first_page().__await__()

    async def _first_page(self) -> Page[T]:
        page = (await self._fetch(self._start.page, self._per_page))()
        indexes = PageTracker[T](self._start).accept(page, self._keys(page.items))
        indexes = self._select(page, indexes)[: self._max_items]
        return attrs.evolve(page, items=tuple(page.items[index] for index in indexes))

    async def aclose(self) -> None:
        """Cancel pending requests and end the iteration; closing again is fine."""
        self._closed_at = self.position
        self._items = iter(())
        await self._buffer.aclose()

    async def __aenter__(self) -> Self:
        """Return the paginator, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the paginator."""
        await self.aclose()

    def __del__(self) -> None:
        """Cancel requests that `anext` alone left pending."""
        if hasattr(self, "_buffer"):
            self._buffer.cancel()

    def __repr__(self) -> str:
        """Return the path and the progress."""
        if self._page is None:
            return f"<Paginator {self._path}, not started>"
        pages = "?" if self._page.pages is None else self._page.pages
        return f"<Paginator {self._path}, page {self._page.page} of {pages}>"

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            """Raise TypeError that names the async form."""
            msg = "a Paginator is asynchronous: use `async for`"
            raise TypeError(msg)

    async def _advance(self) -> bool:
        """Make the next page the current one; return False at the end."""
        async with self._lock:
            if length_hint(self._items):
                # Some are left, or another task advanced while this one waited.
                return True
            if self._left <= 0 or self._tracker.at_end:
                return False
            return await self._read_page()

    async def _read_page(self) -> bool:
        """
        Fetch the next page, again while it is older than the page before it.

        Returns False if the paginator was closed.
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
        """Make a page the current one, with the items of these indexes to yield."""
        indexes = self._select(page, indexes)
        if len(indexes) > self._left:
            indexes = indexes[: int(self._left)]
        self._left -= len(indexes)
        self._page, self._indexes = page, indexes
        if len(indexes) == len(page.items):
            self._items = iter(page.items)
        else:
            self._items = iter([page.items[index] for index in indexes])

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


def _check_max_items(max_items: int | None) -> None:
    if max_items is not None:
        check_int("max_items", max_items, minimum=0)
