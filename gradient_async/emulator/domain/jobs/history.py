"""Seeded jobs: the same seed gives the same jobs, to the byte."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import (
    MINUTE,
    SECOND,
    START_TIME,
    parse_timestamp,
)
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.sources import IndexedSource, generate_source

SourceIds: TypeAlias = Mapping[str, Sequence[str]]
"""The ids of knowledge bases, and those of their data sources."""

_PRECISIONS: Final = (SECOND, SECOND // 1_000, SECOND // 1_000_000, 1)
_PENDING_COUNT: Final = 2
_RUNNING_COUNT: Final = 3
_UNFINISHED_COUNT: Final = _PENDING_COUNT + _RUNNING_COUNT


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

    def source_statuses(self, count: int) -> list[str]:
        """Return the statuses of `count` data sources."""
        return [self.earlier] * (count - 1) + [self.last]


_PENDING: Final = Outcome("PENDING", "PENDING", "UNKNOWN", "UNKNOWN", False)
_RUNNING: Final = Outcome("IN_PROGRESS", "RUNNING", "UPDATED", "IN_PROGRESS", False)
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


@attrs.frozen(kw_only=True)
class JobDraft:
    """The random choices behind a seeded job; times are nanoseconds since the epoch."""

    uuid: str
    knowledge_base: str
    source_uuids: Sequence[str]
    outcome: Outcome
    created_at: int
    started_at: int | None = None
    sources: Sequence[IndexedSource] = ()
    """The entries of its data sources; none while it is pending."""

    def build(self) -> Job:
        """Create the job."""
        updated_at = self.sources[-1].updated_at if self.sources else self.created_at
        return Job.build(
            uuid=self.uuid,
            knowledge_base_uuid=self.knowledge_base,
            phase=self.outcome.phase,
            status=self.outcome.status,
            created_at=self.created_at,
            started_at=self.started_at,
            finished_at=updated_at if self.outcome.has_finish_time else None,
            updated_at=updated_at,
            source_uuids=self.source_uuids,
            sources=self.sources,
        )

    def moved_to(self, knowledge_base: str, uuids: Sequence[str]) -> JobDraft:
        """Return it for another knowledge base, which may have fewer sources."""
        planned = uuids[: len(self.source_uuids)]
        # The last source is the one in progress, so the first ones are left out.
        kept = self.sources[-len(planned) :]
        sources = [it.with_uuid(uuid) for it, uuid in zip(kept, planned, strict=False)]
        first = sources[0].fields["started_at"] if sources else None
        return attrs.evolve(
            self,
            knowledge_base=knowledge_base,
            source_uuids=planned,
            sources=sources,
            started_at=None if first is None else parse_timestamp(str(first)),
        )


class JobGenerator:
    """Generates the seeded jobs of one account, for three to five knowledge bases."""

    def __init__(self, seed: str) -> None:
        self._rng = create_rng(seed)
        self.knowledge_bases: SourceIds = {
            self._uuid(): [self._uuid() for _ in range(self._rng.randint(1, 4))]
            for _ in range(self._rng.randint(3, 5))
        }
        """The knowledge bases that the jobs index, and their data sources."""

    def generate_history(self, count: int) -> list[Job]:
        """
        Generate the jobs up to `START_TIME`, oldest first.

        They are five minutes to four hours apart. The newest two are pending, the next
        three are running, and all others have ended.
        """
        times = self._creation_times(count)
        drafts = [
            self._draft_pending(time, self.knowledge_bases)
            for time in times[:_PENDING_COUNT]
        ]
        outcomes = [_RUNNING] * _RUNNING_COUNT
        outcomes += self._rng.choices(
            tuple(_WEIGHTS), tuple(_WEIGHTS.values()), k=count
        )
        drafts += map(self._draft_started, times[_PENDING_COUNT:], outcomes)
        drafts[:_UNFINISHED_COUNT] = spread(
            drafts[:_UNFINISHED_COUNT], self.knowledge_bases
        )
        return [draft.build() for draft in reversed(drafts)]

    def generate_pending(self, created_at: int, knowledge_bases: SourceIds) -> Job:
        """Generate a pending job for one of these, preferring the seeded ones."""
        seeded = {
            it: knowledge_bases[it]
            for it in knowledge_bases
            if it in self.knowledge_bases
        }
        return self._draft_pending(created_at, seeded or knowledge_bases).build()

    def _creation_times(self, count: int) -> list[int]:
        """Choose the times of creation, newest first."""
        # A job's times lie within 13 minutes of its creation, and within ten if it is
        # running. Two newer jobs, five minutes apart, keep them all in the past.
        gaps = [self._rng.randrange(5 * MINUTE, 240 * MINUTE) for _ in range(count - 1)]
        ages = itertools.accumulate(gaps, initial=0)
        return [START_TIME - age for age in ages][:count]

    def _draft_pending(self, created_at: int, knowledge_bases: SourceIds) -> JobDraft:
        knowledge_base, source_uuids = self._choose_sources(knowledge_bases)
        return JobDraft(
            uuid=self._uuid(),
            knowledge_base=knowledge_base,
            source_uuids=source_uuids,
            outcome=_PENDING,
            created_at=created_at,
        )

    def _draft_started(self, created_at: int, outcome: Outcome) -> JobDraft:
        precision = self._rng.choice(_PRECISIONS)
        created_at -= created_at % precision
        started_at = created_at + self._rng.randrange(SECOND, 30 * SECOND, precision)
        knowledge_base, source_uuids = self._choose_sources(self.knowledge_bases)
        sources = self._generate_sources(source_uuids, outcome, started_at, precision)
        return JobDraft(
            uuid=self._uuid(),
            knowledge_base=knowledge_base,
            source_uuids=source_uuids,
            outcome=outcome,
            created_at=created_at,
            started_at=started_at,
            sources=sources,
        )

    def _generate_sources(
        self, uuids: Sequence[str], outcome: Outcome, started_at: int, precision: int
    ) -> list[IndexedSource]:
        """Generate the entries of a job's data sources, one after the other."""
        sources: list[IndexedSource] = []
        statuses = outcome.source_statuses(len(uuids))
        for uuid, status in zip(uuids, statuses, strict=True):
            source = generate_source(self._rng, uuid, status, started_at, precision)
            started_at = source.updated_at
            sources.append(source)
        return sources

    def _choose_sources(self, knowledge_bases: SourceIds) -> tuple[str, Sequence[str]]:
        """Choose a knowledge base, and some or all of its data sources."""
        knowledge_base, uuids = self._rng.choice(list(knowledge_bases.items()))
        return knowledge_base, uuids[: self._rng.randint(1, len(uuids))]

    def _uuid(self) -> str:
        return create_uuid(self._rng)


def spread(
    drafts: Iterable[JobDraft], knowledge_bases: SourceIds
) -> Iterator[JobDraft]:
    """Spread drafts over the knowledge bases as evenly as possible."""
    load = dict.fromkeys(knowledge_bases, 0)
    for draft in drafts:
        lowest = min(load.values())
        # Its own knowledge base comes first, to keep the random choice where possible.
        candidates = (draft.knowledge_base, *load)
        target = next(it for it in candidates if load[it] == lowest)
        load[target] += 1
        if target == draft.knowledge_base:
            yield draft
        else:
            yield draft.moved_to(target, knowledge_bases[target])
