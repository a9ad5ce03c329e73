"""The indexing jobs of one account: those that stand still, and those that move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs

from gradient_async.emulator.data import Job, JobMaker
from gradient_async.emulator.job_changes import cancel_job
from gradient_async.emulator.paging import Page, cut_page
from gradient_async.emulator.runs import Run

JobRecord: TypeAlias = Job | Run
"""A job as it is kept; `at` gives it as it stands at a moment."""


@attrs.define
class JobList:
    """Jobs in the order of their creation; it can grow while it is being read."""

    _maker: JobMaker
    _by_uuid: dict[str, JobRecord]
    _to_grow: int = attrs.field(default=0, init=False)
    _growth: int = attrs.field(default=0, init=False)

    def newest_first(self, now: int) -> Iterator[Job]:
        """Go through the jobs as they stand at a moment."""
        return (job.at(now) for job in reversed(self._by_uuid.values()))

    def of_base(self, knowledge_base_uuid: str, now: int) -> Iterator[Job]:
        """Go through the jobs about one knowledge base, newest first."""
        return (
            job.at(now)
            for job in reversed(self._by_uuid.values())
            if job.knowledge_base_uuid == knowledge_base_uuid
        )

    def uuids(self) -> tuple[str, ...]:
        """Give the ids of all jobs, newest first."""
        return tuple(reversed(self._by_uuid))

    def find(self, uuid: str, now: int) -> Job | None:
        """Give the job with this uuid, if there is one."""
        record = self._by_uuid.get(uuid)
        return None if record is None else record.at(now)

    def add(self, run: Run) -> None:
        """Put a job at the head."""
        self._by_uuid[run.uuid] = run

    def add_pending(self, count: int) -> tuple[str, ...]:
        """Put jobs at the head that stay pending; give their uuids, newest first."""
        jobs = [self._maker.following() for _ in range(count)]
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

    def read_page(self, page: int, per_page: int, now: int) -> Page[Job]:
        """Read one page of the list; then the list may grow."""
        result = cut_page(
            reversed(self._by_uuid.values()),
            page,
            per_page,
            total=len(self._by_uuid),
            view=lambda job: job.at(now),
        )
        growth = min(self._growth, self._to_grow)
        self._to_grow -= growth
        self.add_pending(growth)
        return result
