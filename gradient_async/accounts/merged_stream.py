"""Read several accounts at once, as one async iterator."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar, get_args

import attrs

from gradient_async.accounts.errors import AccountsError
from gradient_async.accounts.lane import Lane
from gradient_async.accounts.merge import ArrivalMerge, Merge, NewestMerge, Order
from gradient_async.accounts.reactions import OnError, check_reaction
from gradient_async.accounts.reports import AccountReport
from gradient_async.asynchronous import AsyncCloseable, AsyncOnlyIterable
from gradient_async.checks import check_int, check_seconds
from gradient_async.errors import ConfigurationError, GradientError
from gradient_async.paging.page_iteration import PageIteration
from gradient_async.tick_limit import TickLimit

T = TypeVar("T")


class AccountItem(NamedTuple, Generic[T]):
    """An item, and the account that it comes from."""

    account: str
    """Name of the account."""
    item: T
    """The item."""


@attrs.frozen(kw_only=True)
class StreamOptions:
    """
    How to read several accounts.

    Raises:
        ConfigurationError: An option is invalid.
    """

    order: Order = "arrival"
    max_items: int | None = None
    """Number of items over all accounts; None reads all."""
    budget: float | None = None
    """Seconds from the first request until nothing more is fetched; None: no limit."""
    on_error: OnError = "finish"

    def __attrs_post_init__(self) -> None:
        """Check the options."""
        if self.order not in get_args(Order):
            msg = f"order must be 'arrival' or 'newest', got {self.order!r}"
            raise ConfigurationError(msg)
        if self.max_items is not None:
            check_int("max_items", self.max_items, minimum=0)
        if self.budget is not None:
            check_seconds("budget", self.budget)
        if not callable(self.on_error):
            check_reaction(self.on_error)


class MergedStream(AsyncCloseable, AsyncOnlyIterable, Generic[T]):
    """
    The items of several accounts as one async iterator. What follows holds for all.

        async for account, item in stream: ...

    Requests are sent only while iterating: for each account one page at a time, and
    the next one only once the loop has taken the items of the one before. Leaving the
    loop, also by `break`, cancels pending requests; a later loop goes on.

    An account that fails does not stop the others; after their items, an
    `AccountsError` names each failure, see `on_error`. `reports` has how far each
    account was read.
    """

    def __init__(self, lanes: Sequence[Lane[T]], options: StreamOptions) -> None:
        self._lanes = tuple(lanes)
        self._options = options
        self._merge: Merge[T] = (
            NewestMerge() if options.order == "newest" else ArrivalMerge()
        )
        self._left = options.max_items
        self._idle = deque(self._lanes)
        self._fetching: set[Lane[T]] = set()
        self._failed: deque[Lane[T]] = deque()
        self._errors: dict[str, GradientError] = {}
        self._deadline: float | None = None
        self._is_cut = False
        self._is_over = False
        self._woken = asyncio.Event()
        self._starts = TickLimit(self._woken.set)
        self._lock = asyncio.Lock()

    @property
    def reports(self) -> Mapping[str, AccountReport]:
        """How far each account was read so far, by its name."""
        return {lane.account: lane.report() for lane in self._lanes}

    @property
    def is_complete(self) -> bool:
        """Whether every account was read completely: what is missing does not exist."""
        return all(report.is_complete for report in self.reports.values())

    @property
    def errors(self) -> Mapping[str, GradientError]:
        """The error of each account that has failed so far, by its name."""
        reports = self.reports.values()
        return {it.account: it.error for it in reports if it.error is not None}

    @property
    def late(self) -> tuple[str, ...]:
        """
        The accounts whose items are missing because the budget was used up, sorted.

        Unlike an account that is `unfinished`, which may just not be needed any more.
        """
        return tuple(sorted(it.account for it in self._idle)) if self._is_cut else ()

    def to_dict(self) -> dict[str, object]:
        """
        Return what is missing, and why, as plain JSON values.

        `errors` has the error of each account that has failed, `late` the accounts for
        which the budget was too short, and `complete` is whether there are neither.
        """
        errors = {name: error.to_dict() for name, error in self.errors.items()}
        late = [*self.late]
        return {"errors": errors, "late": late, "complete": not errors and not late}

    def __aiter__(self) -> AsyncIterator[AccountItem[T]]:
        """Iterate from where the last iteration stopped."""
        return PageIteration(self.__anext__, self.cancel)

    async def __anext__(self) -> AccountItem[T]:
        """
        Return the next item, waiting for pages if necessary.

        Raises:
            AccountsError: Accounts have failed, and the others were read.
            GradientError: An account failed, if `on_error` says to raise its error.
        """
        async with self._lock:
            lane = await self._next_lane()
            if lane is None:
                self._end()
                raise StopAsyncIteration
            item = lane.take()
            if self._left is not None:
                self._left -= 1
            self._place(lane)
            return AccountItem(lane.account, item)

    async def collect(self) -> list[AccountItem[T]]:
        """
        Return the remaining items as a list.

        Raises:
            GradientError: See `__anext__`; the items are lost unless `on_error` is
                `"collect"`.
        """
        return [item async for item in self]

    def cancel(self) -> None:
        """Cancel pending requests; iterating on sends them again."""
        for lane in self._fetching:
            lane.cancel()
            self._idle.append(lane)
        self._fetching.clear()
        # Another task may be waiting for what was cancelled.
        self._woken.set()

    async def aclose(self) -> None:
        """Cancel pending requests and end the stream; closing again is fine."""
        self._is_over = True
        self._fetching.clear()
        self._woken.set()
        await asyncio.gather(*(lane.aclose() for lane in self._lanes))

    def __repr__(self) -> str:
        """Return the number of accounts, and of those that are over."""
        over = sum(lane.is_over for lane in self._lanes)
        name = type(self).__name__
        return f"<{name} of {len(self._lanes)} accounts, {over} of them read>"

    async def _next_lane(self) -> Lane[T] | None:
        """Return the account whose item comes next; None at the end."""
        while not self._is_over and self._left != 0:
            self._fetch()
            self._judge_failures()
            is_waiting = bool(self._fetching or (self._idle and not self._is_cut))
            lane = self._merge.pop(is_waiting=is_waiting)
            if lane is not None or not is_waiting:
                return lane
            await self._wait()
        return None

    def _fetch(self) -> None:
        """Start fetching for some accounts that need to, unless time is up."""
        now = asyncio.get_running_loop().time()
        if self._deadline is None and self._options.budget is not None:
            self._deadline = now + self._options.budget
        if self._deadline is not None and now >= self._deadline:
            self.cancel()
            self._is_cut = bool(self._idle)
            return
        while self._idle and self._starts.admit():
            lane = self._idle.popleft()
            self._fetching.add(lane)
            lane.fetch(self._on_fetched)

    def _on_fetched(self, lane: Lane[T]) -> None:
        self._fetching.discard(lane)
        if lane.failure is not None:
            self._failed.append(lane)
        else:
            self._place(lane)
        self._woken.set()

    def _place(self, lane: Lane[T]) -> None:
        """Put an account where it belongs by what it has."""
        if lane.source.has_items:
            self._merge.add(lane)
        elif not lane.is_over:
            self._idle.append(lane)

    async def _wait(self) -> None:
        """Wait until an account has fetched something, or time is up."""
        self._woken.clear()
        loop, deadline = asyncio.get_running_loop(), self._deadline
        timer = None if deadline is None else loop.call_at(deadline, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            if timer is not None:
                timer.cancel()

    def _judge_failures(self) -> None:
        """React to accounts that have failed since the last call."""
        while self._failed:
            lane = self._failed.popleft()
            try:
                self._judge(lane)
            except BaseException:
                self._is_over = True
                self.cancel()
                raise

    def _judge(self, lane: Lane[T]) -> None:
        """React to the failure of an account; raise what ends the stream."""
        failure = lane.failure
        assert failure is not None
        if not isinstance(failure, GradientError):
            raise failure
        on_error = self._options.on_error
        reaction = on_error(lane.account, failure) if callable(on_error) else on_error
        if check_reaction(reaction) == "raise":
            raise failure
        if reaction == "finish":
            self._errors[lane.account] = failure

    def _end(self) -> None:
        """Cancel what is pending, and raise once for the accounts that failed."""
        self._is_over = True
        self.cancel()
        errors, self._errors = self._errors, {}
        if errors:
            msg = f"{len(errors)} of {len(self._lanes)} accounts failed"
            raise AccountsError(msg, errors=errors, reports=self.reports)
