"""What every list takes."""

from __future__ import annotations

from typing import TypedDict

from gradient_async.paging.page import Position


class Paging(TypedDict, total=False):
    """The keyword arguments that every list takes."""

    max_items: int | None
    """Maximum number of items to yield; None, the default, means all."""
    per_page: int | None
    """Items per request, 1 to 200; None, the default, means 200 or `start`'s."""
    prefetch: int
    """Number of pages to request at a time, 4 by default; 1 reads one by one."""
    start: Position | None
    """Position to resume from, a `Paginator.position`; None means the beginning."""
