"""One account within a stream over many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, Self, TypeVar

from gradient_async.accounts.reports import AccountReport, ReportState
from gradient_async.errors import AuthenticationError, GradientError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """What a stream reads from one account."""

    @property
    def has_items(self) -> bool:
        """Whether there is an item to take."""
        ...

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to be fetched."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether everything there is was fetched and taken; holds when closed, too."""
        ...

    @property
    def drift(self) -> bool:
        """Whether items may have been hidden."""
        ...

    async def advance(self) -> bool:
        """Fetch more if no items are left; return False at the end."""
        ...

    def peek(self) -> T_co | None:
        """Return the next item without taking it; None if it takes a request."""
        ...

    def take(self) -> T_co:
        """Take the item that `peek` returns."""
        ...

    def cancel(self) -> None:
        """Cancel pending requests; `advance` sends them again."""
        ...

    async def aclose(self) -> None:
        """Cancel pending requests, and wait until they have ended."""
        ...


class Lane(Generic[T]):
    """
    The progress of one account, with at most one `advance` running.

    Args:
        account: Name of the account.
        source: What to read from it.
    """

    def __init__(self, account: str, source: Source[T]) -> None:
        self.account = account
        self.source = source
        self.failure: BaseException | None = None
        """Why it ended early; None if it did not."""
        self._taken = 0
        self._has_read = False
        self._task: asyncio.Task[bool] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be fetched or taken."""
        return self.failure is not None or (
            self.source.at_end and not self.source.has_items
        )

    def take(self) -> T:
        """Take the next item, which must be there."""
        self._taken += 1
        return self.source.take()

    def fetch(self, on_done: Callable[[Self], None]) -> None:
        """Start fetching; call `on_done` after the end, unless it is cancelled."""
        self._task = task = asyncio.ensure_future(self.source.advance())

        def finish(done: asyncio.Task[bool]) -> None:
            if self._task is not done:
                return
            self._task = None
            if done.cancelled():
                self.failure = asyncio.CancelledError()
            elif (error := done.exception()) is not None:
                self.failure = name_account(error, self.account)
            else:
                self._has_read = True
            on_done(self)

        task.add_done_callback(finish)

    def cancel(self) -> None:
        """Cancel fetching."""
        task, self._task = self._task, None
        self.source.cancel()
        if task is not None and not task.get_loop().is_closed():
            task.cancel()

    async def aclose(self) -> None:
        """Cancel fetching, and wait until it has ended."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        # It waits for its requests, so it comes before the task, which cancels them.
        await self.source.aclose()
        if task is not None:
            await asyncio.wait({task})

    def report(self) -> AccountReport:
        """Return how far the account was read."""
        error = self.failure if isinstance(self.failure, GradientError) else None
        return AccountReport(
            account=self.account,
            state=self._state(error),
            items=self._taken,
            error=error,
            drift=self.source.drift,
        )

    def _state(self, error: GradientError | None) -> ReportState:
        if error is None:
            is_complete = self.failure is None and self.source.is_complete
            return ReportState.COMPLETE if is_complete else ReportState.UNFINISHED
        if self._has_read:
            return ReportState.PARTIAL
        # Without an attempt: it was refused on this side.
        is_refusal = isinstance(error, AuthenticationError) and not error.attempts
        return ReportState.SKIPPED if is_refusal else ReportState.FAILED


def name_account(error: BaseException, account: str) -> BaseException:
    """Put the account's name on an error that does not have it yet."""
    if isinstance(error, GradientError):
        return error.complete(account=account)
    error.add_note(f"account {account}")
    return error
