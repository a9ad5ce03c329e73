"""Lists whose length the server does not report."""

from __future__ import annotations

from tests.changes.job_list import ENDS, JobList, names, read
from tests.changes.test_changes import appeared


async def test_first_pass() -> None:
    """The list is read from page 1 to its end; the oldest job is yielded first."""
    jobs = JobList(5, counts=False)
    events, mark = await read(jobs, per_page=2)

    assert appeared(1, 2, 3, 4, 5) == names(events)
    assert (5, "job-5") == (mark.count, mark.newest_uuid)
    assert ["1", "2", "3"] == jobs.requests


async def test_next_pass() -> None:
    """It is read down to the newest known job, and no further."""
    jobs = JobList(5, counts=False)
    _, mark = await read(jobs, per_page=2)
    for _ in range(3):
        jobs.add(**ENDS[0])
    jobs.requests.clear()
    events, after = await read(jobs, mark, per_page=2)

    assert appeared(6, 7, 8) == names(events)
    assert 8 == after.count
    assert ["1", "2"] == jobs.requests


async def test_newest_known_job_is_deleted() -> None:
    """If it was deleted, the list is read down to the first older job."""
    jobs = JobList(6, counts=False)
    _, mark = await read(jobs, per_page=2)
    for _ in range(3):
        jobs.add(**ENDS[0])
    jobs.delete(["job-5", "job-6"])
    jobs.requests.clear()
    events, _ = await read(jobs, mark, per_page=2)

    assert appeared(7, 8, 9) == names(events)
    assert ["1", "2"] == jobs.requests
