"""
Seeded jobs: the same seed gives the same jobs, to the byte.

Each is computed when it is asked for, from its age alone: the newest is 0 jobs old. So
an account can have a million of them, and starts at once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, TypeAlias
from uuid import UUID

import attrs

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import MINUTE, SECOND, START_TIME
from gradient_async.emulator.domain.jobs.runs import JobRun, SourcePlan, SourceRun

SourceIds: TypeAlias = Mapping[str, Sequence[str]]
"""The ids of knowledge bases, and those of their data sources."""

UNFINISHED_JOBS: Final = 5
"""Number of jobs that have not ended by default: two are pending, three running."""

_PENDING_JOBS: Final = 2
_STEP: Final = 120 * MINUTE
# The newest job is as old if it has ended, since nothing lies in the future.
_MAX_DURATION: Final = 15 * MINUTE
# Protobuf writes fractions with 0, 3, 6 or 9 digits; clients have to read them all.
_PRECISIONS: Final = (SECOND, SECOND // 1_000, SECOND // 1_000_000, 1)
# What becomes of all data sources of a job but the last, and of the last.
_OUTCOMES: Final = {
    ("UPDATED", "UPDATED"): 70,
    ("NOT_UPDATED", "NOT_UPDATED"): 10,
    ("UPDATED", "PARTIALLY_UPDATED"): 4,
    ("FAILED", "PARTIALLY_UPDATED"): 3,
    ("FAILED", "FAILED"): 6,
    ("UPDATED", "CRASHED"): 3,
    ("UPDATED", "CANCELLED"): 4,
}
_WEIGHTED: Final = (tuple(_OUTCOMES), tuple(_OUTCOMES.values()))
_RUNNING: Final = ("UPDATED", "RUNNING")
_FAILED_SHARES: Final = {"FAILED": 1.0, "CRASHED": 1.0, "PARTIALLY_UPDATED": 0.2}
_ERRORS: Final = (
    ("source_access_denied", "The bucket refused access with the stored key."),
    ("source_not_found", "The start page of the crawl responded with status 404."),
    ("document_parsing_failed", "A PDF file could not be opened: it is encrypted."),
    ("embedding_failed", "The embedding model did not respond within 120 seconds."),
    ("index_write_failed", "The OpenSearch cluster is out of disk space."),
)
# The largest prime below 2 ** 48: ids begin with 48 bits that stand for the age.
_PRIME: Final = 2**48 - 59


@attrs.define(slots=False)
class JobHistory:
    """The seeded jobs of one account, for three to five knowledge bases."""

    seed: str
    count: int
    """Number of jobs."""
    unfinished: int = UNFINISHED_JOBS
    """Number of the newest of them that have not ended, up to 5."""

    @cached_property
    def knowledge_bases(self) -> SourceIds:
        """The knowledge bases that the jobs index, and their data sources."""
        rng = create_rng(self.seed)
        return {
            create_uuid(rng): [create_uuid(rng) for _ in range(rng.randint(1, 4))]
            for _ in range(rng.randint(3, 5))
        }

    @property
    def begin(self) -> int:
        """A time before the oldest job."""
        return START_TIME - self.count * _STEP

    def uuid(self, age: int) -> str:
        """Return the id of a job."""
        first, rest = self._factors
        # Multiplied modulo a prime, ages look random, and an id leads back to its age.
        bits = (age + 1) * first % _PRIME << 80 | (age + 1) * rest % 2**80
        return str(UUID(int=bits, version=4))

    def find(self, uuid: str) -> int | None:
        """Return the age of the job with an id, if there is one."""
        try:
            bits = UUID(uuid).int >> 80
        except ValueError:
            return None
        age = bits * pow(self._factors[0], -1, _PRIME) % _PRIME - 1
        return age if age in range(self.count) and uuid == self.uuid(age) else None

    def ages_of(self, knowledge_base_uuid: str) -> range:
        """Return the ages of a knowledge base's jobs, newest first."""
        uuids = list(self.knowledge_bases)
        if knowledge_base_uuid not in uuids:
            return range(0)
        return range(uuids.index(knowledge_base_uuid), self.count, len(uuids))

    def job(self, age: int) -> JobRun:
        """
        Return a job.

        They are five minutes to four hours apart, and index the knowledge bases in
        turn: the platform starts no job while another of its base is unfinished.
        """
        rng = create_rng(f"{self.seed}/{age}")
        created_at = START_TIME - age * _STEP
        if age:
            created_at -= rng.randrange(0, _STEP - 5 * MINUTE, SECOND)
        elif not self.unfinished:
            created_at -= _MAX_DURATION
        base, available = self._items[age % len(self._items)]
        if age < min(_PENDING_JOBS, self.unfinished):
            return generate_pending(rng, self.uuid(age), base, available, created_at)
        outcome = _RUNNING if age < self.unfinished else rng.choices(*_WEIGHTED)[0]
        return _generate(
            rng, self.uuid(age), base, available, created_at, outcome=outcome
        )

    @cached_property
    def _items(self) -> Sequence[tuple[str, Sequence[str]]]:
        return tuple(self.knowledge_bases.items())

    @cached_property
    def _factors(self) -> tuple[int, int]:
        rng = create_rng(f"{self.seed}/ids")
        # Odd, so that no two ages have the same product.
        return rng.randrange(1, _PRIME), rng.randrange(1, 2**80, 2)


