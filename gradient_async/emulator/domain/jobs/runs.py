"""
Jobs that progress over time.

A `JobRun` holds the plan of a job: when it was created, and what happens to each of its
data sources. The job's JSON at any time is computed from the plan, so all of its
numbers are consistent, and nothing has to be updated in the background.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate
from typing import Final

import attrs
from attrs.validators import and_, ge, gt, le, lt, optional

from gradient_async.emulator.core.timestamps import SECOND, format_timestamps
from gradient_async.emulator.domain.jobs.job import PHASE, UNFINISHED, Job
from gradient_async.emulator.domain.jobs.sources import (
    Counts,
    describe_source,
    has_report,
    summarize,
)

# Long enough for a client that polls to see that a job can be pending.
PENDING_TIME: Final = 2 * SECOND
"""How long a job is pending once its database is ready."""


@attrs.frozen
class SourcePlan:
    """How future jobs index a data source."""

    seconds: float | None = attrs.field(
        default=None, validator=optional(and_(ge(0.0), lt(math.inf)))
    )
    """How long it takes; None means the default."""
    error_msg: str = ""
    """The error code; empty if it does not fail."""
    error_details: str = ""
    """The error in words."""
    failed: float = attrs.field(default=1.0, validator=[gt(0), le(1)])
    """The share of its items that fail, if it fails; the others are indexed."""

    @property
    def failed_share(self) -> Fraction:
        """The share exactly as it is written: 0.07 is 7/100."""
        return Fraction(str(self.failed))

    @property
    def error(self) -> dict[str, str]:
        """The JSON members that describe the error, without empty ones."""
        texts = {"error_msg": self.error_msg, "error_details": self.error_details}
        return {name: text for name, text in texts.items() if text}


@attrs.frozen(kw_only=True)
class SourceRun:
    """What happens to one data source in one job."""

    uuid: str
    files: int
    size: int
    """The bytes of all its files."""
    duration: int
    """How long it takes, in nanoseconds."""
    is_unchanged: bool
    """Whether it was indexed before in its current state; then it is skipped."""
    failure: SourcePlan | None
    """How it fails, if it does."""

    @property
    def outcome(self) -> str:
        """Its final status."""
        if self.failure is not None:
            return "FAILED" if self.failure.failed == 1 else "PARTIALLY_UPDATED"
        return "NOT_UPDATED" if self.is_unchanged else "UPDATED"

    def at(self, now: int, started_at: int, cancelled_at: int | None) -> dict[str, str]:
        """Return its entry at a time; if it has not ended then, it may be cancelled."""
        status, ended_at, error = self.outcome, started_at + self.duration, {}
        if now >= ended_at:
            # A failure shows only once it has happened.
            error = self.failure.error if self.failure else {}
        elif cancelled_at is None:
            status = "IN_PROGRESS"
        else:
            status, ended_at = "CANCELLED", cancelled_at
        return describe_source(
            self.uuid,
            status,
            self._counts(now - started_at),
            started_at=started_at,
            completed_at=None if status == "IN_PROGRESS" else ended_at,
            error=error,
        )

    def _counts(self, elapsed: int) -> Counts:
        """Return the numbers of files and bytes after some nanoseconds."""
        # Integers only: a float would lose bytes of large data sources. A data source
        # without any duration is complete at once, and must not divide by zero.
        duration = max(1, self.duration)
        seen = duration if elapsed >= self.duration else elapsed
        files, size = (total * seen // duration for total in (self.files, self.size))
        if self.outcome == "NOT_UPDATED":
            return Counts(
                total_file_count=self.files,
                skipped_item_count=files,
                total_bytes=self.size,
            )
        failed = lost = 0
        if self.failure is not None:
            share = self.failure.failed_share
            failed, lost = math.ceil(files * share), math.ceil(size * share)
            if share < 1:
                # At least one file is left: of a single one, a part fails.
                failed = min(failed, self.files - 1)
        return Counts(
            total_file_count=self.files,
            indexed_file_count=files - failed,
            failed_item_count=failed,
            total_bytes=self.size,
            total_bytes_indexed=size - lost,
        )


@attrs.frozen(kw_only=True)
class JobRun:
    """
    The plan of one indexing job; times are nanoseconds since the epoch.

    It is pending until two seconds after its database is ready, indexes its data
    sources one after the other, and ends with the last of them.
    """

    uuid: str
    knowledge_base_uuid: str
    created_at: int
    ready_at: int = 0
    """When its database is ready."""
    sources: tuple[SourceRun, ...]
    """Its data sources in order; at least one."""
    cancelled_at: int | None = None
    frozen_at: int | None = None
    """The time as of which it is always shown; None if it progresses."""
    is_crashed: bool = False
    """Whether it was abandoned at its end, before that was recorded."""

    def at(self, now: int) -> Job:
        """Return the job's JSON at a time."""
        until = now if self.frozen_at is None else self.frozen_at
        if self.cancelled_at is not None:
            until = min(until, self.cancelled_at)
        phase, status = self._phase_and_status(until)
        updated_at = min(until, self.ends_at)
        if phase == "PENDING":
            updated_at = self.created_at
        elif self.cancelled_at is not None:
            # Later than `until` if it was frozen before.
            updated_at = self.cancelled_at
        sources = list(self._sources_at(until))
        has_ended = phase not in UNFINISHED
        finished_at = updated_at if has_ended and not self.is_crashed else None
        return Job(
            {
                "uuid": self.uuid,
                "knowledge_base_uuid": self.knowledge_base_uuid,
                "phase": f"{PHASE}{phase}",
                "status": f"INDEX_JOB_STATUS_{status}",
                **format_timestamps(
                    created_at=self.created_at,
                    started_at=self._started_at if until >= self._started_at else None,
                    finished_at=finished_at,
                    updated_at=updated_at,
                ),
                "data_source_uuids": [source.uuid for source in self.sources],
                "total_datasources": len(self.sources),
                **summarize(sources),
                "is_report_available": has_ended and has_report(sources),
            }
        )

    def cancel(self, now: int) -> JobRun:
        """Return the plan, cancelled now, or at its creation if that is later."""
        # `add_jobs` may have dated the job ahead of the clock.
        return attrs.evolve(self, cancelled_at=max(now, self.created_at))

    @property
    def _started_at(self) -> int:
        return max(self.created_at, self.ready_at) + PENDING_TIME

    @property
    def ends_at(self) -> int:
        """When it ends, unless it is cancelled before."""
        return self._started_at + sum(source.duration for source in self.sources)

    def _phase_and_status(self, until: int) -> tuple[str, str]:
        if self.cancelled_at is not None:
            return "CANCELLED", "CANCELLED"
        if until < self._started_at:
            return "PENDING", "PENDING"
        if until < self.ends_at:
            return "RUNNING", "IN_PROGRESS"
        if self.is_crashed:
            return "ERROR", "FAILED"
        return _final_phase_and_status({source.outcome for source in self.sources})

    def _sources_at(self, until: int) -> Iterator[dict[str, str]]:
        """Yield the entries of the sources that started, or of all if cancelled."""
        durations = (source.duration for source in self.sources)
        starts = accumulate(durations, initial=self._started_at)
        # `accumulate` also yields the end of the last source.
        for source, started_at in zip(self.sources, starts, strict=False):
            if until >= started_at:
                yield source.at(until, started_at, self.cancelled_at)
            elif self.cancelled_at is not None:
                yield describe_source(source.uuid, "CANCELLED")


def _final_phase_and_status(outcomes: set[str]) -> tuple[str, str]:
    """Return the phase and status of a job from the outcomes of its data sources."""
    if outcomes == {"FAILED"}:
        return "FAILED", "FAILED"
    if outcomes == {"NOT_UPDATED"}:
        return "SUCCEEDED", "NO_CHANGES"
    if outcomes & {"FAILED", "PARTIALLY_UPDATED"}:
        return "SUCCEEDED", "PARTIAL"
    return "SUCCEEDED", "COMPLETED"
