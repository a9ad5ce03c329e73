"""Made-up indexing jobs: the same seed gives the same jobs, to the byte."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Mapping, Sequence
from typing import Final, Self
from uuid import UUID

import attrs

from gradient_async.emulator.outcomes import END_WEIGHTS, ENDS, RUNNING, Outcome
from gradient_async.emulator.sources import IndexedSource, index_source
from gradient_async.emulator.timestamps import MINUTE, NEWEST, SECOND, timestamp

_GRAINS: Final = (SECOND, SECOND // 1_000, SECOND // 1_000_000, 1)
_PENDING: Final = 2
_RUNNING: Final = 3
_to_json: Final = json.JSONEncoder(separators=(",", ":")).encode


@attrs.frozen
class Job:
    """An indexing job, and its JSON text: written once, served many times."""

    uuid: str
    fields: Mapping[str, object] = attrs.field(repr=False)
    text: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Self:
        """Wrap the members of a job's JSON object."""
        return cls(str(fields["uuid"]), fields, _to_json(fields).encode())

    @property
    def knowledge_base_uuid(self) -> str:
        """The knowledge base that it is about."""
        return str(self.fields["knowledge_base_uuid"])

    def at(self, now: int) -> Job:  # noqa: ARG002  (as of jobs that move)
        """Give the job as it stands at a moment: always the same."""
        return self


class JobMaker:
    """Makes the jobs of one account, about knowledge bases of its own."""

    def __init__(self, seed: str) -> None:
        """Choose three to five knowledge bases of one to four data sources each."""
        self._chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)
        self._newest = NEWEST
        self._bases = [
            (self._uuid(), [self._uuid() for _ in range(self._chance.randint(1, 4))])
            for _ in range(self._chance.randint(3, 5))
        ]

    @property
    def bases(self) -> Mapping[str, Sequence[str]]:
        """The knowledge bases that the jobs are about, and their data sources."""
        return dict(self._bases)

    def history(self, count: int) -> list[Job]:
        """
        Make the jobs up to now, oldest first.

        They lie five minutes to four hours apart.
        The newest two are pending, the next three are running, the rest has ended.
        """
        moments = self._moments(count)
        jobs = [self._pending(moment) for moment in moments[:_PENDING]]
        outcomes = [RUNNING] * _RUNNING
        outcomes += self._chance.choices(ENDS, END_WEIGHTS, k=count)
        jobs += map(self._started, moments[_PENDING:], outcomes)
        return jobs[::-1]

    def following(self) -> Job:
        """Make a pending job, created one second after the newest so far."""
        self._newest += SECOND
        return self._pending(self._newest)

    def _moments(self, count: int) -> list[int]:
        """Choose the times of creation, newest first."""
        # What is known of a job lies within 13 minutes of its creation, and within ten
        # if it is running: with gaps of five nothing lies in the future.
        gaps = [
            self._chance.randrange(5 * MINUTE, 240 * MINUTE) for _ in range(count - 1)
        ]
        return [NEWEST - age for age in itertools.accumulate(gaps, initial=0)][:count]

    def _pending(self, created_at: int) -> Job:
        """Make a job that waits for its turn."""
        base, source_uuids = self._choose_sources()
        return Job.of(
            {
                "uuid": self._uuid(),
                "knowledge_base_uuid": base,
                "phase": "BATCH_JOB_PHASE_PENDING",
                "status": "INDEX_JOB_STATUS_PENDING",
                "created_at": timestamp(created_at),
                "updated_at": timestamp(created_at),
                "data_source_uuids": source_uuids,
                "data_source_jobs": [],
                **totals(len(source_uuids), []),
                "is_report_available": False,
            }
        )

    def _started(self, created_at: int, outcome: Outcome) -> Job:
        """Make a job that has got to its end, or halfway there."""
        grain = self._chance.choice(_GRAINS)
        created_at -= created_at % grain
        started_at = created_at + self._chance.randrange(SECOND, 30 * SECOND, grain)
        base, source_uuids = self._choose_sources()
        sources = self._index(source_uuids, outcome, started_at, grain)
        updated_at = timestamp(sources[-1].updated_at)
        return Job.of(
            {
                "uuid": self._uuid(),
                "knowledge_base_uuid": base,
                "phase": f"BATCH_JOB_PHASE_{outcome.phase}",
                "status": f"INDEX_JOB_STATUS_{outcome.status}",
                "created_at": timestamp(created_at),
                "started_at": timestamp(started_at),
                **({} if outcome.is_open else {"finished_at": updated_at}),
                "updated_at": updated_at,
                "data_source_uuids": source_uuids,
                "data_source_jobs": [source.fields for source in sources],
                **totals(len(source_uuids), sources),
                "is_report_available": outcome.has_report,
            }
        )

    def _index(
        self, uuids: list[str], outcome: Outcome, started_at: int, grain: int
    ) -> list[IndexedSource]:
        """Make up how a job went through its data sources, one after the other."""
        sources: list[IndexedSource] = []
        for uuid, status in zip(uuids, outcome.sources(len(uuids)), strict=True):
            source = index_source(self._chance, uuid, status, started_at, grain)
            started_at = source.updated_at
            sources.append(source)
        return sources

    def _choose_sources(self) -> tuple[str, list[str]]:
        """Choose a knowledge base, and some of its data sources or all."""
        base, uuids = self._chance.choice(self._bases)
        return base, uuids[: self._chance.randint(1, len(uuids))]

    def _uuid(self) -> str:
        """Make up a random identifier."""
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def totals(planned: int, sources: list[IndexedSource]) -> dict[str, object]:
    """Sum up the data sources that a job has gone through."""
    tokens = sum(source.tokens for source in sources)
    return {
        "total_datasources": planned,
        "completed_datasources": sum(source.is_complete for source in sources),
        "tokens": tokens,
        "total_tokens": str(tokens),
    }
