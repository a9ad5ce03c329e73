"""Where the first new job is found, and what happens if pages do not fit together."""

from __future__ import annotations

import math

import attrs
import pytest

from gradient_async import Checkpoint, IndexingJob, Page
from gradient_async.changes.boundary import Boundary
from gradient_async.changes.boundary_search import BoundarySearch
from gradient_async.changes.job_pass import JobPass
from gradient_async.changes.page_view import PageView
from gradient_async.errors import PaginationError
from tests.changes.job_list import ENDS, JobList, iterate, names, read
from tests.changes.test_changes import appeared


def add(jobs: JobList, count: int) -> None:
    """Add jobs that have ended."""
    for _ in range(count):
        jobs.add(**ENDS[0])


async def test_newest_known_job_at_the_top_of_a_page() -> None:
    """One request more finds the place; the total then vouches for the next page."""
    jobs = JobList(10)
    _, mark = await read(jobs, per_page=5)
    add(jobs, 10)
    jobs.requests.clear()
    events, _ = await read(jobs, mark, per_page=5)

    assert appeared(*range(11, 21)) == names(events)
    assert ["1", "3", "2", "1"] == jobs.requests


async def test_growth_between_pages() -> None:
    """If the list grows meanwhile, the page of the newest known job is read again."""
    jobs = JobList(10)
    jobs.before = lambda it: add(it, 2) if len(it.requests) == 3 else None
    events, _ = await read(jobs, per_page=5)

    assert appeared(*range(1, 13)) == names(events)
    assert ["1", "2", "1", "2", "1"] == jobs.requests


async def test_deletion_below() -> None:
    """If older jobs were deleted, the newest known job is searched for nearby."""
    jobs = JobList(1000)
    _, mark = await read(jobs, per_page=10)
    add(jobs, 50)
    jobs.delete([f"job-{number}" for number in range(1, 15)])
    jobs.requests.clear()
    events, after = await read(jobs, mark, per_page=10)

    assert appeared(*range(1001, 1051)) == names(events)
    assert 1036 == after.count
    assert ["1", "4", "5", "7", "6", "5", "4", "3", "2", "1"] == jobs.requests


@pytest.mark.parametrize("deleted", [500, 9_999])
async def test_large_deletion(deleted: int) -> None:
    """However many jobs were deleted, with the newest, few requests find the place."""
    jobs = JobList(10_000)
    _, mark = await read(jobs)
    add(jobs, 1000)
    last = 10_000
    jobs.delete([f"job-{number}" for number in range(last, last - deleted, -1)])
    jobs.requests.clear()
    events, _ = await read(jobs, mark, per_page=10)

    assert appeared(*range(10_001, 11_001)) == names(events)
    assert len(jobs.requests) <= 102 + 2 * math.log2(1000)


async def test_nothing_known_is_left() -> None:
    """If every known job was deleted, all that remain are new."""
    jobs = JobList(50)
    _, mark = await read(jobs)
    add(jobs, 35)
    jobs.delete([f"job-{number}" for number in range(1, 51)])

    events, after = await read(jobs, mark, per_page=10)
    assert appeared(*range(51, 86)) == names(events)
    assert 35 == after.count
    jobs.delete(jobs.uuids)
    assert ([], 0, None) == (
        (result := await read(jobs, after))[0],
        result[1].count,
        result[1].newest_uuid,
    )


async def test_newest_known_jobs_are_deleted() -> None:
    """If only the newest known jobs were deleted, nothing is new."""
    jobs = JobList(50)
    _, mark = await read(jobs)
    jobs.delete([f"job-{number}" for number in range(31, 51)])
    jobs.requests.clear()
    events, after = await read(jobs, mark, per_page=10)

    assert ([], "job-30", 30) == (events, after.newest_uuid, after.count)
    assert ["1"] == jobs.requests


async def test_count_that_is_too_large() -> None:
    """A checkpoint whose count is wrong is searched for upwards, too."""
    jobs = JobList(100)
    _, mark = await read(jobs)
    add(jobs, 60)
    later = jobs.jobs[59].created_at
    wrong = attrs.evolve(mark, newest_uuid="x", newest_created_at=later, count=20)
    events, _ = await read(jobs, wrong, per_page=10)

    assert appeared(*range(101, 161)) == names(events)


def test_search_in_a_list_that_shrank() -> None:
    """What was found out before jobs were deleted is not valid any more."""
    jobs = JobList(100).jobs
    search = BoundarySearch(Boundary("gone", jobs[45].created_at, 60))
    search.narrow(PageView(jobs[50:60], 6, 100, 10))
    shorter = PageView(jobs[10:20], 2, 40, 10)
    search.narrow(shorter)

    assert 1 <= search.probe(shorter) < shorter.bottom


