"""Seeded jobs: the same seed gives the same jobs, to the byte."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import MINUTE, SECOND, START_TIME
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.sources import IndexedSource, generate_source

SourceIds: TypeAlias = Mapping[str, Sequence[str]]
"""The ids of knowledge bases, and those of their data sources."""

# Protobuf writes fractions with 0, 3, 6 or 9 digits; clients have to read them all.
_PRECISIONS: Final = (SECOND, SECOND // 1_000, SECOND // 1_000_000, 1)


@attrs.frozen
class Outcome:
    """The state of a job and its data sources."""

    status: str
    phase: str
    earlier: str
    """The status of all its data sources but the last."""
    last: str
    """The status of its last data source."""
    has_finish_time: bool = True


_PENDING: Final = Outcome("PENDING", "PENDING", "UNKNOWN", "UNKNOWN", False)
_RUNNING: Final = Outcome("IN_PROGRESS", "RUNNING", "UPDATED", "IN_PROGRESS", False)
UNFINISHED: Final = (_PENDING, _PENDING, _RUNNING, _RUNNING, _RUNNING)
"""The outcomes of the newest jobs, newest first."""

_WEIGHTS: Final = {
    Outcome("COMPLETED", "SUCCEEDED", "UPDATED", "UPDATED"): 70,
    Outcome("NO_CHANGES", "SUCCEEDED", "NOT_UPDATED", "NOT_UPDATED"): 10,
    Outcome("PARTIAL", "SUCCEEDED", "UPDATED", "PARTIALLY_UPDATED"): 4,
    Outcome("PARTIAL", "SUCCEEDED", "FAILED", "PARTIALLY_UPDATED"): 3,
    Outcome("FAILED", "FAILED", "FAILED", "FAILED"): 6,
    # A crash: the job was abandoned before its finish time was recorded.
    Outcome("FAILED", "ERROR", "UPDATED", "FAILED", False): 3,
    Outcome("CANCELLED", "CANCELLED", "UPDATED", "CANCELLED"): 4,
}


class JobGenerator:
    """Generates the seeded jobs of one account, for three to five knowledge bases."""

    def __init__(self, seed: str) -> None:
        self._rng = create_rng(seed)
        self.knowledge_bases: SourceIds = {
            self._uuid(): [self._uuid() for _ in range(self._rng.randint(1, 4))]
            for _ in range(self._rng.randint(3, 5))
        }
        """The knowledge bases that the jobs index, and their data sources."""

    def generate_history(
        self, count: int, unfinished: int = len(UNFINISHED)
    ) -> list[Job]:
        """
        Generate the jobs up to `START_TIME`, oldest first.

        They are five minutes to four hours apart. The newest two are pending, the next
        three are running, or as many of these as may be unfinished; all others have
        ended.
        """
        times = self._creation_times(count)
        ended = self._rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()), k=count)
        uuids = tuple(self.knowledge_bases)
        # The platform starts no job while another of its knowledge base is unfinished,
        # so these are spread: two share a knowledge base only if no other is left.
        turns = itertools.islice(itertools.cycle(uuids), unfinished)
        targets = [*turns, *self._rng.choices(uuids, k=count)]
        available = [self.knowledge_bases[target] for target in targets]
        outcomes = [*UNFINISHED[:unfinished], *ended]
        jobs = map(self._generate, times, outcomes, targets, available)
        return list(jobs)[::-1]

    def generate_pending(self, created_at: int, knowledge_bases: SourceIds) -> Job:
        """Generate a pending job for one of these, preferring the seeded ones."""
        # It would keep clients from starting jobs in the knowledge base they created.
        seeded = [it for it in knowledge_bases if it in self.knowledge_bases]
        target = self._rng.choice(seeded or list(knowledge_bases))
        return self._generate(created_at, _PENDING, target, knowledge_bases[target])

    def _creation_times(self, count: int) -> list[int]:
        """Choose the times of creation, newest first."""
        # A job's times lie within 13 minutes of its creation, and within ten if it is
        # running. Two newer jobs, five minutes apart, keep them all in the past.
        gaps = [self._rng.randrange(5 * MINUTE, 240 * MINUTE) for _ in range(count - 1)]
        ages = itertools.accumulate(gaps, initial=0)
        return [START_TIME - age for age in ages][:count]

    def _generate(
        self,
        created_at: int,
        outcome: Outcome,
        knowledge_base: str,
        available: Sequence[str],
    ) -> Job:
        """Generate a job for some or all of a knowledge base's data sources."""
        uuids = available[: self._rng.randint(1, len(available))]
        started_at, sources = None, list[IndexedSource]()
        if outcome != _PENDING:
            precision = self._rng.choice(_PRECISIONS)
            created_at -= created_at % precision
            delay = self._rng.randrange(SECOND, 30 * SECOND, precision)
            started_at = created_at + delay
            sources = self._generate_sources(uuids, outcome, started_at, precision)
        updated_at = sources[-1].updated_at if sources else created_at
        return Job.build(
            uuid=self._uuid(),
            knowledge_base_uuid=knowledge_base,
            phase=outcome.phase,
            status=outcome.status,
            created_at=created_at,
            started_at=started_at,
            finished_at=updated_at if outcome.has_finish_time else None,
            updated_at=updated_at,
            source_uuids=uuids,
            sources=sources,
        )

    def _generate_sources(
        self, uuids: Sequence[str], outcome: Outcome, started_at: int, precision: int
    ) -> list[IndexedSource]:
        """Generate the entries of a job's data sources, one after the other."""
        sources: list[IndexedSource] = []
        statuses = [outcome.earlier] * (len(uuids) - 1) + [outcome.last]
        for uuid, status in zip(uuids, statuses, strict=True):
            source = generate_source(self._rng, uuid, status, started_at, precision)
            started_at = source.updated_at
            sources.append(source)
        return sources

    def _uuid(self) -> str:
        return create_uuid(self._rng)
