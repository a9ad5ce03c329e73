"""
Compare a list of jobs with a checkpoint; pure, nothing here fetches.

First come the new jobs, from the oldest to the newest, and on the pages read for them,
whatever else changed. Then come the jobs that had not ended and were on none of these
pages: they are found as `waiting` finds jobs, by reading on or by id.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import attrs

from gradient_async.changes.boundary import Boundary
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.climb import Climb
from gradient_async.changes.descent import Descent
from gradient_async.changes.events import JobEvent, JobEventKind, JobState
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.transport.endpoint import find_id_problem
from gradient_async.waiting.rounds import GetEach, PollRound, ReadPage, Step

# As many as are fetched at the same time, so that each batch is reported at once.
_BATCH: Final = 16


@attrs.frozen
class _Found:
    """An event that was not taken yet."""

    uuid: str
    event: JobEvent
    boundary: Boundary | None = None
    """The boundary once the event was taken; None if it stays."""


class JobPass:
    """
    One pass over the list of jobs.

    Take all events (`pop_event`), fetch what `next_step` names, record it
    (`record_page`, `record_job`, `record_deleted`), and repeat until `next_step` is
    None.

    Args:
        since: What is known.
        per_page: Number of jobs requested per page.
    """

    def __init__(self, since: Checkpoint, *, per_page: int) -> None:
        self._boundary = Boundary(
            since.newest_uuid, since.newest_created_at, since.count
        )
        self._unfinished = dict(since.unfinished)
        # Jobs whose state is still to be seen in this pass; a dict for its order.
        self._pending = dict.fromkeys(since.unfinished)
        self._reader: Climb | Descent = Climb(self._boundary, per_page)
        self._round = PollRound(self._pending, {})
        self._round_pages = 0
        self._found: deque[_Found] = deque()

    @property
    def next_step(self) -> Step | None:
        """What to fetch next; None if nothing is left to fetch."""
        if not self._reader.is_done:
            return ReadPage(self._reader.next_page)
        if not self._pending:
            return None
        step = self._round.next_step
        if isinstance(step, ReadPage):
            return step
        return GetEach(tuple(self._pending)[:_BATCH])

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to fetch and every event was taken."""
        return not self._found and self.next_step is None

    def checkpoint(self, account: str) -> Checkpoint:
        """Return what is known by the events taken so far."""
        return Checkpoint(
            account=account,
            newest_uuid=self._boundary.uuid,
            newest_created_at=self._boundary.created_at,
            count=self._boundary.count,
            unfinished=self._unfinished,
        )

    @property
    def next_event(self) -> JobEvent | None:
        """The event to take next; None if the next step comes first."""
        return self._found[0].event if self._found else None

    def pop_event(self) -> JobEvent:
        """Take `next_event`, which must be there."""
        found = self._found.popleft()
        self._boundary = found.boundary or self._boundary
        if found.event.has_ended:
            self._unfinished.pop(found.uuid, None)
        elif not find_id_problem(found.uuid):
            self._unfinished[found.uuid] = JobState.of(found.event.job)
        return found.event

    def record_page(self, page: Page[IndexingJob]) -> None:
        """
        Record the page that the latest step named.

        Raises:
            PaginationError: The pages contradict each other.
        """
        for uuid, job in {job.uuid: job for job in page.items}.items():
            if uuid in self._unfinished:
                self.record_job(uuid, job)
        self._record_in_round(page)
        if not self._reader.is_done:
            self._record_new(page)

    def record_job(self, uuid: str, job: IndexingJob) -> None:
        """Record the state of a job that had not ended."""
        self._pending.pop(uuid, None)
        previous = self._unfinished[uuid]
        if job.is_finished:
            self._add(uuid, JobEventKind.ENDED, job, previous)
        elif JobState.of(job) != previous:
            self._add(uuid, JobEventKind.CHANGED, job, previous)

    def record_deleted(self, uuid: str) -> None:
        """Record that a job that had not ended no longer exists."""
        del self._pending[uuid]
        last = self._unfinished[uuid]
        job = IndexingJob(
            uuid=uuid,
            phase=last.phase,
            status=last.status,
            completed_datasources=last.completed_datasources,
        )
        self._add(uuid, JobEventKind.ENDED, job, last)

    def _add(
        self, uuid: str, kind: JobEventKind, job: IndexingJob, previous: JobState
    ) -> None:
        event = JobEvent(kind=kind, job=job, previous=previous)
        self._found.append(_Found(uuid, event))

    def _record_in_round(self, page: Page[IndexingJob]) -> None:
        """Begin a round with page 1, continue it with the pages that follow."""
        if page.page == 1:
            self._round, self._round_pages = PollRound(self._pending, {}), 0
        if page.page == self._round_pages + 1:
            self._round.record_page(page)
            self._round_pages += 1

    def _record_new(self, page: Page[IndexingJob]) -> None:
        """Record the jobs of a page that are above the boundary."""
        new = self._reader.accept(page)
        if isinstance(self._reader, Climb) and self._reader.is_lost:
            self._reader = Descent(self._reader.boundary)
            new = self._reader.accept(page) if page.page == 1 else None
        if new is None:
            return
        self._boundary = new.below
        for job, boundary in new.jobs:
            event = JobEvent(kind=JobEventKind.APPEARED, job=job)
            self._found.append(_Found(job.uuid, event, boundary))
