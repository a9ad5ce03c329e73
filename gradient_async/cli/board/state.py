"""What a board shows: the events of a feed become rows; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

import attrs

from gradient_async.changes import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
    JobEvent,
)
from gradient_async.cli.board.server_clock import ServerClock
from gradient_async.cli.reasons import reason_of_job
from gradient_async.models import IndexingJob

KEPT_SECONDS: Final = 60.0
"""Seconds for which a job that has ended stays on the board."""

RowKey: TypeAlias = tuple[str, str]
"""The account and the id of a job."""


@attrs.frozen(kw_only=True)
class BoardRow:
    """A job on the board."""

    account: str
    """Name of its account."""
    job: IndexingJob
    """The job as it was last seen."""
    ended_at: float | None = None
    """When its end was noticed, in seconds; None while it runs."""
    was_deleted: bool = False
    """Whether it ended because it no longer exists."""

    @property
    def key(self) -> RowKey:
        """The account and the id of the job."""
        return self.account, self.job.uuid

    @property
    def has_ended(self) -> bool:
        """Whether the job is over."""
        return self.ended_at is not None

    @property
    def reason(self) -> str:
        """Why sources of the job failed, or that it was deleted; empty if neither."""
        return "deleted" if self.was_deleted else reason_of_job(self.job)


@attrs.define
class Board:
    """
    The jobs that run, those that ended a moment ago, and accounts in trouble.

    Times are seconds of any clock, the same for all calls.
    """

    kept_seconds: float = KEPT_SECONDS
    """Seconds for which a job that has ended stays; infinity means always."""
    clock: ServerClock = attrs.field(factory=ServerClock, init=False)
    """The server's clock."""
    troubles: dict[str, str] = attrs.field(factory=dict, init=False)
    """Why accounts cannot be polled, by name."""
    _rows: dict[RowKey, BoardRow] = attrs.field(factory=dict, init=False)

    def apply(self, event: FeedEvent, now: float) -> None:
        """Apply what happened, at the time `now`."""
        if isinstance(event, JobEvent):
            self._apply_job(event, now)
        elif isinstance(event, AccountEvent):
            self._apply_account(event)
        else:
            # A snapshot follows, which has everything that still runs.
            self._rows = {key: it for key, it in self._rows.items() if it.has_ended}

    def rows(self, now: float) -> list[BoardRow]:
        """Return the rows to show at the time `now`, the newest job first."""
        oldest = now - self.kept_seconds
        self._rows = {
            key: it
            for key, it in self._rows.items()
            if it.ended_at is None or it.ended_at > oldest
        }
        return sorted(self._rows.values(), key=_age)

    def _apply_job(self, event: JobEvent, now: float) -> None:
        row = BoardRow(account=event.account, job=event.job)
        before = self._rows.get(row.key, row)
        if event.was_deleted:
            # The event has only the id of the job and its last state.
            row = attrs.evolve(before, was_deleted=True)
        if event.has_ended:
            ended_at = now if before.ended_at is None else before.ended_at
            row = attrs.evolve(row, ended_at=ended_at)
        self.clock.observe(row.job, now)
        self._rows[row.key] = row

    def _apply_account(self, event: AccountEvent) -> None:
        self.troubles.pop(event.account, None)
        if event.error is not None:
            self.troubles[event.account] = event.error.message
        if event.kind is AccountEventKind.REMOVED:
            self._rows = {
                key: it for key, it in self._rows.items() if it.account != event.account
            }


def have_ended(rows: Sequence[BoardRow], expected: int) -> bool:
    """Return whether all jobs that are expected, if any, are there and have ended."""
    return 0 < expected == len(rows) and all(row.has_ended for row in rows)


def _age(row: BoardRow) -> tuple[float, RowKey]:
    created_at = row.job.created_at or datetime.min.replace(tzinfo=UTC)
    return -created_at.timestamp(), row.key