def generate_pending(
    rng: random.Random, uuid: str, base: str, available: Sequence[str], created_at: int
) -> JobRun:
    """Generate a job for some of a knowledge base's data sources; it stays pending."""
    return JobRun(
        uuid=uuid,
        knowledge_base_uuid=base,
        created_at=created_at,
        frozen_at=created_at,
        sources=_generate_sources(rng, available, _RUNNING, SECOND),
    )


def _generate(
    rng: random.Random,
    uuid: str,
    base: str,
    available: Sequence[str],
    created_at: int,
    *,
    outcome: tuple[str, str],
) -> JobRun:
    """Generate a job that has ended, or that stays in its last data source."""
    _, last = outcome
    precision = rng.choice(_PRECISIONS)
    created_at += rng.randrange(0, SECOND, precision)
    run = JobRun(
        uuid=uuid,
        knowledge_base_uuid=base,
        created_at=created_at,
        ready_at=created_at + rng.randrange(0, 28 * SECOND, precision),
        sources=_generate_sources(rng, available, outcome, precision),
        is_crashed=last == "CRASHED",
    )
    shown_at = run.ends_at
    if last in {"RUNNING", "CANCELLED"}:
        shown_at -= run.sources[-1].duration // 2
    run = attrs.evolve(run, frozen_at=shown_at)
    return run.cancel(shown_at) if last == "CANCELLED" else run


def _generate_sources(
    rng: random.Random,
    available: Sequence[str],
    outcome: tuple[str, str],
    precision: int,
) -> tuple[SourceRun, ...]:
    """Generate what happens to some or all data sources; times have a precision."""
    uuids = available[: rng.randint(1, len(available))]
    earlier, last = outcome
    statuses = [*[earlier] * (len(uuids) - 1), last]
    pairs = zip(uuids, statuses, strict=True)
    return tuple(_generate_source(rng, *pair, precision) for pair in pairs)


def _generate_source(
    rng: random.Random, uuid: str, status: str, precision: int
) -> SourceRun:
    """Generate what happens to a data source in 10 seconds to 3 minutes."""
    files = rng.randrange(10, 400)
    share = _FAILED_SHARES.get(status)
    return SourceRun(
        uuid=uuid,
        files=files,
        size=files * rng.randrange(2_000, 90_000),
        # Half of it, when a job is cancelled, has the precision too.
        duration=rng.randrange(10 * SECOND, 180 * SECOND, 2 * precision),
        is_unchanged=status == "NOT_UPDATED",
        failure=SourcePlan(None, *rng.choice(_ERRORS), share) if share else None,
    )
