"""A simulated account whose jobs change right before each request is served."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from gradient_async import (
    Checkpoint,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    JobEvent,
    JobState,
)
from gradient_async.changes import Changes
from gradient_async.changes.source import ChangeSource
from gradient_async.errors import NotFoundError
from gradient_async.paging import Page

ACCOUNT: Final = "0123456789abcdef"
"""Fingerprint of the simulated account."""

EPOCH: Final = datetime(2026, 3, 1, tzinfo=UTC)

ENDS: Final[tuple[dict[str, Any], ...]] = (
    {
        "phase": IndexingJobPhase.SUCCEEDED,
        "status": IndexingJobStatus.COMPLETED,
        "finished_at": EPOCH,
    },
    {"phase": IndexingJobPhase.FAILED, "status": IndexingJobStatus.FAILED},
    {"phase": IndexingJobPhase.UNKNOWN, "status": IndexingJobStatus.PARTIAL},
)
"""Fields of jobs that have ended."""


class JobList(ChangeSource):
    """
    Jobs, newest first, with a page per request.

    Args:
        length: Number of jobs at the start, all of which have ended.
        before: Called with the list before each request is served; may change the list
            and raise.
        counts: Whether pages carry the number of pages and items.
        per_second: Number of jobs created in the same second.
    """

    def __init__(
        self,
        length: int = 0,
        *,
        before: Callable[[JobList], None] = lambda _: None,
        counts: bool = True,
        per_second: int = 1,
    ) -> None:
        self.jobs: list[IndexingJob] = []
        self.before = before
        self.counts = counts
        self.per_second = per_second
        self.created = 0
        self.requests: list[str] = []
        for _ in range(length):
            self.add(**ENDS[0])

    def add(self, **fields: Any) -> IndexingJob:
        """Add a job at the head, by default a running one."""
        self.created += 1
        job = IndexingJob(
            uuid=f"job-{self.created}",
            phase=IndexingJobPhase.RUNNING,
            status=IndexingJobStatus.IN_PROGRESS,
            created_at=EPOCH + timedelta(seconds=self.created // self.per_second),
        )
        job = attrs.evolve(job, **fields)
        self.jobs.insert(0, job)
        return job

    def change(self, uuid: str, **fields: Any) -> None:
        """Change fields of a job."""
        index = self._index(uuid)
        self.jobs[index] = attrs.evolve(self.jobs[index], **fields)

    def progress(self, uuid: str) -> None:
        """Complete one more data source of a job."""
        job = self.jobs[self._index(uuid)]
        self.change(uuid, completed_datasources=job.completed_datasources + 1)

    def end(self, uuid: str, how: int = 0) -> None:
        """End a job in one of several ways."""
        self.change(uuid, **ENDS[how])

    def delete(self, uuids: Iterable[str]) -> None:
        """Delete jobs."""
        gone = set(uuids)
        self.jobs = [job for job in self.jobs if job.uuid not in gone]

    @property
    def unfinished(self) -> list[str]:
        """Ids of the jobs that have not ended, newest first."""
        return [job.uuid for job in self.jobs if not job.is_finished]

    @property
    def uuids(self) -> list[str]:
        """Ids of all jobs, newest first."""
        return [job.uuid for job in self.jobs]

    def _index(self, uuid: str) -> int:
        return self.uuids.index(uuid)

    async def fingerprint(self) -> str:
        """Return the account's fingerprint."""
        return ACCOUNT

    async def get(self, uuid: str, /) -> IndexingJob:
        """Return a job; 404 if there is none."""
        self.requests.append(uuid)
        self.before(self)
        if uuid not in self.uuids:
            raise NotFoundError("no such job", status=404, id="not_found")
        return self.jobs[self._index(uuid)]

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Return a page of the list."""
        self.requests.append(str(page))
        self.before(self)
        first, total = (page - 1) * per_page, len(self.jobs)
        return Page(
            items=tuple(self.jobs[first : first + per_page]),
            page=page,
            pages=-(-total // per_page) if self.counts else None,
            total=total if self.counts else None,
            has_next=first + per_page < total,
        )


def iterate(
    source: ChangeSource, since: Checkpoint | None = None, *, per_page: int = 200
) -> Changes:
    """Start a pass."""
    return Changes(source, path="/jobs", since=since, per_page=per_page)


async def read(
    source: ChangeSource, since: Checkpoint | None = None, *, per_page: int = 200
) -> tuple[list[JobEvent], Checkpoint]:
    """Return the events of a whole pass, and its checkpoint."""
    changes = iterate(source, since, per_page=per_page)
    return [event async for event in changes], changes.checkpoint


def names(events: Iterable[JobEvent]) -> list[tuple[str, str]]:
    """Return the kind and the job of each event."""
    return [(event.kind.value, event.job.uuid) for event in events]


@attrs.define
class Ledger:
    """What a consumer was told, checked with each event."""

    states: dict[str, JobState] = attrs.field(factory=dict)
    """The state of each job that was told last."""
    ended: set[str] = attrs.field(factory=set)
    """Jobs whose end was told."""
    order: list[str] = attrs.field(factory=list)
    """Jobs in the order in which they appeared."""

    @property
    def unfinished(self) -> dict[str, JobState]:
        """The jobs whose end was not told, with their latest state."""
        return {it: self.states[it] for it in self.states if it not in self.ended}

    def record(self, event: JobEvent) -> None:
        """Record an event; fail if it contradicts the earlier ones."""
        uuid, state = event.job.uuid, JobState.of(event.job)
        assert uuid not in self.ended
        if event.kind == "appeared":
            assert uuid not in self.states
            assert event.previous is None
            self.order.append(uuid)
        else:
            assert self.states[uuid] == event.previous
            assert event.has_ended or state != event.previous
        assert event.has_ended == (event.job.is_finished or event.was_deleted)
        if event.has_ended:
            self.ended.add(uuid)
        self.states[uuid] = state
