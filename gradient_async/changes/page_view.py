"""A page of a list, and where in the list it is; pure."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from gradient_async.models.indexing_jobs import IndexingJob


@attrs.frozen
class PageView:
    """A page whose jobs are counted from the tail of the list, beginning with 1."""

    jobs: Sequence[IndexingJob]
    """The jobs, newest first."""
    number: int
    """Number of the page, counted from 1."""
    total: int
    """Number of jobs in the list."""
    page_size: int
    """Number of jobs on a full page."""

    @property
    def top(self) -> int:
        """Number of the first job of the page, counted from the tail."""
        return self.total - (self.number - 1) * self.page_size

    @property
    def bottom(self) -> int:
        """Number of the last job of the page, counted from the tail."""
        return self.top - len(self.jobs) + 1

    @property
    def is_consistent(self) -> bool:
        """Whether the page has as many jobs as the total implies."""
        return len(self.jobs) == max(0, min(self.page_size, self.top))

    @property
    def is_last(self) -> bool:
        """Whether the list ends on this page."""
        return self.bottom == 1

    @property
    def is_beyond_end(self) -> bool:
        """Whether the list has become too short to have this page."""
        return self.number > 1 and not self.jobs

    def should_hold(self, count: int) -> bool:
        """Whether a job is to be found here; above the list means on page 1."""
        return self.bottom <= count and (self.number == 1 or count <= self.top)

    def page_of(self, count: int) -> int:
        """Return the number of the page that holds a job counted from the tail."""
        return max(0, self.total - count) // self.page_size + 1
