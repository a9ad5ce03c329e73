"""What becomes of made-up jobs, and how often."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Outcome:
    """What has become of a job and of its data sources."""

    status: str
    phase: str
    earlier: str
    """The status of all its data sources but the last."""
    last: str
    """The status of its last data source."""
    is_open: bool = False
    """Whether no end of the job was written down."""

    def sources(self, count: int) -> list[str]:
        """List the statuses of the job's data sources."""
        return [self.earlier] * (count - 1) + [self.last]


GOING: Final = frozenset({"PENDING", "RUNNING"})
"""The phases of jobs that have not ended."""

PENDING: Final = Outcome("PENDING", "PENDING", "UNKNOWN", "UNKNOWN", is_open=True)
"""A job that waits, and has no source yet whose status could be shown."""

RUNNING: Final = Outcome(
    "IN_PROGRESS", "RUNNING", "UPDATED", "IN_PROGRESS", is_open=True
)
"""A job under way."""

_WEIGHTS: Final = {
    Outcome("COMPLETED", "SUCCEEDED", "UPDATED", "UPDATED"): 70,
    Outcome("NO_CHANGES", "SUCCEEDED", "NOT_UPDATED", "NOT_UPDATED"): 10,
    Outcome("PARTIAL", "SUCCEEDED", "UPDATED", "PARTIALLY_UPDATED"): 4,
    Outcome("PARTIAL", "SUCCEEDED", "FAILED", "PARTIALLY_UPDATED"): 3,
    Outcome("FAILED", "FAILED", "FAILED", "FAILED"): 6,
    # A crash: the job was given up without a note of its end.
    Outcome("FAILED", "ERROR", "UPDATED", "FAILED", is_open=True): 3,
    Outcome("CANCELLED", "CANCELLED", "UPDATED", "CANCELLED"): 4,
}

ENDS: Final = tuple(_WEIGHTS)
"""The ways in which a job can end."""

END_WEIGHTS: Final = tuple(_WEIGHTS.values())
"""How often each of `ENDS` comes, relative to the others."""
