"""What listeners and consumers have in common: they read on when the tail says so."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from gradient_async.asynchronous import AsyncCloseable, AsyncOnlyIterable
from gradient_async.loops import LoopHome
from gradient_async.paging.page_iteration import PageIteration
from gradient_async.shared.log.tail import LogTail

T = TypeVar("T")


class TailIterator(AsyncCloseable, AsyncOnlyIterable, Generic[T]):
    """
    An async iterator that the tail of the log wakes while it is iterated.

    Leaving the loop, also by `break`, ends it.

    Args:
        tail: Wakes it when there may be more to read.
    """

    def __init__(self, tail: LogTail) -> None:
        self._tail = tail
        self._ready = deque[T]()
        self._woken = asyncio.Event()
        self._home: LoopHome | None = None
        self._is_over = False

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate until the loop is left."""
        return PageIteration(self.__anext__, self._end)

    async def __anext__(self) -> T:
        """Return the next item, once there is one."""
        if self._home is None and not self._is_over:
            self._begin()
        while not self._ready:
            if self._is_over:
                raise StopAsyncIteration
            await self._fetch()
        return self._ready.popleft()

    @abstractmethod
    async def _fetch(self) -> None:
        """Fetch items; if there are none, wait until there may be some."""

    def _begin(self) -> None:
        self._tail.join(self._woken)
        self._home = LoopHome.current()

    def _end(self) -> None:
        self._is_over = True
        self._ready.clear()
        if self._home is not None:
            self._home = None
            self._tail.leave(self._woken)

    async def aclose(self) -> None:
        """End iterating; ending again is fine."""
        self._end()

    def __del__(self) -> None:
        """End iterating that `anext` alone began."""
        if self._home is not None:
            self._home.run(self._end)
