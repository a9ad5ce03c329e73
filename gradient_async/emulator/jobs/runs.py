"""
Jobs that move: a plan and a start, and the job's JSON at any moment.

A run waits for two seconds, goes through its sources one after the other, and has ended
when the last of them has. Nothing is stored of its course: each answer is computed from
the plan and the time, so that all of its numbers agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

import attrs

from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.outcomes import GOING
from gradient_async.emulator.jobs.source_runs import SourceRun
from gradient_async.emulator.jobs.sources import IndexedSource, has_report, totals
from gradient_async.emulator.timestamps import SECOND, timestamp

PENDING: Final = 2 * SECOND
"""How long a job waits for its turn, in nanoseconds."""


@attrs.frozen(kw_only=True)
class Run:
    """The plan of one indexing job; moments are nanoseconds since the epoch."""

    uuid: str
    knowledge_base_uuid: str
    created_at: int
    sources: tuple[SourceRun, ...]
    """What will come of its sources, in their order; one at least."""
    cancelled_at: int | None = None

    def at(self, now: int) -> Job:
        """Give the job as it stands at a moment."""
        until = now if self.cancelled_at is None else self.cancelled_at
        sources = list(self._indexed(until))
        phase, status = self._outcome(until)
        return Job.of(
            {
                "uuid": self.uuid,
                "knowledge_base_uuid": self.knowledge_base_uuid,
                "phase": f"BATCH_JOB_PHASE_{phase}",
                "status": f"INDEX_JOB_STATUS_{status}",
                **self._times(until, phase),
                "data_source_uuids": [source.uuid for source in self.sources],
                "data_source_jobs": [source.fields for source in sources],
                **totals(len(self.sources), sources),
                "is_report_available": phase not in GOING and has_report(sources),
            }
        )

    def cancel(self, now: int) -> Run:
        """Give the plan with an end to it, now."""
        return attrs.evolve(self, cancelled_at=now)

    @property
    def _started_at(self) -> int:
        return self.created_at + PENDING

    @property
    def _ends_at(self) -> int:
        return self._started_at + sum(source.duration for source in self.sources)

    def _outcome(self, until: int) -> tuple[str, str]:
        """Tell the phase and the status."""
        if self.cancelled_at is not None:
            return "CANCELLED", "CANCELLED"
        if until < self._started_at:
            return "PENDING", "PENDING"
        if until < self._ends_at:
            return "RUNNING", "IN_PROGRESS"
        return _sum_up({source.outcome for source in self.sources})

    def _times(self, until: int, phase: str) -> dict[str, object]:
        """Write down the moments that have come."""
        latest = min(until, self._ends_at)
        times = {"created_at": timestamp(self.created_at)}
        if until >= self._started_at:
            times["started_at"] = timestamp(self._started_at)
        if phase not in GOING:
            times["finished_at"] = timestamp(latest)
        is_new = phase == "PENDING"
        times["updated_at"] = timestamp(self.created_at if is_new else latest)
        return {**times}

    def _indexed(self, until: int) -> Iterator[IndexedSource]:
        """Go through the sources that had their turn, or through all if cancelled."""
        durations = (source.duration for source in self.sources)
        begins = accumulate(durations, initial=self._started_at)
        is_cancelled = self.cancelled_at is not None
        for source, began_at in zip(self.sources, begins, strict=False):
            if until >= began_at:
                yield source.at(until, began_at, is_cancelled=is_cancelled)
            elif is_cancelled:
                yield source.never(until)


def _sum_up(outcomes: set[str]) -> tuple[str, str]:
    """Tell the phase and the status of a job from what came of its sources."""
    if outcomes == {"FAILED"}:
        return "FAILED", "FAILED"
    if outcomes == {"NOT_UPDATED"}:
        return "SUCCEEDED", "NO_CHANGES"
    if outcomes & {"FAILED", "PARTIALLY_UPDATED"}:
        return "SUCCEEDED", "PARTIAL"
    return "SUCCEEDED", "COMPLETED"
