"""What an `async for` holds, so that leaving it can be noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Loop(Generic[T]):
    """
    One `async for`: the only thing that the loop holds, and drops when left.

    A `break` is not told to the iterator; that the loop lets go of it is. So what is
    on its way is cancelled then, even where the paginator itself lives on.
    """

    def __init__(
        self, step: Callable[[], Awaitable[T]], let_go: Callable[[], None]
    ) -> None:
        self._step = step
        self._let_go = let_go

    def __aiter__(self) -> AsyncIterator[T]:
        """Give itself: it is an iterator already."""
        return self

    def __anext__(self) -> Awaitable[T]:
        """Take the next step."""
        return self._step()

    def __del__(self) -> None:
        """Cancel what is on its way: nobody will ask for it in this loop."""
        self._let_go()
