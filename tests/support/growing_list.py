"""A list that grows at its head while it is read, one page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gradient_async import Page


class GrowingList:
    """
    Numbers, newest (highest) first, served as pages.

    `before_reading` is called before the server reads a page and returns the number of
    items to add first. `delay` returns the seconds that each way takes, so that pages
    may arrive in another order than they were read. `requested_pages` has the numbers
    of the pages, in the order of the requests.
    """

    def __init__(
        self,
        length: int,
        *,
        before_reading: Callable[[], int] = lambda: 0,
        delay: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.items = list(range(length, 0, -1))
        self.before_reading = before_reading
        self.delay = delay
        self.requested_pages: list[int] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def fetch(self, page: int, per_page: int) -> Page[int]:
        """Return a page as the API would."""
        self.requested_pages.append(page)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.delay())
            response = self._read(page, per_page)
            await asyncio.sleep(self.delay())
        finally:
            self.in_flight -= 1
        return response

    def add(self, count: int) -> None:
        """Add new items at the head."""
        for _ in range(count):
            self.items.insert(0, len(self.items) + 1)

    def _read(self, page: int, per_page: int) -> Page[int]:
        self.add(self.before_reading())
        total = len(self.items)
        first = (page - 1) * per_page
        return Page(
            items=tuple(self.items[first : first + per_page]),
            page=page,
            pages=-(-total // per_page),
            total=total,
            has_next=first + per_page < total,
        )
