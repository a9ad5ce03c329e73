"""Made-up indexing jobs: the same seed gives the same jobs, to the byte."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Final

from gradient_async.emulator.identities import make_uuid
from gradient_async.emulator.jobs.drafts import JobDraft, spread
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.outcomes import (
    END_WEIGHTS,
    ENDS,
    PENDING,
    RUNNING,
    Outcome,
)
from gradient_async.emulator.jobs.sources import IndexedSource, index_source
from gradient_async.emulator.timestamps import MINUTE, NEWEST, SECOND

_GRAINS: Final = (SECOND, SECOND // 1_000, SECOND // 1_000_000, 1)
_PENDING: Final = 2
_RUNNING: Final = 3
_UNFINISHED: Final = _PENDING + _RUNNING


class JobMaker:
    """Makes the jobs of one account, about knowledge bases of its own."""

    def __init__(self, seed: str) -> None:
        """Choose three to five knowledge bases of one to four data sources each."""
        self._chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)
        self.bases: Mapping[str, Sequence[str]] = {
            self._uuid(): [self._uuid() for _ in range(self._chance.randint(1, 4))]
            for _ in range(self._chance.randint(3, 5))
        }
        """The knowledge bases that the jobs are about, and their data sources."""

    def history(self, count: int) -> list[Job]:
        """
        Make the jobs up to now, oldest first.

        They lie five minutes to four hours apart.
        The newest two are pending, the next three are running, the rest has ended.
        """
        moments = self._moments(count)
        drafts = [self._pending(moment, self.bases) for moment in moments[:_PENDING]]
        outcomes = [RUNNING] * _RUNNING
        outcomes += self._chance.choices(ENDS, END_WEIGHTS, k=count)
        drafts += map(self._started, moments[_PENDING:], outcomes)
        drafts[:_UNFINISHED] = spread(drafts[:_UNFINISHED], self.bases)
        return [draft.write() for draft in reversed(drafts)]

    def following(self, created_at: int, bases: Mapping[str, Sequence[str]]) -> Job:
        """
        Make a pending job about one of the knowledge bases that there are now.

        Those that there were from the beginning are taken as long as there are any.
        """
        old = {base: uuids for base, uuids in bases.items() if base in self.bases}
        return self._pending(created_at, old or bases).write()

    def _moments(self, count: int) -> list[int]:
        """Choose the times of creation, newest first."""
        # What is known of a job lies within 13 minutes of its creation, and within ten
        # if it is running: with gaps of five nothing lies in the future.
        gaps = [
            self._chance.randrange(5 * MINUTE, 240 * MINUTE) for _ in range(count - 1)
        ]
        return [NEWEST - age for age in itertools.accumulate(gaps, initial=0)][:count]

    def _pending(self, created_at: int, bases: Mapping[str, Sequence[str]]) -> JobDraft:
        """Make a job that waits for its turn."""
        base, source_uuids = self._choose_sources(bases)
        return JobDraft(
            uuid=self._uuid(),
            base=base,
            source_uuids=source_uuids,
            outcome=PENDING,
            created_at=created_at,
        )

    def _started(self, created_at: int, outcome: Outcome) -> JobDraft:
        """Make a job that has got to its end, or halfway there."""
        grain = self._chance.choice(_GRAINS)
        created_at -= created_at % grain
        started_at = created_at + self._chance.randrange(SECOND, 30 * SECOND, grain)
        base, source_uuids = self._choose_sources(self.bases)
        sources = self._index(source_uuids, outcome, started_at, grain)
        return JobDraft(
            uuid=self._uuid(),
            base=base,
            source_uuids=source_uuids,
            outcome=outcome,
            created_at=created_at,
            started_at=started_at,
            sources=sources,
        )

    def _index(
        self, uuids: Sequence[str], outcome: Outcome, started_at: int, grain: int
    ) -> list[IndexedSource]:
        """Make up how a job went through its data sources, one after the other."""
        sources: list[IndexedSource] = []
        for uuid, status in zip(uuids, outcome.sources(len(uuids)), strict=True):
            source = index_source(self._chance, uuid, status, started_at, grain)
            started_at = source.updated_at
            sources.append(source)
        return sources

    def _choose_sources(
        self, bases: Mapping[str, Sequence[str]]
    ) -> tuple[str, Sequence[str]]:
        """Choose a knowledge base, and some of its data sources or all."""
        base, uuids = self._chance.choice(list(bases.items()))
        return base, uuids[: self._chance.randint(1, len(uuids))]

    def _uuid(self) -> str:
        """Make up an identifier."""
        return make_uuid(self._chance)
