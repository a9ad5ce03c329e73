"""Iterate over what changed since a checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from gradient_async.asynchronous import AsyncOnlyIterable
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent
from gradient_async.changes.job_pass import JobPass
from gradient_async.changes.source import ChangeSource
from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError, NotFoundError, PaginationError
from gradient_async.paging.page import MAX_PER_PAGE
from gradient_async.waiting.poller import most_severe
from gradient_async.waiting.rounds import ReadPage, Step
from gradient_async.waiting.source import run_bounded


class Changes(AsyncOnlyIterable):
    """
    What changed in the list of jobs since a checkpoint: an async iterator of events.

        changes = client.indexing_jobs.changes(since=checkpoint)
        async for event in changes: ...
        changes.checkpoint.save("jobs.json")

    New jobs come from the oldest to the newest. Requests are sent only while iterating,
    and nothing runs between two events, so the loop can be left at any time, and a
    later loop continues.

    A request that fails raises after the events before it; iterate on to send it again.
    If several tasks share the iterator, each event goes to one of them.
    """

    def __init__(
        self,
        source: ChangeSource,
        *,
        path: str,
        since: Checkpoint | None = None,
        per_page: int = MAX_PER_PAGE,
    ) -> None:
        check_instance("since", since, Checkpoint | None)
        check_int("per_page", per_page, minimum=1, maximum=MAX_PER_PAGE)
        since = Checkpoint() if since is None else since
        self._source = source
        self._path = path
        self._per_page = per_page
        self._account = since.account
        self._is_account_checked = False
        self._pass = JobPass(since, per_page=per_page)
        self._lock = asyncio.Lock()
        self._failure: Exception | None = None
        self._count = 0

    @property
    def checkpoint(self) -> Checkpoint:
        """What is known by the events so far, and by none after them; save it."""
        return self._pass.checkpoint(self._account)

    @property
    def is_complete(self) -> bool:
        """Whether the pass is over: nothing is left to fetch or to yield."""
        return self._pass.is_over

    @property
    def is_read(self) -> bool:
        """Whether nothing is left to fetch; events may be left to take."""
        return self._failure is None and self._pass.next_step is None

    def __aiter__(self) -> AsyncIterator[JobEvent]:
        """Continue where the previous loop stopped."""
        return self

    async def __anext__(self) -> JobEvent:
        """
        Return the next event, sending requests until there is one.

        Raises:
            ConfigurationError: The checkpoint is of another account.
            PaginationError: The pages contradict each other.
            GradientError: A request failed.
        """
        if await self.advance():
            return self.take()
        raise StopAsyncIteration

    async def advance(self) -> bool:
        """
        Send requests until there is an event to take; return False at the end.

        Raises:
            GradientError: See `__anext__`.
        """
        async with self._lock:
            while self._pass.next_event is None:
                self._raise_failure()
                step = self._pass.next_step
                if step is None:
                    return False
                await self._check_account()
                await self._run(step)
            return True

    def peek(self) -> JobEvent | None:
        """Return the next event without taking it; None if it takes a request."""
        return self._pass.next_event

    def take(self) -> JobEvent:
        """Take the event that `peek` returns."""
        self._count += 1
        return self._pass.pop_event()

    def __repr__(self) -> str:
        """Show the number of events, and whether there may be more."""
        state = "complete" if self.is_complete else "not complete"
        return f"<Changes {self._count} events, {state}>"

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    async def _check_account(self) -> None:
        """Raise before the first request if the checkpoint is of another account."""
        if self._is_account_checked:
            return
        account = await self._source.fingerprint()
        if self._account not in {"", account}:
            msg = (
                "the checkpoint is of another account: base URL and token must be "
                "those with which it was made"
            )
            raise ConfigurationError(msg)
        self._account = account
        self._is_account_checked = True

    async def _run(self, step: Step) -> None:
        if isinstance(step, ReadPage):
            await self._read_page(step.number)
            return
        failures = await run_bounded(self._get, step.uuids)
        if failures:
            # Raised later: the events of the other jobs come first.
            self._failure = most_severe([*failures.values()])

    async def _read_page(self, number: int) -> None:
        page = await self._source.fetch_page(number, self._per_page)
        try:
            self._pass.record_page(page)
        except PaginationError as error:
            self._failure = error.complete(method="GET", path=self._path, page=number)

    async def _get(self, uuid: str) -> None:
        try:
            job = await self._source.get(uuid)
        except NotFoundError:
            self._pass.record_deleted(uuid)
        else:
            self._pass.record_job(uuid, job)
