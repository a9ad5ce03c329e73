"""Running totals of a stream of jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs

from gradient_async.models import IndexingJob, IndexingJobStatus
from gradient_async.paging import Page
from gradient_async.transport.attempt import Attempt


@attrs.define
class Tally:
    """Running totals of a stream: jobs, and the requests they took."""

    jobs: int = 0
    pages: int = 0
    """Number of pages; 0 where it is not known."""
    requests: int = 0
    tokens: int = 0
    statuses: Counter[IndexingJobStatus] = attrs.field(factory=Counter)
    first_total: int | None = None
    """Number of jobs when the stream began; None where it is not known."""
    new_jobs: int = 0
    """Number of jobs added since."""

    def count_request(self, _: Attempt) -> None:
        """Count a request, whatever its outcome; for a client's `on_attempt`."""
        self.requests += 1

    def add_jobs(self, jobs: Sequence[IndexingJob]) -> None:
        """Count jobs."""
        self.jobs += len(jobs)
        self.tokens += sum(job.total_tokens for job in jobs)
        self.statuses.update(job.status for job in jobs)

    def add_page(self, page: Page[IndexingJob]) -> None:
        """Count a page and its jobs."""
        self.pages += 1
        self.add_jobs(page.items)
        if self.first_total is None:
            self.first_total = page.total
        if self.first_total is not None and page.total is not None:
            # Jobs may also be removed meanwhile, so that the list gets shorter.
            self.new_jobs = max(0, page.total - self.first_total)
