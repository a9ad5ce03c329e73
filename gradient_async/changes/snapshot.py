"""The jobs that run now, and the checkpoint from which to go on; pure."""

from __future__ import annotations

from gradient_async.changes.boundary import Boundary
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent, JobEventKind, JobState
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page, Position
from gradient_async.paging.page_tracker import PageTracker
from gradient_async.transport.endpoint import find_id_problem


class Snapshot:
    """
    The unfinished jobs among the newest ones, as of the first page.

    Fetch page `next_page` and pass it to `accept`, until `is_done`. The list is read
    down to the first page without unfinished jobs; those further down are not found.
    """

    def __init__(self) -> None:
        self.is_done: bool = False
        """Whether no further page is needed."""
        self._boundary = Boundary()
        self._unfinished: dict[str, IndexingJob] = {}
        self._tracker = PageTracker[IndexingJob](Position())

    @property
    def next_page(self) -> int:
        """Number of the page to fetch, counted from 1."""
        return self._tracker.next_page

    @property
    def events(self) -> tuple[JobEvent, ...]:
        """The unfinished jobs, newest first, as events of the kind `running`."""
        return tuple(
            JobEvent(kind=JobEventKind.RUNNING, job=job)
            for job in self._unfinished.values()
        )

    def accept(self, page: Page[IndexingJob]) -> None:
        """
        Record the next page.

        Raises:
            PaginationError: The server repeats a page, or the list does not end.
        """
        keys = tuple(job.uuid or job for job in page.items)
        is_first = not self._tracker.accepted
        new = self._tracker.accept(page, keys)
        if page.items and is_first:
            count = max(len(page.items), page.total or 0)
            self._boundary = Boundary.at(page.items[0], count)
        # Jobs added since the first page are above the checkpoint.
        for index in new:
            job = page.items[index]
            if not job.is_finished and not find_id_problem(job.uuid):
                self._unfinished[job.uuid] = job
        is_quiet = all(job.is_finished for job in page.items)
        self.is_done = is_quiet or self._tracker.at_end

    def checkpoint(self, account: str) -> Checkpoint:
        """Return the checkpoint that covers every job the list had."""
        return Checkpoint(
            account=account,
            newest_uuid=self._boundary.uuid,
            newest_created_at=self._boundary.created_at,
            count=self._boundary.count,
            unfinished={
                uuid: JobState.of(job) for uuid, job in self._unfinished.items()
            },
        )
