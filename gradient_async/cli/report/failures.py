"""Which data sources failed, why, and how often; pure."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

import attrs

from gradient_async.cli.reasons import reason_of_source
from gradient_async.models import IndexedDataSource, IndexingJob

# Reasons are counted, so they must not take unlimited memory.
_MAX_LENGTH: Final = 300


def short_reason(source: IndexedDataSource) -> str:
    """Return why a data source failed, cut to 300 characters."""
    reason = reason_of_source(source)
    if len(reason) > _MAX_LENGTH:
        return f"{reason[: _MAX_LENGTH - 1]}…"
    return reason


@attrs.define
class FailingSource:
    """A data source, and how it failed."""

    account: str
    """Name of the account."""
    uuid: str
    """Id of the data source."""
    knowledge_base: str
    """Name of the knowledge base, or its id if it has none."""
    reasons: Counter[str] = attrs.field(factory=Counter)
    """Why it failed, and how often."""
    latest: datetime | None = None
    """When the latest job that failed for it was created; None if unknown."""

    def add(self, job: IndexingJob, reason: str) -> None:
        """Add a failure."""
        self.reasons[reason] += 1
        if job.created_at is not None:
            self.latest = max(self.latest or job.created_at, job.created_at)

    @property
    def failures(self) -> int:
        """Number of jobs that failed for it."""
        return self.reasons.total()


@attrs.frozen
class Reason:
    """A reason for failures, over all data sources."""

    text: str
    """The reason."""
    failures: int
    """Number of failures."""
    sources: int
    """Number of data sources that failed for it."""
