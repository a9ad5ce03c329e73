"""The indexing jobs of one account."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from heapq import merge
from itertools import takewhile
from threading import Lock
from typing import Final, TypeAlias

import attrs

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from gradient_async.emulator.domain.jobs.history import (
    JobHistory,
    SourceIds,
    generate_pending,
)
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.runs import JobRun

_CACHED_JOBS: Final = 10_000

Age: TypeAlias = int | Fraction
"""The place of a job in its list."""


@attrs.define
class JobList:
    """
    Jobs in the order of their creation; the list may change while it is read.

    Each has an age that never changes, by which they are sorted: seeded jobs count up
    from 0, the newest, and those added at the head count down from -1. One that was
    inserted has a fraction between its neighbours' ages.
    """

    _history: JobHistory
    _runs: dict[Age, JobRun] = attrs.field(factory=dict, init=False)
    """The jobs that were added, and seeded ones that were cancelled, by age."""
    _head: int = attrs.field(default=0, init=False)
    """The age of the latest job that was added at the head."""
    _inserted: tuple[Fraction, ...] = attrs.field(default=(), init=False)
    """The ages of the jobs that were inserted, sorted."""
    _added: dict[str, Age] = attrs.field(factory=dict, init=False)
    """The ages of all jobs that were ever added, by id."""
    _removed: set[Age] = attrs.field(factory=set, init=False)
    """The ages of the jobs that were removed."""
    _newest: int = attrs.field(default=START_TIME, init=False)
    """When the newest job was created."""
    _rng: random.Random = attrs.field(init=False)
    _read_seeded: Callable[[int], Job] = attrs.field(init=False)
    _lock: Lock = attrs.field(factory=Lock, init=False)
    """Held while a job gets its place: tests add jobs from their own threads."""

    @_rng.default
    def _create_rng(self) -> random.Random:
        return create_rng(f"{self._history.seed}/added")

    @_read_seeded.default
    def _cache_seeded(self) -> Callable[[int], Job]:
        # Tests and benchmarks read the same jobs again and again.
        history = self._history
        return lru_cache(_CACHED_JOBS)(lambda age: history.job(age).at(START_TIME))

    def newest_first(self) -> Sequence[Age]:
        """Return the ages of all jobs, newest first; the result does not grow."""
        ages = self._all_ages()
        if removed := self._removed.copy():
            return [age for age in ages if age not in removed]
        return ages

    def of_knowledge_base(self, uuid: str) -> Iterator[Age]:
        """Iterate over the ages of a knowledge base's jobs, newest first."""
        return merge(self._added_to(uuid), self._seeded_of(uuid))

    def at(self, age: Age, now: int) -> Job:
        """Return a job at a time."""
        run = self._runs.get(age)
        # Seeded jobs do not change over time.
        return self._read_seeded(int(age)) if run is None else run.at(now)

    def unfinished(self, knowledge_base_uuid: str, now: int) -> list[Job]:
        """Return a knowledge base's jobs that have not ended, newest first."""
        # Of the seeded jobs, only the newest have not ended.
        limit = self._history.unfinished
        seeded = takewhile(limit.__gt__, self._seeded_of(knowledge_base_uuid))
        ages = merge(self._added_to(knowledge_base_uuid), seeded)
        return [job for age in ages if (job := self.at(age, now)).is_unfinished]

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
        with self._lock:
            self._add_at_head(run)

    def insert(self, run: JobRun) -> None:
        """Add a job behind all that are newer."""
        with self._lock:
            ages = self._all_ages()
            index = bisect_left(
                ages, -run.created_at, key=lambda it: -self._created_at(it)
            )
            if index:
                before = Fraction(ages[index - 1])
                after = ages[index] if index < len(ages) else before + 1
                self._add_between(before, after, run)
            else:
                self._add_at_head(run)

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
            run = generate_pending(
                self._rng,
                create_uuid(self._rng),
                base,
                knowledge_bases[base],
                self.next_time(now),
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
            self._runs[age] = self._run(age).cancel(now)

    def next_time(self, now: int) -> int:
        """Return the date of a new job: now, or a second after the newest if later."""
        # Dates differ, so that sorting by them gives the list's order.
        return max(now, self._newest + SECOND)

    def _all_ages(self) -> Sequence[Age]:
        """Return the ages of all jobs, also of those that were removed."""
        # A range, however many there are: jobs are computed when a page is read.
        ages = range(self._head, self._history.count)
        return sorted([*ages, *self._inserted]) if self._inserted else ages

    def _add_at_head(self, run: JobRun) -> None:
        self._newest = max(self._newest, run.created_at)
        # In this order: an age that is listed has its job.
        self._store(self._head - 1, run)
        self._head -= 1

    def _add_between(self, before: Fraction, after: Age, run: JobRun) -> None:
        age = (before + after) / 2
        self._store(age, run)
        # Replaced, because others may be iterating over it.
        self._inserted = tuple(sorted([*self._inserted, age]))

    def _store(self, age: Age, run: JobRun) -> None:
        self._runs[age] = run
        self._added[run.uuid] = age

    def _run(self, age: Age) -> JobRun:
        return self._runs.get(age) or self._history.job(int(age))

    def _created_at(self, age: Age) -> int:
        return self._run(age).created_at

    def _seeded_of(self, knowledge_base_uuid: str) -> Iterator[int]:
        """Iterate over the ages of a base's seeded jobs, newest first."""
        ages = self._history.ages_of(knowledge_base_uuid)
        return (age for age in ages if age not in self._removed)

    def _added_to(self, knowledge_base_uuid: str) -> list[Age]:
        """Return the ages of the jobs that were added to a base, newest first."""
        # A copy, which is atomic: tests add jobs from their own threads.
        runs = self._runs.copy().items()
        return sorted(
            age
            for age, run in runs
            if run.knowledge_base_uuid == knowledge_base_uuid
            if not _is_seeded(age) and age not in self._removed
        )

    def _find_age(self, uuid: str) -> Age | None:
        age = self._added.get(uuid)
        age = self._history.find(uuid) if age is None else age
        return None if age in self._removed else age

    def _uuid(self, age: Age) -> str:
        # Without computing the job.
        return self._history.uuid(int(age)) if _is_seeded(age) else self._run(age).uuid


def _is_seeded(age: Age) -> bool:
    return isinstance(age, int) and age >= 0
