"""Base classes of what is used with `async with` and `async for` only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NoReturn, Self


class AsyncCloseable(ABC):
    """What is closed at the end of an `async with` block."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close it; closing again does nothing."""

    async def __aenter__(self) -> Self:
        """Return itself, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.aclose()

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            """Raise TypeError that names the async form."""
            _refuse(self, "async with")

        # Never called; without it, `with` would not get as far as `__enter__`.
        __exit__ = __enter__


class AsyncOnlyIterable:
    """What is iterated over by `async for`."""

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            """Raise TypeError that names the async form."""
            _refuse(self, "async for")


def _refuse(used: object, form: str) -> NoReturn:
    msg = f"{type(used).__name__} is asynchronous: use `{form}`"
    raise TypeError(msg)
