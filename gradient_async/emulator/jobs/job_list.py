"""The indexing jobs of one account: those that stand still, and those that move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from gradient_async.emulator.http.paging import Page, cut_page
from gradient_async.emulator.jobs.history import JobMaker
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.job_changes import cancel_job
from gradient_async.emulator.jobs.runs import Run
from gradient_async.emulator.timestamps import NEWEST, SECOND

JobRecord: TypeAlias = Job | Run
"""A job as it is kept; `at` gives it as it stands at a moment."""


@attrs.define
class JobList:
    """
    Jobs in the order of their creation; it can grow while it is being read.

    Tests look into it, and add to it, from other threads than the server's: whatever
    goes through the jobs goes through a copy, which is made at once.
    """

    _maker: JobMaker
    _by_uuid: dict[str, JobRecord]
    _newest: int = attrs.field(default=NEWEST, init=False)
    """When the newest job so far was created."""
    _to_grow: int = attrs.field(default=0, init=False)
    _growth: int = attrs.field(default=0, init=False)

    def newest_first(self, now: int) -> Iterator[Job]:
        """Go through the jobs as they stand at a moment."""
        return (job.at(now) for job in reversed(tuple(self._by_uuid.values())))

    def of_base(self, knowledge_base_uuid: str, now: int) -> Iterator[Job]:
        """Go through the jobs about one knowledge base, newest first."""
        return (
            job.at(now)
            for job in reversed(tuple(self._by_uuid.values()))
            if job.knowledge_base_uuid == knowledge_base_uuid
        )

    def uuids(self) -> tuple[str, ...]:
        """Give the ids of all jobs, newest first."""
        return tuple(self._by_uuid)[::-1]

    def find(self, uuid: str, now: int) -> Job | None:
        """Give the job with this uuid, if there is one."""
        record = self._by_uuid.get(uuid)
        return None if record is None else record.at(now)

    def add(self, run: Run) -> None:
        """Put a job at the head."""
        self._newest = max(self._newest, run.created_at)
        self._by_uuid[run.uuid] = run

    def add_pending(
        self, count: int, now: int, bases: Mapping[str, Sequence[str]]
    ) -> tuple[str, ...]:
        """
        Put jobs at the head that stay pending; give their uuids, newest first.

        `bases` are the knowledge bases to choose from, with their data sources.
        """
        jobs = [self._maker.following(self._next(now), bases) for _ in range(count)]
        self._by_uuid.update((job.uuid, job) for job in jobs)
        return tuple(job.uuid for job in reversed(jobs))

    def remove(self, uuid: str) -> bool:
        """Forget a job, and tell whether there was one."""
        return self._by_uuid.pop(uuid, None) is not None

    def cancel(self, uuid: str, now: int) -> None:
        """End a job that has not ended, and keep its place."""
        record = self._by_uuid[uuid]
        self._by_uuid[uuid] = (
            record.cancel(now) if isinstance(record, Run) else cancel_job(record, now)
        )

    def grow(self, total: int, per_request: int) -> None:
        """Let each list request that follows add jobs, until `total` were added."""
        self._to_grow = total
        self._growth = per_request

    def take_growth(self) -> int:
        """Tell how many jobs a list request adds, and count them as added."""
        growth = min(self._growth, self._to_grow)
        self._to_grow -= growth
        return growth

    def read_page(self, page: int, per_page: int, now: int) -> Page[Job]:
        """Read one page of the list."""
        records = tuple(self._by_uuid.values())
        return cut_page(
            reversed(records),
            page,
            per_page,
            total=len(records),
            view=lambda job: job.at(now),
        )

    def _next(self, now: int) -> int:
        """Date a new job: now, but a second behind the newest at least."""
        self._newest = max(now, self._newest + SECOND)
        return self._newest
