"""Poll one account's jobs, and keep what is known of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from copy import copy

import attrs

from gradient_async.changes.batches import Batch, PollBatches
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.event_sink import EventSink
from gradient_async.changes.feed_events import AccountEvent, AccountEventKind
from gradient_async.changes.feed_pace import FeedPace
from gradient_async.changes.source import PollSource
from gradient_async.errors import ClientClosedError, GradientError


class AccountPoller:
    """
    One account's jobs, from poll to poll.

    The first poll finds the unfinished jobs, each further one what changed since the
    one before. A poll that fails loses nothing: the next one begins after the events
    that were recorded.

    Args:
        account: Name of the account, for its events.
        source: Where to fetch jobs.
        path: Path of the list, for errors.
        sink: Where events go, and what is known at the start.
    """

    def __init__(
        self, account: str, source: PollSource, *, path: str, sink: EventSink
    ) -> None:
        self._account = account
        self._source = source
        self._path = path
        self._sink = sink
        self._trouble: AccountEvent | None = None
        self._checkpoint: Checkpoint | None = None
        self.resume_at: float = -math.inf
        """The earliest time of the next poll that keeps to the share."""

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
        known = await self._sink.load()
        self._checkpoint, self._trouble = known.checkpoint, known.trouble
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
                requests=requests, is_active=self._is_active, sharers=sharers
            )
            await self._source.sleep(started + wait - clock())

    @property
    def _is_active(self) -> bool:
        is_idle = self._checkpoint is None or not self._checkpoint.unfinished
        return not is_idle and self._trouble is None

    async def _poll(self) -> None:
        """Poll once; failing to is an event."""
        batches = PollBatches(self._source, path=self._path, since=self._checkpoint)
        while True:
            try:
                batch = await batches.fetch()
            except ClientClosedError:
                raise
            except GradientError as error:
                # A copy has neither traceback nor cause, whose frames may show secrets.
                own = copy(error).complete(account=self._account)
                break
            if batch is None:
                await self._record_recovery()
                return
            await self._record(batch)
        await self._record_trouble(own)

    async def _record(self, batch: Batch) -> None:
        if not batch.events and batch.checkpoint == self._checkpoint:
            return
        events = [attrs.evolve(it, account=self._account) for it in batch.events]
        await self._sink.record(events, batch.checkpoint)
        self._checkpoint = batch.checkpoint

    async def _record_trouble(self, error: GradientError) -> None:
        """Record that the account cannot be polled, once for each reason."""
        known, kind = self._trouble, AccountEventKind.TROUBLE
        trouble = AccountEvent(account=self._account, kind=kind, error=error)
        if known is None or type(known.error) is not type(error):
            await self._sink.record_account(trouble)
        self._trouble = trouble

    async def _record_recovery(self) -> None:
        if self._trouble is not None:
            kind = AccountEventKind.RECOVERED
            await self._sink.record_account(
                AccountEvent(account=self._account, kind=kind)
            )
            self._trouble = None
