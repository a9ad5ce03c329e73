"""Read only part of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TypeVar

T = TypeVar("T")


async def take(stream: AsyncIterable[T], count: int) -> list[T]:
    """Return the first `count` items, leaving the `async for` by `break`."""
    items: list[T] = []
    async for item in stream:
        items.append(item)
        if len(items) == count:
            break
    return items
