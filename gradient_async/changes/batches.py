"""The events of one poll, in batches that can be saved one by one."""

from __future__ import annotations

from typing import Final

import attrs

from gradient_async.changes.changes import Changes
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent
from gradient_async.changes.snapshot import Snapshot
from gradient_async.changes.source import PollSource
from gradient_async.paging.page import MAX_PER_PAGE

# As many as are saved within a few milliseconds.
_MAX_EVENTS: Final = 200


@attrs.frozen
class Batch:
    """Some events, and what is known by them and those before."""

    events: tuple[JobEvent, ...]
    """The events, in the order in which they are told."""
    checkpoint: Checkpoint
    """What is known by these events and all before them."""


class PollBatches:
    """
    What one poll finds: the unfinished jobs if nothing is known, else what changed.

    Args:
        source: Where to fetch jobs.
        path: Path of the list, for errors.
        since: What is known; None if nothing is.
    """

    def __init__(
        self, source: PollSource, *, path: str, since: Checkpoint | None
    ) -> None:
        self._source = source
        self._since = since
        self._is_over = False
        # Without a checkpoint, it is not used.
        self._changes = Changes(source, path=path, since=since)

    async def fetch(self) -> Batch | None:
        """
        Fetch the next batch, at the end a last one without events; then None.

        Raises:
            GradientError: A request failed.
        """
        if self._is_over:
            return None
        if self._since is None:
            self._is_over = True
            return await self._take_snapshot()
        self._is_over = not await self._changes.advance()
        return Batch(tuple(self._take()), self._changes.checkpoint)

    def _take(self) -> list[JobEvent]:
        events: list[JobEvent] = []
        while self._changes.peek() is not None and len(events) < _MAX_EVENTS:
            events.append(self._changes.take())
        return events

    async def _take_snapshot(self) -> Batch:
        snapshot = Snapshot()
        while not snapshot.is_done:
            page = await self._source.fetch_page(snapshot.next_page, MAX_PER_PAGE)
            snapshot.accept(page)
        return Batch(snapshot.events, snapshot.checkpoint(""))
