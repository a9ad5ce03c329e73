"""Where the events of an account go: to listeners at once, or to a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
)


@attrs.frozen
class KnownState:
    """What was recorded of an account."""

    checkpoint: Checkpoint | None = None
    """What is known of its jobs; None if nothing is."""
    trouble: AccountEvent | None = None
    """Why it could not be polled; None if it could."""


class EventSink(Protocol):
    """
    Where the events of an account go.

    Whatever a method raises ends polling, so a failure that passes is waited out.
    """

    async def load(self) -> KnownState:
        """Return what was recorded of the account."""
        ...

    async def record(
        self, events: Sequence[JobEvent], checkpoint: Checkpoint, /
    ) -> None:
        """Record events, and with them what is known by them."""
        ...

    async def record_account(self, event: AccountEvent, /) -> None:
        """Record that the account is in trouble, or that it recovered."""
        ...


class LocalSink(EventSink):
    """
    Publishes the events at once, and holds the state for listeners that join later.

    Args:
        publish: Called with each event.
    """

    def __init__(self, publish: Callable[[FeedEvent], None]) -> None:
        self._publish = publish
        self._running: dict[str, JobEvent] = {}
        self._trouble: AccountEvent | None = None

    @property
    def snapshot(self) -> list[FeedEvent]:
        """What a new listener has to know: trouble, and the unfinished jobs."""
        trouble = [] if self._trouble is None else [self._trouble]
        return [*trouble, *self._running.values()]

    async def load(self) -> KnownState:
        """Return nothing: no state outlives a feed."""
        return KnownState()

    async def record(self, events: Sequence[JobEvent], _: Checkpoint, /) -> None:
        """Publish events."""
        for event in events:
            if event.has_ended:
                self._running.pop(event.job.uuid, None)
            else:
                self._running[event.job.uuid] = event.as_running()
            self._publish(event)

    async def record_account(self, event: AccountEvent, /) -> None:
        """Publish an event."""
        is_trouble = event.kind is AccountEventKind.TROUBLE
        self._trouble = event if is_trouble else None
        self._publish(event)
