"""
Fetch pages ahead in tasks, and cancel them when they are no longer needed.

A page waits here as it was received, unless it is large. It is decoded when its turn
comes: one decoded page at a time stays in the processor's cache, and takes a fraction
of the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeAlias, TypeVar

import attrs

from gradient_async.loops import LoopHome, finish
from gradient_async.paging.page import Page

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

DecodePage: TypeAlias = Callable[[], Page[T]]
"""Function that decodes a page that was received."""


class FetchPage(Protocol[T_co]):
    """Function that fetches one page with one call."""

    async def __call__(self, page: int, per_page: int, /) -> Callable[[], Page[T_co]]:
        """Fetch the page of this number, counted from 1, and of this size."""
        ...


@attrs.frozen
class _Fetch(Generic[T]):
    task: asyncio.Task[DecodePage[T]]
    accepted: int
    """Number of pages that had been accepted when this one was requested."""


class PrefetchBuffer(Generic[T]):
    """
    Pages that were requested and not accepted yet.

    The tasks hold no reference to this object or to the paginator, so that both can be
    garbage-collected while a task runs, which cancels it.
    """

    def __init__(self, fetch: FetchPage[T], per_page: int) -> None:
        self._fetch = fetch
        self._per_page = per_page
        self._fetches: dict[int, _Fetch[T]] = {}
        self._home: LoopHome | None = None

    def request(self, pages: Iterable[int], *, accepted: int) -> None:
        """Request the pages that were not requested yet, concurrently."""
        for page in pages:
            if page not in self._fetches:
                self._home = self._home or LoopHome.current()
                task = asyncio.ensure_future(self._fetch(page, self._per_page))
                task.add_done_callback(_mark_retrieved)
                self._fetches[page] = _Fetch(task, accepted)

    async def result(self, page: int) -> tuple[DecodePage[T], int] | None:
        """
        Wait for a requested page; return it with the pages accepted at its request.

        Returns None if `cancel` was called meanwhile. The page can be requested again
        afterwards, whatever the outcome. Cancelling the caller does not cancel it.
        """
        fetch = self._fetches[page]
        if not fetch.task.done():
            await asyncio.wait({fetch.task})
        if self._fetches.get(page) is not fetch:
            return None
        del self._fetches[page]
        return fetch.task.result(), fetch.accepted

    def cancel(self) -> None:
        """Cancel pending fetches; completed ones are kept. Finalizers call this."""
        if self._home is not None:
            self._home.run(self._cancel)

    def _cancel(self) -> None:
        for page, fetch in list(self._fetches.items()):
            if not fetch.task.done() and not fetch.task.get_loop().is_closed():
                del self._fetches[page]
                fetch.task.cancel()

    async def aclose(self) -> None:
        """Cancel all fetches, and wait until they have ended, also if cancelled."""
        tasks = [fetch.task for fetch in self._fetches.values()]
        self._fetches.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await finish(asyncio.wait(tasks))


def _mark_retrieved(task: asyncio.Task[DecodePage[T]]) -> None:
    """Keep asyncio from logging the error of a page that is never used."""
    if not task.cancelled():
        task.exception()
