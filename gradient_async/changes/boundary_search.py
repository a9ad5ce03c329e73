"""Search a list for the place of a job that is not where it should be; pure."""

from __future__ import annotations

from operator import attrgetter

from gradient_async.changes.boundary import Boundary
from gradient_async.changes.page_view import PageView


class BoundarySearch:
    """
    Search by the times of creation: first page by page, then in growing steps.

    The place found is right above the first job that is older than the wanted one. So
    nothing older is reported again, and nothing newer is left out.
    """

    def __init__(self, wanted: Boundary) -> None:
        self.boundary: Boundary | None = None
        """The boundary, if it was found to be between two pages."""
        self._wanted = wanted
        self._newest_old = Boundary()
        self._lowest_new: int | None = None
        self._total = 0
        self._step = 1

    def narrow(self, view: PageView) -> tuple[int, Boundary] | None:
        """Return the number of new jobs and the boundary, if it is on this page."""
        if view.total < self._total:
            # Jobs were deleted meanwhile, so their numbers are not valid any more.
            self._newest_old, self._lowest_new = Boundary(), None
        self._total = view.total
        index = self._wanted.find_older(view.jobs)
        if index is None and view.is_last:
            return len(view.jobs), Boundary()
        if index is not None and (index > 0 or view.number == 1):
            return index, Boundary.at(view.jobs[index], view.top - index)
        self._record(view, is_old=index is not None)
        return None

    def _record(self, view: PageView, *, is_old: bool) -> None:
        """Record a page that is wholly old or wholly new."""
        if is_old:
            top = Boundary.at(view.jobs[0], view.top)
            self._newest_old = max(self._newest_old, top, key=attrgetter("count"))
        else:
            self._lowest_new = min(view.bottom, self._lowest_new or view.bottom)
        if self._lowest_new == self._newest_old.count + 1:
            self.boundary = self._newest_old

    def probe(self, view: PageView) -> int:
        """Return the number of the job to look up next, counted from the tail."""
        above = self._lowest_new or view.total + 1
        middle = (self._newest_old.count + above) // 2
        nearby = above - self._step * view.page_size
        self._step *= 2
        return max(middle, nearby)
