"""
Read a list without usable counts down from its head; pure, nothing here fetches.

The new jobs are kept until the boundary is found, because the oldest is reported first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gradient_async.changes.boundary import Boundary, NewJobs
from gradient_async.errors import PaginationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page, Position
from gradient_async.paging.page_tracker import PageTracker


class Descent:
    """
    Progress from the head of the list down to the boundary.

    Fetch page `next_page` and pass it to `accept`, until `is_done`.
    """

    def __init__(self, boundary: Boundary) -> None:
        self.is_done: bool = False
        """Whether the boundary was reached."""
        self._boundary = boundary
        self._restart()

    def _restart(self) -> None:
        self._tracker = PageTracker[IndexingJob](Position())
        self._new: list[IndexingJob] = []

    @property
    def next_page(self) -> int:
        """Number of the page to fetch, counted from 1."""
        return self._tracker.next_page

    def accept(self, page: Page[IndexingJob]) -> NewJobs | None:
        """
        Return all new jobs once the boundary was reached, else None.

        Raises:
            PaginationError: The server repeats a page, or the list does not end.
        """
        page = attrs.evolve(page, total=None)
        keys = tuple(job.uuid or job for job in page.items)
        try:
            fresh = self._tracker.accept(page, keys)
        except PaginationError:
            # What was read may be at fault, not the latest page.
            self._restart()
            raise
        index, below = self._locate(page)
        self._new += self._select(page.items[:index], fresh)
        self.is_done = index < len(page.items) or self._tracker.at_end
        return self._finish(below) if self.is_done else None

    def _select(
        self, jobs: Sequence[IndexingJob], fresh: Sequence[int]
    ) -> Iterator[IndexingJob]:
        """Iterate over the jobs that follow those read so far."""
        known = {*range(len(jobs))}.difference(fresh)
        # Jobs added since page 1 was read are left to the next pass. They are above
        # a known job, or, if the list grew by two pages, newer than the first one.
        first = max(known, default=-1) + 1
        head = Boundary.at(self._new[0], 1) if self._new else None
        for index in range(first, len(jobs)):
            if head is None or not head.is_older_than(jobs[index]):
                yield jobs[index]

    def _locate(self, page: Page[IndexingJob]) -> tuple[int, Boundary]:
        """Return the index of the first known job, and the boundary there."""
        jobs, boundary = page.items, self._boundary
        index = boundary.find(jobs)
        if index is not None:
            return index, boundary
        index = boundary.find_older(jobs)
        if index is not None:
            return index, Boundary.at(jobs[index], boundary.count)
        return len(jobs), Boundary()

    def _finish(self, below: Boundary) -> NewJobs:
        counts = range(below.count + 1, below.count + 1 + len(self._new))
        pairs = zip(reversed(self._new), counts, strict=True)
        return NewJobs(below, [(job, Boundary.at(job, count)) for job, count in pairs])
