"""Detect when an `async for` loop is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from gradient_async.loops import LoopHome

T = TypeVar("T")


class PageIteration(Generic[T]):
    """
    Iterator of one `async for` loop, which holds the only reference to it.

    Python does not notify an iterator of a `break`, but the loop drops its reference.
    Pending fetches are cancelled then, even if the paginator itself is kept; those that
    another loop waits for are not.
    """

    def __init__(
        self, step: Callable[[], Awaitable[T]], on_exit: Callable[[], None]
    ) -> None:
        self._step = step
        self._on_exit = on_exit
        self._home: LoopHome | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        """Return itself."""
        return self

    def __anext__(self) -> Awaitable[T]:
        """Return the next item or page."""
        if self._home is None:
            self._home = LoopHome.current()
        return self._step()

    def __del__(self) -> None:
        """Cancel pending fetches."""
        if self._home is not None:
            self._home.run(self._on_exit)
