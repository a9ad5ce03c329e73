"""Reading part of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.support.streams import take


async def test_take_stops_at_the_end() -> None:
    """A stream that ends early yields all its items."""

    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [1] == await take(two(), 1)
    assert [1, 2] == await take(two(), 3)
