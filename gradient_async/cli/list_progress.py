"""Show in a terminal how far the lists of all accounts were read."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import attrs
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_count
from gradient_async.paging.page import MAX_PER_PAGE

T = TypeVar("T")

_SECONDS: Final = 0.25


@attrs.define
class PageCount:
    """
    How many items and pages of the lists were passed.

    A filter may have left out some of the items.
    """

    passed: int = 0
    """Number of items passed."""
    total: int = 0
    """Number of items of the lists that have begun, where it is known."""
    pages: int = 0
    """Number of pages passed."""
    _totals: dict[str, tuple[int, int]] = attrs.field(factory=dict)

    def update(self, position: accounts.StreamPosition) -> None:
        """Count again, up to a position."""
        self.passed = self.pages = 0
        for name, account in position.accounts.items():
            items, size = self._measure(name, account)
            self.passed += items
            self.pages += -(-items // size)
        self.total = sum(total for total, _ in self._totals.values())

    def _measure(self, name: str, account: accounts.AccountPosition) -> tuple[int, int]:
        """Return how many items of an account were passed, and those of a page."""
        place = account.position
        if place is None:
            # The end has no number; it is where the list was seen to end.
            return self._totals.get(name, (0, MAX_PER_PAGE))
        size = place.per_page or MAX_PER_PAGE
        items = (place.page - 1) * size + place.offset
        self._totals[name] = (max(items, place.total or 0), size)
        return items, size


@asynccontextmanager
async def show_progress(
    stream: accounts.AccountStream[T], count_rows: Callable[[], int]
) -> AsyncIterator[None]:
    """Show rows and pages on stderr while the block runs, if that is a terminal."""
    console = create_console(sys.stderr)
    if not console.is_terminal:
        yield
        return
    columns = BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    pages = PageCount()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("requesting the first page", total=None)

        def draw() -> None:
            pages.update(stream.position)
            rows = format_count(count_rows(), "row")
            progress.update(
                task,
                completed=pages.passed,
                total=pages.total or None,
                description=f"{rows}, {format_count(pages.pages, 'page')}",
                refresh=True,
            )

        ticker = asyncio.create_task(_repeat(draw))
        try:
            yield
        finally:
            ticker.cancel()
            draw()


async def _repeat(draw: Callable[[], None]) -> None:
    """Draw several times a second, until cancelled."""
    while True:
        await asyncio.sleep(_SECONDS)
        draw()