async def test_page_beyond_the_end() -> None:
    """If the list shrinks below the page requested, that page proves nothing."""
    jobs = JobList(50)

    def delete(it: JobList) -> None:
        if it.requests == ["1", "5"]:
            it.delete([f"job-{number}" for number in range(1, 31)])

    jobs.before = delete
    events, _ = await read(jobs, per_page=10)

    assert appeared(*range(31, 51)) == names(events)
    assert ["1", "5", "2", "1"] == jobs.requests


async def test_times_that_are_unknown() -> None:
    """Without times of creation, the list is read down to the newest known job."""
    jobs = JobList()
    for _ in range(30):
        jobs.add(created_at=None, **ENDS[0])
    _, mark = await read(jobs)
    for _ in range(15):
        jobs.add(created_at=None, **ENDS[0])
    jobs.delete([f"job-{number}" for number in range(1, 11)])
    events, _ = await read(jobs, mark, per_page=5)

    assert appeared(*range(31, 46)) == names(events)


async def test_server_with_smaller_pages() -> None:
    """A server that sends fewer jobs on a page than requested is understood."""
    jobs = JobList(45)
    fetch_page = jobs.fetch_page

    class Capped(JobList):
        """A server that sends ten jobs at most."""

        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            return await fetch_page(page, min(per_page, 10))

    events, _ = await read(Capped(), per_page=20)

    assert appeared(*range(1, 46)) == names(events)
    assert ["1", "5", "4", "3", "2", "1"] == jobs.requests


async def test_total_that_is_wrong() -> None:
    """If the total does not fit the pages, the list is read down from its head."""

    class Wrong(JobList):
        """A server that counts three jobs too many."""

        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            right = await super().fetch_page(page, per_page)
            return attrs.evolve(right, total=len(self.jobs) + 3)

    jobs = Wrong(42)
    events, mark = await read(jobs, per_page=10)
    assert appeared(*range(1, 43)) == names(events)
    add(jobs, 25)
    more, _ = await read(jobs, mark, per_page=10)
    assert appeared(*range(43, 68)) == names(more)


async def test_jobs_that_appeared_already_are_left_out() -> None:
    """Jobs that look new after a deletion, but were yielded before, are not again."""
    jobs = JobList(8, per_second=100)

    def delete(it: JobList) -> None:
        if it.requests == ["1", "2", "1"]:
            it.delete(["job-4"])

    jobs.before = delete
    events, _ = await read(jobs, per_page=4)

    assert appeared(1, 2, 3, 4, 5, 6, 7, 8) == names(events)


async def test_jobs_of_an_earlier_page() -> None:
    """A page whose jobs appeared already raises, also without the newest of them."""

    class Repeating(JobList):
        """A server that sends only the oldest job on page 2."""

        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            right = await super().fetch_page(page, per_page)
            oldest = (self.jobs[-1],) * per_page
            return attrs.evolve(right, items=oldest) if page == 2 else right

    changes = iterate(Repeating(6), per_page=2)

    assert appeared(1, 2) == names([await anext(changes), await anext(changes)])
    with pytest.raises(PaginationError, match="page 2 repeats jobs"):
        await anext(changes)


async def test_deletion_of_as_many_jobs_as_were_added() -> None:
    """If the newest known job moves, but the total is the same, one can try again."""
    jobs = JobList(20)

    def change(it: JobList) -> None:
        if it.requests == ["1", "4", "3"]:
            add(it, 2)
        if it.requests == ["1", "4", "3", "4"]:
            it.delete(["job-1", "job-2"])

    jobs.before = change
    changes = iterate(jobs, per_page=5)
    found = []
    with pytest.raises(PaginationError, match="page 4 repeats jobs"):
        async for event in changes:
            found.append(event)

    assert appeared(*range(1, 6)) == names(found)
    assert appeared(*range(6, 23)) == names([event async for event in changes])


@pytest.mark.parametrize("growth", [1, 2, 3])
def test_pages_that_never_fit_together(growth: int) -> None:
    """If no page ever continues from the one before, a PaginationError ends it."""
    reading, pages = JobPass(Checkpoint(), per_page=1), 0
    with pytest.raises(PaginationError, match="do not fit together, 100 in a row"):
        while True:
            step = reading.next_step
            pages += 1
            total = 10 + growth * pages
            job = IndexingJob(uuid=f"{total - step.number}")  # type: ignore[union-attr]
            reading.record_page(
                Page(items=(job,), page=step.number, total=total)  # type: ignore[union-attr]
            )

    assert 101 == pages


async def test_unsorted_list_without_the_newest_known_job() -> None:
    """A pass ends even if times of creation are in no order."""
    jobs = JobList(200)
    _, mark = await read(jobs)
    jobs.jobs.sort(key=lambda job: hash(job.created_at))
    jobs.delete(["job-200"])
    changes = iterate(jobs, mark, per_page=5)

    assert all([event.kind == "appeared" async for event in changes])
