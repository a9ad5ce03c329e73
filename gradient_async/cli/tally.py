"""What there was in a list of jobs, counted while it streams by."""

from __future__ import annotations

from collections import Counter

import attrs

from gradient_async.models import IndexingJob, IndexingJobStatus
from gradient_async.paging import Page
from gradient_async.transport.attempt import Attempt


@attrs.define
class Tally:
    """Counts of jobs, and of what it took to get them."""

    jobs: int = 0
    pages: int = 0
    requests: int = 0
    tokens: int = 0
    statuses: Counter[IndexingJobStatus] = attrs.field(factory=Counter)
    first_total: int | None = None
    """Length of the list when its first page was read; None when not told."""
    newcomers: int = 0
    """How much longer the list was when its latest page was read."""

    def count_request(self, _: Attempt) -> None:
        """Count a request, whatever came of it; for a client's `on_attempt`."""
        self.requests += 1

    def add(self, page: Page[IndexingJob]) -> None:
        """Count a page and its jobs."""
        self.pages += 1
        self.jobs += len(page.items)
        self.tokens += sum(job.total_tokens for job in page.items)
        self.statuses.update(job.status for job in page.items)
        if self.first_total is None:
            self.first_total = page.total
        if self.first_total is not None and page.total is not None:
            self.newcomers = max(0, page.total - self.first_total)
