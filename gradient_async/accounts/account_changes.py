"""What changed in several accounts, as one stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from gradient_async.accounts.checkpoints import Checkpoints
from gradient_async.accounts.lane import Lane
from gradient_async.accounts.merged_stream import MergedStream, StreamOptions
from gradient_async.changes import Changes, Checkpoint, JobEvent
from gradient_async.client import Client


class PassSource:
    """
    The pass over one account's jobs, as a source of a stream.

    Args:
        account: Name of the account, for its events.
        open_client: Returns the client of the account; called by `open`.
        since: Checkpoint to begin at.
        per_page: Jobs per request.
    """

    drift = False

    def __init__(
        self,
        account: str,
        open_client: Callable[[], Client],
        since: Checkpoint,
        *,
        per_page: int,
    ) -> None:
        self._account = account
        self._open_client = open_client
        self._since = since
        self._per_page = per_page
        self._changes: Changes | None = None

    def open(self) -> Changes:
        """
        Return the pass, created the first time.

        Raises:
            ClientClosedError: The account was removed.
            ConfigurationError: An argument is invalid.
        """
        if self._changes is None:
            jobs = self._open_client().indexing_jobs
            self._changes = jobs.changes(self._since, per_page=self._per_page)
        return self._changes

    @property
    def checkpoint(self) -> Checkpoint:
        """What is known by the events taken so far."""
        return self._since if self._changes is None else self._changes.checkpoint

    @property
    def is_complete(self) -> bool:
        """Whether everything was fetched and taken."""
        return self._changes is not None and self._changes.is_complete

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to be fetched."""
        return self._changes is not None and self._changes.is_read

    @property
    def has_items(self) -> bool:
        """Whether there is an event to take."""
        return self.peek() is not None

    async def advance(self) -> bool:
        """Send requests until there is an event."""
        return await self.open().advance()

    def peek(self) -> JobEvent | None:
        """Return the next event without taking it."""
        return None if self._changes is None else self._changes.peek()

    def take(self) -> JobEvent:
        """Take the next event."""
        return attrs.evolve(self.open().take(), account=self._account)

    def cancel(self) -> None:
        """Do nothing: requests run in the task that advances."""

    async def aclose(self) -> None:
        """Do nothing, see `cancel`."""


class AccountChanges(MergedStream[JobEvent]):
    """
    What changed in several accounts, see `Accounts.changes`.

    Within each account, the events come as from its `Changes`.
    """

    def __init__(
        self,
        sources: Mapping[str, PassSource],
        options: StreamOptions,
        known: Mapping[str, Checkpoint],
    ) -> None:
        self._sources = sources
        self._known = known
        lanes = [Lane(name, source) for name, source in sources.items()]
        super().__init__(lanes, options)

    @property
    def checkpoints(self) -> Checkpoints:
        """What is known by the events so far, and by none after them; save it."""
        latest = {name: it.checkpoint for name, it in self._sources.items()}
        return Checkpoints({**self._known, **latest})
