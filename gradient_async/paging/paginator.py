"""Iterate over a list of several pages, fetching some ahead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import Generic, TypeVar

import attrs

from gradient_async.asynchronous import AsyncCloseable, AsyncOnlyIterable
from gradient_async.paging.list_reader import ListReader, check_max_items
from gradient_async.paging.page import Page, Position
from gradient_async.paging.page_iteration import PageIteration

T = TypeVar("T")


class Paginator(AsyncCloseable, AsyncOnlyIterable, Generic[T]):
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

    def __init__(self, reader: ListReader[T]) -> None:
        self._reader = reader

    @property
    def reader(self) -> ListReader[T]:
        """What fetches the pages and holds the progress, for those who build on it."""
        return self._reader

    @property
    def total(self) -> int | None:
        """Length of the list as of the latest page; None before it, or if unknown."""
        page = self._reader.page
        return None if page is None else page.total

    @property
    def pages_total(self) -> int | None:
        """Number of pages as of the latest page; None before it, or if unknown."""
        page = self._reader.page
        return None if page is None else page.pages

    @property
    def drift(self) -> bool:
        """Whether the list changed in a way that may have hidden items."""
        return self._reader.drift

    @property
    def position(self) -> Position:
        """The position right after the latest item; pass it as `start=` to resume."""
        return self._reader.position

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate from where the last iteration stopped."""
        return PageIteration(self.__anext__, self._reader.cancel)

    async def __anext__(self) -> T:
        """Return the next item, fetching its page if necessary."""
        # The common case comes first: nothing else is as frequent in this package.
        for item in self._reader.items:
            return item
        while await self._reader.advance():
            for item in self._reader.items:
                return item
        raise StopAsyncIteration

    def pages(self) -> AsyncIterator[Page[T]]:
        """
        Iterate over pages instead of items, from where the last iteration stopped.

        Their items are those that iterating would yield: none twice, and filtered.
        """
        return PageIteration(self._next_page, self._reader.cancel)

    async def _next_page(self) -> Page[T]:
        if not await self._reader.advance():
            raise StopAsyncIteration
        page, items = self._reader.page, tuple(self._reader.items)
        assert page is not None
        return (
            page if len(items) == len(page.items) else attrs.evolve(page, items=items)
        )

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """
        Return the remaining items, or the first `max_items` of them, as a list.

        If a page fails, the items collected so far are lost; iterate to keep them.

        Raises:
            ConfigurationError: `max_items` is below 0.
            GradientError: A page could not be fetched.
        """
        check_max_items(max_items)
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
        return self._reader.first_page().__await__()

    async def aclose(self) -> None:
        """Cancel pending requests and end the iteration; closing again is fine."""
        await self._reader.aclose()

    def __del__(self) -> None:
        """Cancel requests that `anext` alone left pending."""
        self._reader.cancel()

    def __repr__(self) -> str:
        """Return the path and the progress."""
        path, page = self._reader.path, self._reader.page
        if page is None:
            return f"<Paginator {path}, not started>"
        pages = "?" if page.pages is None else page.pages
        return f"<Paginator {path}, page {page.page} of {pages}>"
