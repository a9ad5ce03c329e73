"""The jobs that run now, and a checkpoint from which a pass goes on."""

from __future__ import annotations

import attrs
import pytest

from gradient_async import Checkpoint, JobEventKind, Page
from gradient_async.changes import Snapshot
from gradient_async.errors import PaginationError
from tests.changes.job_list import ACCOUNT, ENDS, JobList, names, read


async def take_snapshot(jobs: JobList, *, per_page: int = 5) -> Snapshot:
    """Read a snapshot to its end."""
    snapshot = Snapshot()
    while not snapshot.is_done:
        snapshot.accept(await jobs.fetch_page(snapshot.next_page, per_page))
    return snapshot


async def test_running_jobs() -> None:
    """The list is read down to the first page on which every job has ended."""
    jobs = JobList()
    jobs.add()
    for _ in range(10):
        jobs.add(**ENDS[0])
    for _ in range(6):
        jobs.add()
    snapshot = await take_snapshot(jobs)

    running = [f"job-{number}" for number in range(17, 11, -1)]
    assert [("running", uuid) for uuid in running] == names(snapshot.events)
    assert running == list(snapshot.checkpoint(ACCOUNT).unfinished)
    assert JobEventKind.RUNNING is snapshot.events[0].kind
    assert ["1", "2", "3"] == jobs.requests


async def test_empty_list() -> None:
    """An empty list has an empty checkpoint."""
    snapshot = await take_snapshot(JobList())

    assert () == snapshot.events
    assert Checkpoint(account=ACCOUNT) == snapshot.checkpoint(ACCOUNT)


async def test_quiet_list() -> None:
    """If nothing runs, page 1 is enough."""
    jobs = JobList(20)
    snapshot = await take_snapshot(jobs)

    assert (["1"], ()) == (jobs.requests, snapshot.events)
    assert ([], snapshot.checkpoint(ACCOUNT)) == await read(
        jobs, snapshot.checkpoint(ACCOUNT)
    )


async def test_list_that_ends_with_a_running_job() -> None:
    """If something runs on the last page, the list ends there."""
    jobs = JobList()
    jobs.add()
    jobs.add(uuid="a/b")
    snapshot = await take_snapshot(jobs)

    assert [("running", "job-1")] == names(snapshot.events)


def test_repeated_pages() -> None:
    """A server that repeats pages for ever ends in an error."""
    job = attrs.evolve(JobList().add())
    snapshot = Snapshot()
    snapshot.accept(Page(items=(job,), page=1, has_next=True))

    with pytest.raises(PaginationError):
        snapshot.accept(Page(items=(job,), page=2, has_next=True))
