"""Leave a stream in the middle, as people do."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TypeVar

T = TypeVar("T")


async def take(stream: AsyncIterable[T], count: int) -> list[T]:
    """Iterate with `async for` and `break` after so many items, or at the end."""
    items: list[T] = []
    async for item in stream:
        items.append(item)
        if len(items) == count:
            break
    return items
