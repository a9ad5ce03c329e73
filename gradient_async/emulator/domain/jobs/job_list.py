"""The indexing jobs of one account."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, takewhile
from threading import Lock
from typing import Final

import attrs

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from gradient_async.emulator.domain.jobs.history import (
    UNFINISHED_JOBS,
    JobHistory,
    SourceIds,
    generate_pending,
)
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.runs import JobRun

_CACHED_JOBS: Final = 10_000


@attrs.define
class JobList:
    """
    Jobs in the order of their creation; the list may change while it is read.

    Each has an age that never changes: seeded jobs count up from 0, the newest, and
    those that were added count down from -1.
    """

    _history: JobHistory
    _runs: dict[int, JobRun] = attrs.field(factory=dict, init=False)
    """The jobs that were added, and seeded ones that were cancelled, by age."""
    _added: dict[str, int] = attrs.field(factory=dict, init=False)
    """The ages of all jobs that were ever added, by id."""
    _removed: set[int] = attrs.field(factory=set, init=False)
    """The ages of the jobs that were removed."""
    _newest: int = attrs.field(default=START_TIME, init=False)
    """When the newest job was created."""
    _rng: random.Random = attrs.field(init=False)
    _read_seeded: Callable[[int], Job] = attrs.field(init=False)
    _lock: Lock = attrs.field(factory=Lock, init=False)

    @_rng.default
    def _create_rng(self) -> random.Random:
        return create_rng(f"{self._history.seed}/added")

    @_read_seeded.default
    def _cache_seeded(self) -> Callable[[int], Job]:
        # Tests and benchmarks read the same jobs again and again.
        history = self._history
        return lru_cache(_CACHED_JOBS)(lambda age: history.job(age).at(START_TIME))

    def newest_first(self) -> Sequence[int]:
        """Return the ages of all jobs, newest first; the result does not grow."""
        # A range, however many there are: jobs are computed when a page is read.
        ages = range(-len(self._added), self._history.count)
        if removed := self._removed.copy():
            return [age for age in ages if age not in removed]
        return ages

    def of_knowledge_base(self, uuid: str) -> Iterator[int]:
        """Iterate over the ages of a knowledge base's jobs, newest first."""
        seeded = (it for it in self._history.ages_of(uuid) if it not in self._removed)
        return chain(self._added_to(uuid), seeded)

    def at(self, age: int, now: int) -> Job:
        """Return a job at a time."""
        run = self._runs.get(age)
        # Seeded jobs do not change over time.
        return self._read_seeded(age) if run is None else run.at(now)

    def unfinished(self, knowledge_base_uuid: str, now: int) -> list[Job]:
        """Return a knowledge base's jobs that have not ended, newest first."""
        ages = self.of_knowledge_base(knowledge_base_uuid)
        recent = takewhile(lambda age: age < UNFINISHED_JOBS, ages)
        return [job for age in recent if (job := self.at(age, now)).is_unfinished]

    def last_job(
        self, knowledge_base_uuid: str, now: int
    ) -> Mapping[str, object] | None:
        """Return the JSON of a knowledge base's newest job, if there is one."""
        age = next(self.of_knowledge_base(knowledge_base_uuid), None)
        return None if age is None else self.at(age, now).fields

    def last_source_job(
        self, knowledge_base_uuid: str, source_uuid: str, now: int
    ) -> Mapping[str, object] | None:
        """Return a data source's entry in the newest job that started it, if any."""
        ages = self.of_knowledge_base(knowledge_base_uuid)
        if source_uuid not in self._history.knowledge_bases.get(
            knowledge_base_uuid, ()
        ):
            # No seeded job has a data source that was created later.
            ages = iter(self._added_to(knowledge_base_uuid))
        entries = (
            entry
            for age in ages
            for entry in self.at(age, now).sources
            # A cancelled job also lists data sources that it never started.
            if entry["data_source_uuid"] == source_uuid and "started_at" in entry
        )
        return next(entries, None)

    def uuids(self) -> tuple[str, ...]:
        """Return the ids of all jobs, newest first."""
        return tuple(map(self._uuid, self.newest_first()))

    def find(self, uuid: str, now: int) -> Job | None:
        """Return a job at a time, if it exists."""
        age = self._find_age(uuid)
        return None if age is None else self.at(age, now)

    def add(self, run: JobRun) -> None:
        """Add a job at the head."""
        # Tests add jobs from their own threads.
        with self._lock:
            self._newest = max(self._newest, run.created_at)
            age = -len(self._added) - 1
            # In this order: an age that is listed has its job.
            self._runs[age] = run
            self._added[run.uuid] = age

    def add_pending(
        self, count: int, now: int, knowledge_bases: SourceIds
    ) -> tuple[str, ...]:
        """Add jobs for some of these that stay pending; return ids, newest first."""
        # In a knowledge base that a client created, they would keep it from starting
        # jobs.
        seeded = [it for it in knowledge_bases if it in self._history.knowledge_bases]
        uuids: list[str] = []
        for _ in range(count):
            base = self._rng.choice(seeded or list(knowledge_bases))
            # Dates differ, so that sorting by them gives the list's order.
            created_at = max(now, self._newest + SECOND)
            run = generate_pending(
                self._rng,
                create_uuid(self._rng),
                base,
                knowledge_bases[base],
                created_at,
            )
            self.add(run)
            uuids.append(run.uuid)
        return tuple(reversed(uuids))

    def remove(self, uuid: str) -> bool:
        """Remove a job; return whether it existed."""
        age = self._find_age(uuid)
        if age is None:
            return False
        # The job itself stays: a page that lists it may be read at this moment.
        self._removed.add(age)
        return True

    def cancel(self, uuid: str, now: int) -> None:
        """Cancel a job that has not ended, if it exists; it keeps its place."""
        age = self._find_age(uuid)
        if age is not None:
            run = self._runs.get(age) or self._history.job(age)
            self._runs[age] = run.cancel(now)

    def _added_to(self, knowledge_base_uuid: str) -> list[int]:
        """Return the ages of the jobs that were added to a base, newest first."""
        # A copy, which is atomic: tests add jobs from their own threads.
        runs = self._runs.copy().items()
        return sorted(
            age
            for age, run in runs
            if age < 0 and run.knowledge_base_uuid == knowledge_base_uuid
            if age not in self._removed
        )

    def _find_age(self, uuid: str) -> int | None:
        age = self._added.get(uuid)
        age = self._history.find(uuid) if age is None else age
        return None if age in self._removed else age

    def _uuid(self, age: int) -> str:
        return self._runs[age].uuid if age < 0 else self._history.uuid(age)
