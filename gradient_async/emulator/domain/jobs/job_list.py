"""The indexing jobs of one account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TypeAlias

import attrs

from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from gradient_async.emulator.domain.jobs.history import JobGenerator, SourceIds
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.runs import JobRun

JobRecord: TypeAlias = Job | JobRun
"""A job as it is stored: fixed if it was seeded, or a plan if a client started it."""


@attrs.define
class JobList:
    """Jobs in the order of their creation; the list may change while it is read."""

    _generator: JobGenerator
    _records: dict[str, JobRecord]
    _newest: int = attrs.field(default=START_TIME, init=False)
    """When the newest job was created."""

    def newest_first(self) -> Sequence[JobRecord]:
        """Return a copy of the records, newest first."""
        # Tests read and add jobs from their own threads. Copying to a tuple is atomic
        # under the GIL, while iterating over a growing dictionary raises.
        return tuple(self._records.values())[::-1]

    def of_knowledge_base(self, uuid: str, now: int) -> Iterator[Job]:
        """Iterate over the jobs of one knowledge base at a time, newest first."""
        return (
            record.at(now)
            for record in self.newest_first()
            if record.knowledge_base_uuid == uuid
        )

    def unfinished(self, knowledge_base_uuid: str, now: int) -> list[Job]:
        """Return a knowledge base's jobs that have not ended, newest first."""
        jobs = self.of_knowledge_base(knowledge_base_uuid, now)
        return [job for job in jobs if job.is_unfinished]

    def last_job(
        self, knowledge_base_uuid: str, now: int
    ) -> Mapping[str, object] | None:
        """Return the JSON of a knowledge base's newest job, if there is one."""
        jobs = self.of_knowledge_base(knowledge_base_uuid, now)
        return next((job.fields for job in jobs), None)

    def last_source_job(
        self, knowledge_base_uuid: str, source_uuid: str, now: int
    ) -> Mapping[str, object] | None:
        """Return a data source's entry in the newest job that started it, if any."""
        entries = (
            entry
            for job in self.of_knowledge_base(knowledge_base_uuid, now)
            for entry in job.sources
            # A cancelled job also lists data sources that it never started.
            if entry["data_source_uuid"] == source_uuid and "started_at" in entry
        )
        return next(entries, None)

    def uuids(self) -> tuple[str, ...]:
        """Return the ids of all jobs, newest first."""
        return tuple(self._records)[::-1]

    def find(self, uuid: str, now: int) -> Job | None:
        """Return a job at a time, if it exists."""
        record = self._records.get(uuid)
        return None if record is None else record.at(now)

    def add(self, run: JobRun) -> None:
        """Add a job at the head."""
        self._newest = max(self._newest, run.created_at)
        self._records[run.uuid] = run

    def insert(self, job: Job) -> None:
        """Add a job behind all that are newer."""
        newest_first = self.newest_first()
        newer = list(takewhile(lambda it: it.created_at > job.created_at, newest_first))
        older = newest_first[len(newer) :]
        # A new dictionary, because others may be iterating over this one.
        self._records = {it.uuid: it for it in reversed([*newer, job, *older])}
        self._newest = max(self._newest, job.created_at)

    def add_pending(
        self, count: int, now: int, knowledge_bases: SourceIds
    ) -> tuple[str, ...]:
        """Add jobs for some of these that stay pending; return ids, newest first."""
        jobs = [
            self._generator.generate_pending(self.next_time(now), knowledge_bases)
            for _ in range(count)
        ]
        self._records.update((job.uuid, job) for job in jobs)
        return tuple(job.uuid for job in reversed(jobs))

    def remove(self, uuid: str) -> bool:
        """Remove a job; return whether it existed."""
        return self._records.pop(uuid, None) is not None

    def cancel(self, uuid: str, now: int) -> None:
        """Cancel a job that has not ended; it keeps its place."""
        self._records[uuid] = self._records[uuid].cancel(now)

    def next_time(self, now: int) -> int:
        """Return the date of a new job: now, or a second after the newest if later."""
        # Dates differ, so that sorting by them gives the list's order.
        self._newest = max(now, self._newest + SECOND)
        return self._newest
