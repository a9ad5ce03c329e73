"""Poll one account's jobs, and keep what is known of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from copy import copy

import attrs

from gradient_async.changes.changes import Changes
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
)
from gradient_async.changes.feed_pace import FeedPace
from gradient_async.changes.snapshot import Snapshot
from gradient_async.changes.source import PollSource
from gradient_async.errors import ClientClosedError, GradientError
from gradient_async.paging.page import MAX_PER_PAGE


class AccountPoller:
    """
    One account's jobs, from poll to poll.

    The first poll finds the unfinished jobs, each further one what changed since the
    one before. A poll that fails loses nothing: the next one begins after the events
    that were published.

    Args:
        account: Name of the account, for its events.
        source: Where to fetch jobs.
        path: Path of the list, for errors.
        publish: Called with each event.
    """

    def __init__(
        self,
        account: str,
        source: PollSource,
        *,
        path: str,
        publish: Callable[[FeedEvent], None],
    ) -> None:
        self._account = account
        self._source = source
        self._path = path
        self._publish = publish
        self._running: dict[str, JobEvent] = {}
        self._trouble: AccountEvent | None = None
        self._checkpoint: Checkpoint | None = None
        self.resume_at: float = -math.inf
        """The earliest time of the next poll that keeps to the share."""

    @property
    def snapshot(self) -> list[FeedEvent]:
        """What a new listener has to know: trouble, and the unfinished jobs."""
        trouble = [] if self._trouble is None else [self._trouble]
        return [*trouble, *self._running.values()]

    async def run(self, pace: FeedPace, count_sharers: Callable[[], int]) -> None:
        """
        Poll forever, from `resume_at` on.

        Args:
            pace: How often to poll.
            count_sharers: Returns the number of accounts that use the same token.

        Raises:
            ClientClosedError: The client was closed.
        """
        clock = asyncio.get_running_loop().time
        if self.resume_at > clock():
            await self._source.sleep(self.resume_at - clock())
        while True:
            started, count = clock(), self._source.request_count
            # Should the poll be stopped, it counts as one request.
            self.resume_at = started + pace.least_seconds(requests=1)
            await self._poll()
            requests, sharers = self._source.request_count - count, count_sharers()
            self.resume_at = started + pace.least_seconds(
                requests=requests, sharers=sharers
            )
            wait = pace.seconds_until_next(
                requests=requests,
                is_active=bool(self._running) and self._trouble is None,
                sharers=sharers,
            )
            await self._source.sleep(started + wait - clock())

    async def _poll(self) -> None:
        """Poll once; failing to is an event."""
        try:
            await self._fetch()
        except ClientClosedError:
            raise
        except GradientError as error:
            # A copy has neither traceback nor cause, whose frames may show secrets.
            self._record_trouble(copy(error).complete(account=self._account))
        else:
            self._record_recovery()

    async def _fetch(self) -> None:
        """Fetch what has changed, the first time what runs, and publish it."""
        if self._checkpoint is None:
            self._checkpoint = await self._take_snapshot()
            return
        changes = Changes(self._source, path=self._path, since=self._checkpoint)
        try:
            async for event in changes:
                self._record(event)
        finally:
            self._checkpoint = changes.checkpoint

    async def _take_snapshot(self) -> Checkpoint:
        snapshot = Snapshot()
        while not snapshot.is_done:
            page = await self._source.fetch_page(snapshot.next_page, MAX_PER_PAGE)
            snapshot.accept(page)
        for event in snapshot.events:
            self._record(event)
        return snapshot.checkpoint("")

    def _record(self, event: JobEvent) -> None:
        event = attrs.evolve(event, account=self._account)
        if event.has_ended:
            self._running.pop(event.job.uuid, None)
        else:
            self._running[event.job.uuid] = event.as_running()
        self._publish(event)

    def _record_trouble(self, error: GradientError) -> None:
        """Publish that the account cannot be polled, once for each reason."""
        known, kind = self._trouble, AccountEventKind.TROUBLE
        self._trouble = AccountEvent(account=self._account, kind=kind, error=error)
        if known is None or type(known.error) is not type(error):
            self._publish(self._trouble)

    def _record_recovery(self) -> None:
        if self._trouble is not None:
            self._trouble, kind = None, AccountEventKind.RECOVERED
            self._publish(AccountEvent(account=self._account, kind=kind))
