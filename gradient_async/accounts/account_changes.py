"""What changed in several accounts, as one stream."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gradient_async.accounts.checkpoints import Checkpoints
from gradient_async.accounts.lane import Lane
from gradient_async.accounts.merged_stream import MergedStream, StreamOptions
from gradient_async.changes import Changes, Checkpoint, JobEvent


class _ChangeSource:
    """The pass over one account's jobs, as a source of a stream."""

    drift = False

    def __init__(self, account: str, changes: Changes) -> None:
        self._account = account
        self.changes = changes

    @property
    def is_complete(self) -> bool:
        """Whether everything was fetched and taken."""
        return self.changes.is_complete

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to be fetched."""
        return self.changes.is_read

    @property
    def has_items(self) -> bool:
        """Whether there is an event to take."""
        return self.peek() is not None

    async def advance(self) -> bool:
        """Send requests until there is an event."""
        return await self.changes.advance()

    def peek(self) -> JobEvent | None:
        """Return the next event without taking it."""
        return self.changes.peek()

    def take(self) -> JobEvent:
        """Take the next event."""
        return attrs.evolve(self.changes.take(), account=self._account)

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
        passes: Mapping[str, Changes],
        options: StreamOptions,
        known: Mapping[str, Checkpoint],
    ) -> None:
        self._passes = passes
        self._known = known
        lanes: list[Lane[JobEvent]] = [
            Lane(name, _ChangeSource(name, it)) for name, it in passes.items()
        ]
        super().__init__(lanes, options)

    @property
    def checkpoints(self) -> Checkpoints:
        """What is known by the events so far, and by none after them; save it."""
        latest = {name: it.checkpoint for name, it in self._passes.items()}
        return Checkpoints({**self._known, **latest})
