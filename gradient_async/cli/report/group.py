"""Sums over a group of jobs; pure."""

from __future__ import annotations

from array import array
from collections import Counter
from enum import Enum

import attrs

from gradient_async.models import IndexingJob, IndexingJobPhase, IndexingJobStatus


class Outcome(Enum):
    """What became of a job; each has one."""

    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNFINISHED = "unfinished"


def outcome_of(job: IndexingJob) -> Outcome:
    """Return what became of a job."""
    if job.succeeded:
        return Outcome.SUCCEEDED
    if not job.is_finished:
        return Outcome.UNFINISHED
    if job.is_partial:
        return Outcome.PARTIAL
    if (
        job.phase is IndexingJobPhase.CANCELLED
        or job.status is IndexingJobStatus.CANCELLED
    ):
        return Outcome.CANCELLED
    return Outcome.FAILED


@attrs.define
class Group:
    """Jobs that belong together, summed up."""

    label: str
    """What they have in common, for people."""
    uuid: str = ""
    """Id of their knowledge base, if they have that in common."""
    outcomes: Counter[Outcome] = attrs.field(factory=Counter)
    """Number of jobs of each outcome."""
    tokens: int = 0
    """Number of tokens consumed."""
    unpriced_tokens: int = 0
    """How many of them have no known price."""
    known_cost: float = 0.0
    """Price of the others, in US dollars."""
    reasons: Counter[str] = attrs.field(factory=Counter)
    """Why data sources failed, and how often."""
    _durations: array[float] = attrs.field(factory=lambda: array("d"))

    def add(self, job: IndexingJob, price: float | None, reasons: list[str]) -> None:
        """
        Add a job.

        Args:
            job: The job.
            price: US dollars for a million of its tokens; None if unknown.
            reasons: Why data sources of the job failed.
        """
        self.outcomes[outcome_of(job)] += 1
        self.tokens += job.total_tokens
        if price is None:
            self.unpriced_tokens += job.total_tokens
        else:
            self.known_cost += job.total_tokens * price / 1e6
        if job.duration_seconds is not None:
            self._durations.append(job.duration_seconds)
        self.reasons.update(reasons)

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return self.outcomes.total()

    @property
    def success_rate(self) -> float | None:
        """Share of the jobs that ended which succeeded, 0 to 1; None if none ended."""
        ended = self.jobs - self.outcomes[Outcome.UNFINISHED]
        return self.outcomes[Outcome.SUCCEEDED] / ended if ended else None

    @property
    def cost(self) -> float | None:
        """US dollars for the tokens with a known price; None if there are none."""
        if self.unpriced_tokens and self.unpriced_tokens == self.tokens:
            return None
        # Exact for one token at the lowest prices; sums of floats are not beyond that.
        return round(self.known_cost, 9)

    def percentile(self, percent: int) -> float | None:
        """Return a percentile of the durations in seconds; None without any."""
        return percentile(sorted(self._durations), percent)


def percentile(values: list[float], percent: int) -> float | None:
    """Return a percentile of sorted values, interpolated; None without values."""
    if not values:
        return None
    whole, rest = divmod((len(values) - 1) * percent, 100)
    low, high = values[whole], values[min(whole + 1, len(values) - 1)]
    return low + (high - low) * rest / 100
