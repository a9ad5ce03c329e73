"""The pages on their way: a few tasks, all of them gone when nobody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

import attrs

from gradient_async.paging.page import Page

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class FetchPage(Protocol[T_co]):
    """Fetch one page, by one call."""

    async def __call__(self, page: int, per_page: int, /) -> Page[T_co]:
        """Give the page of this number, counted from 1, at so many items a page."""
        ...


@attrs.frozen
class _Fetch(Generic[T]):
    task: asyncio.Task[Page[T]]
    taken: int
    """How many pages had been taken when this one was asked for."""


class Fetches(Generic[T]):
    """
    The pages that were asked for and not taken yet.

    The tasks know nothing of this object or of the paginator, so that both can go
    while a task runs, and take it with them.
    """

    def __init__(self, fetch: FetchPage[T], per_page: int) -> None:
        self._fetch = fetch
        self._per_page = per_page
        self._fetches: dict[int, _Fetch[T]] = {}

    def ask(self, pages: Iterable[int], *, taken: int) -> None:
        """Ask for the pages that were not asked for yet, all at once."""
        for page in pages:
            if page not in self._fetches:
                task = asyncio.ensure_future(self._fetch(page, self._per_page))
                task.add_done_callback(_mark_retrieved)
                self._fetches[page] = _Fetch(task, taken)

    async def get(self, page: int) -> tuple[Page[T], int] | None:
        """
        Wait for a page that was asked for; give it, and how many were taken then.

        None means that somebody called `cancel` meanwhile. Whatever the outcome, the
        page can be asked for again afterwards. If the caller is cancelled, the page
        stays on its way.
        """
        fetch = self._fetches[page]
        await asyncio.wait({fetch.task})
        if self._fetches.get(page) is not fetch:
            return None
        del self._fetches[page]
        return fetch.task.result(), fetch.taken

    def cancel(self) -> None:
        """Cancel what is on its way; what has arrived stays."""
        for page, fetch in list(self._fetches.items()):
            if not fetch.task.done() and not fetch.task.get_loop().is_closed():
                del self._fetches[page]
                fetch.task.cancel()

    async def aclose(self) -> None:
        """Cancel what is on its way, and wait until it is gone."""
        tasks = [fetch.task for fetch in self._fetches.values()]
        self._fetches.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _mark_retrieved(task: asyncio.Task[Page[T]]) -> None:
    """Keep asyncio from complaining about the error of a page nobody came for."""
    if not task.cancelled():
        task.exception()
