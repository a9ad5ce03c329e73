"""
Read the new jobs of a list from the oldest to the newest; pure, nothing here fetches.

A list that grows only at its head keeps each job's distance from the tail, so that of
the boundary says on which page the first new job is. From there, pages are read
upwards. Each response shows where it is: by the boundary's job, or, if that is at the
top of the page below, by the total, which has not changed since.

If the boundary's job is not at its place, jobs below it were deleted, or itself. Then
`BoundarySearch` looks for the place by the times of creation.
"""

from __future__ import annotations

from typing import Final

import attrs

from gradient_async.changes.boundary import Boundary, NewJobs
from gradient_async.changes.boundary_search import BoundarySearch
from gradient_async.changes.page_view import PageView
from gradient_async.errors import PaginationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.paging.recent_keys import RecentKeys

# A search in 100,000 pages takes up to 35. A list that grows by a page between any two
# requests takes any number.
_MAX_FRUITLESS: Final = 100

_MAX_KEYS: Final = 10_000


class Climb:
    """
    Progress from the boundary up to the head of the list.

    Fetch page `next_page` and pass it to `accept`, until `is_done` or `is_lost`. The
    first page is always page 1: mostly, all new jobs are on it.
    """

    def __init__(self, boundary: Boundary, per_page: int) -> None:
        self.next_page: int = 1
        """Number of the page to fetch, counted from 1."""
        self.is_done: bool = False
        """Whether the head was reached."""
        self.is_lost: bool = False
        """Whether the counts do not describe the list, so it must be read down."""
        self.boundary: Boundary = boundary
        """The newest job that was read."""
        self._page_size = per_page
        self._total_at_boundary: int | None = None
        self._search: BoundarySearch | None = None
        self._recent = RecentKeys(_MAX_KEYS)
        self._fruitless = 0

    def accept(self, page: Page[IndexingJob]) -> NewJobs | None:
        """
        Return the new jobs of a page; None if it does not continue from the boundary.

        Raises:
            PaginationError: The pages contradict each other; go on from page 1.
        """
        try:
            self._count_fruitless(page)
            return self._accept(page)
        except PaginationError:
            # What is known of the place may be at fault, not the latest page.
            self._fruitless, self._search, self._total_at_boundary = 0, None, None
            self.next_page = 1
            raise

    def _accept(self, page: Page[IndexingJob]) -> NewJobs | None:
        view = self._view(page)
        if view is None:
            self.is_lost = True
            return None
        found = self._locate(view)
        if found is None:
            self.next_page = view.page_of(self._target(view))
            return None
        return self._take(view, *found)

    def _count_fruitless(self, page: Page[IndexingJob]) -> None:
        self._fruitless += 1
        if self._fruitless > _MAX_FRUITLESS:
            msg = f"the pages do not fit together, {_MAX_FRUITLESS} in a row"
            raise PaginationError(msg, page=page.page)

    def _view(self, page: Page[IndexingJob]) -> PageView | None:
        """Return the page with its place in the list, None if its counts are wrong."""
        if page.total is None:
            return None
        if page.page == 1 and 0 < len(page.items) < page.total:
            # A server may send fewer items on a page than requested.
            self._page_size = len(page.items)
        view = PageView(page.items, page.page, page.total, self._page_size)
        return view if view.is_consistent else None

    def _locate(self, view: PageView) -> tuple[int, Boundary] | None:
        """Return the number of new jobs on the page, and the boundary below them."""
        boundary = self.boundary
        if view.is_beyond_end:
            return None
        is_unchanged = view.total == self._total_at_boundary
        index = boundary.find(view.jobs)
        if index is not None:
            count = view.top - index
            if is_unchanged and count != boundary.count:
                raise _repeats(view)
            return index, attrs.evolve(boundary, count=count)
        if boundary.uuid is None and view.is_last:
            return len(view.jobs), boundary
        if is_unchanged and view.bottom == boundary.count + 1:
            return len(view.jobs), boundary
        if self._search is None and view.should_hold(boundary.count):
            self._search = BoundarySearch(boundary)
        return None if self._search is None else self._search_on(self._search, view)

    def _search_on(
        self, search: BoundarySearch, view: PageView
    ) -> tuple[int, Boundary] | None:
        if self.boundary.created_at is None:
            self.is_lost = True
            return None
        found = search.narrow(view)
        if found is None and search.boundary is not None:
            # It is between two pages: go on from the page below.
            self.boundary, self._search = search.boundary, None
            self._total_at_boundary = view.total
        return found

    def _target(self, view: PageView) -> int:
        """Return the distance from the tail of the job to read next."""
        if self._search is not None:
            return self._search.probe(view)
        count = self.boundary.count
        is_new = self.boundary.uuid is None or view.total == self._total_at_boundary
        return count + 1 if is_new else count

    def _take(self, view: PageView, count: int, below: Boundary) -> NewJobs:
        """Advance past the lowest `count` new jobs of a page."""
        jobs = [
            (view.jobs[index], Boundary.at(view.jobs[index], view.top - index))
            for index in reversed(range(count))
        ]
        # Of several jobs created at the same time, a search cannot know which are new.
        keys = [job.uuid or job for job, _ in jobs]
        fresh = self._recent.add(keys, may_forget=True)
        if jobs and not fresh and self._search is None:
            raise _repeats(view)
        self._fruitless = 0 if jobs else self._fruitless
        self._search = None
        self.boundary = jobs[-1][1] if jobs else below
        self._total_at_boundary = view.total
        self.is_done = view.number == 1
        self.next_page = view.page_of(self.boundary.count + 1)
        return NewJobs(below, [jobs[index] for index in fresh])


def _repeats(view: PageView) -> PaginationError:
    msg = f"page {view.number} repeats jobs of an earlier page"
    return PaginationError(msg, page=view.number)
