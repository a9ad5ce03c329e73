"""Iterate over a list of many pages, fetching some ahead."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, NoReturn, Self, TypeVar

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError, PaginationError
from gradient_async.paging.course import Course, Verdict
from gradient_async.paging.fetches import Fetches, FetchPage
from gradient_async.paging.loop import Loop
from gradient_async.paging.page import MOST_PER_PAGE, Page, Position

T = TypeVar("T")

PREFETCH: Final = 4
"""Pages asked for at once by default."""


class Paginator(Generic[T]):
    """
    A list longer than one answer.

        async for item in paginator: ...          every item, page after page
        async for page in paginator.pages(): ...  the same, a page at a time
        await paginator.collect(max_items=10)     the first ten as a list
        await paginator                           the first page alone

    Nothing is sent before the first item is asked for. The first page is fetched
    alone; from the second on, up to `prefetch` pages are asked for at once, and no
    more until the oldest of them was given out. Leaving the loop, by `break` too,
    cancels what is on its way.

    No item is given out twice. A list that only grows at its head is read exactly,
    whatever the prefetch: each item it had when the first page was read comes once,
    in order; what is added meanwhile is left out. Other changes may hide items;
    `drift` tells.

    A page that fails raises after the items before it; iterate on, and it is asked
    for again. Several tasks may share one paginator: each item goes to one of them.
    """

    def __init__(
        self,
        fetch: FetchPage[T],
        *,
        path: str,
        key: Callable[[T], object],
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
        self._key = key
        self._keep = keep
        self._max_items = self._left = max_items
        self._start = attrs.evolve(start, per_page=per_page)
        self._per_page = per_page
        self._prefetch = prefetch
        self._course = Course[T](start)
        self._fetches = Fetches(fetch, per_page)
        self._turning = asyncio.Lock()
        self._offset = 0
        self._seen: set[object] = set()
        self._is_closed = False

    @property
    def total(self) -> int | None:
        """Length of the list by the latest page; None before, or when not told."""
        return None if self._page is None else self._page.total

    @property
    def pages_total(self) -> int | None:
        """Number of pages by the latest page; None before, or when not told."""
        return None if self._page is None else self._page.pages

    @property
    def drift(self) -> bool:
        """Whether the list changed meanwhile in a way that may have hidden items."""
        return self._course.drift

    @property
    def position(self) -> Position:
        """The place right after the latest item, to be kept and given as `start=`."""
        if self._page is None:
            return self._start
        is_through = self._offset >= len(self._page.items)
        return Position(
            page=self._page.page + is_through,
            offset=self._course.behind if is_through else self._offset,
            total=self._page.total,
            per_page=self._per_page,
        )

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate from where the last iteration stopped."""
        return Loop(self.__anext__, self._fetches.cancel)

    async def __anext__(self) -> T:
        """Give the next item; fetch its page if it is not here yet."""
        while self._left != 0 and not self._is_closed:
            for item in self._rest():
                return item
            if not await self._turn_page():
                break
        raise StopAsyncIteration

    def pages(self) -> AsyncIterator[Page[T]]:
        """
        Iterate over pages instead of items, from where the last iteration stopped.

        They hold the items that iterating would give: none twice, filters applied.
        """
        return Loop(self._next_page, self._fetches.cancel)

    async def _next_page(self) -> Page[T]:
        is_over = self._left == 0 or self._is_closed
        if is_over or not await self._turn_page():
            raise StopAsyncIteration
        assert self._page is not None
        return attrs.evolve(self._page, items=tuple(self._rest()))

    async def collect(self, *, max_items: int | None = None) -> list[T]:
        """
        Give the items that are left, or the first so many of them, as a list.

        Where a page fails, the items collected before it are lost with the list;
        iterate yourself to keep them.

        Raises:
            ConfigurationError: `max_items` is below 0.
            GradientError: Whatever fetching a page may raise.
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
        """Fetch the first page alone, as iterating would give it, and stay put."""
        return self._first_page().__await__()

    async def _first_page(self) -> Page[T]:
        page = await self._fetch(self._start.page, self._per_page)
        course = Course[T](self._start)
        course.take(page, ())
        items = page.items[course.skip :]
        kept = filter(self._keep, items) if self._keep else iter(items)
        return attrs.evolve(page, items=tuple(itertools.islice(kept, self._max_items)))

    async def aclose(self) -> None:
        """Cancel what is on its way and end the iteration; twice is fine."""
        self._is_closed = True
        await self._fetches.aclose()

    async def __aenter__(self) -> Self:
        """Give the paginator itself, to be closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the paginator."""
        await self.aclose()

    def __del__(self) -> None:
        """Cancel what `anext` alone left on its way."""
        if hasattr(self, "_fetches"):
            self._fetches.cancel()

    def __repr__(self) -> str:
        """Show how far it has come."""
        if self._page is None:
            return f"<Paginator {self._path}, not begun>"
        pages = "?" if self._page.pages is None else self._page.pages
        return f"<Paginator {self._path}, page {self._page.page} of {pages}>"

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            """Point to the async form."""
            msg = "a Paginator is asynchronous: use `async for`"
            raise TypeError(msg)

    def _rest(self) -> Iterator[T]:
        """Give what is wanted of the page at hand, moving past each item."""
        page = self._page
        while page and self._offset < len(page.items) and self._left != 0:
            item = page.items[self._offset]
            self._offset += 1
            if self._is_wanted(item):
                yield item

    def _is_wanted(self, item: T) -> bool:
        """Tell whether to give an item out, and count it if so."""
        key = self._key(item)
        if key in self._seen:
            return False
        self._seen.add(key)
        if self._keep is not None and not self._keep(item):
            return False
        if self._left is not None:
            self._left -= 1
        return True

    async def _turn_page(self) -> bool:
        """Put the next page at hand; say whether there is anything to read."""
        async with self._turning:
            if self._is_closed or self._left == 0:
                return False
            if self._page and self._offset < len(self._page.items):
                # Another task turned it while this one waited.
                return True
            if self._course.at_end:
                return False
            page = await self._read()
            if page is None:
                return False
            self._page, self._offset = page, self._course.skip
            return True

    def _window(self) -> int:
        """Ask for no more pages ahead than the limit can need."""
        if self._left is None or self._keep is not None:
            return self._prefetch
        return min(self._prefetch, -(-self._left // self._per_page))

    async def _read(self) -> Page[T] | None:
        """
        Read the next page, again where it is older than the page before it.

        None means that the paginator was closed meanwhile.
        """
        course = self._course
        while not self._is_closed:
            self._fetches.ask(course.ahead(self._window()), taken=course.taken)
            got = await self._fetches.get(course.next_page)
            if got is None:
                continue
            page, taken = got
            keys = tuple(self._key(item) for item in page.items)
            try:
                verdict = course.judge(page, keys, fresh=taken == course.taken)
            except PaginationError as error:
                error.method, error.path = "GET", self._path
                raise
            if verdict is Verdict.TAKE:
                course.take(page, keys)
                return page
        return None


def _page_size(per_page: int | None, start: Position) -> int:
    """Agree on the items a page; a position counts in pages of its own size."""
    if per_page is None:
        return start.per_page or MOST_PER_PAGE
    check_int("per_page", per_page, minimum=1, maximum=MOST_PER_PAGE)
    if start.per_page not in {None, per_page}:
        msg = f"start is a position in pages of {start.per_page}, not of {per_page}"
        raise ConfigurationError(msg)
    return per_page


def _check_max_items(max_items: int | None) -> None:
    if max_items is not None:
        check_int("max_items", max_items, minimum=0)
