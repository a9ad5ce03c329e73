"""A pass: its order, its requests, failures, cancellation and memory."""

from __future__ import annotations

import asyncio
import weakref

import attrs
import pytest

from gradient_async import (
    Checkpoint,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    JobState,
    Page,
)
from gradient_async.changes import Changes
from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    PaginationError,
    ServerError,
)
from tests.changes.job_list import ACCOUNT, ENDS, JobList, iterate, names, read
from tests.support.streams import take

BUSY = ServerError("busy", status=503)
RUNNING = JobState(phase=IndexingJobPhase.RUNNING, status=IndexingJobStatus.IN_PROGRESS)


def appeared(*numbers: int) -> list[tuple[str, str]]:
    """Return what `names` returns for jobs that appeared."""
    return [("appeared", f"job-{number}") for number in numbers]


async def test_first_pass() -> None:
    """Without a checkpoint every job appears, the oldest first."""
    events, mark = await read(JobList(3))

    assert appeared(1, 2, 3) == names(events)
    assert ("job-3", 3, {}) == (mark.newest_uuid, mark.count, mark.unfinished)
    assert ACCOUNT == mark.account


async def test_first_pass_over_several_pages() -> None:
    """It reads page 1 for the length, then all pages from the last one up."""
    jobs = JobList(5)
    events, _ = await read(jobs, per_page=2)

    assert appeared(1, 2, 3, 4, 5) == names(events)
    assert ["1", "3", "2", "1"] == jobs.requests


async def test_empty_list() -> None:
    """An empty list has no events and an empty checkpoint."""
    jobs = JobList()

    assert ([], Checkpoint(account=ACCOUNT)) == await read(jobs)
    assert ["1"] == jobs.requests


async def test_one_request_if_nothing_is_new() -> None:
    """A pass over a long list in which nothing happened sends one request."""
    jobs = JobList(1000)
    _, mark = await read(jobs)
    jobs.requests.clear()

    assert ([], mark) == await read(jobs, mark)
    assert ["1"] == jobs.requests


async def test_one_request_for_unfinished_jobs_on_page_1() -> None:
    """Five unfinished jobs among the newest 200 cost one request, changed or not."""
    jobs = JobList(1000)
    first, second, *_ = (jobs.add().uuid for _ in range(5))
    _, mark = await read(jobs)
    jobs.progress(first)
    jobs.end(second)
    jobs.requests.clear()
    events, after = await read(jobs, mark)

    assert [("ended", second), ("changed", first)] == names(events)
    assert [RUNNING, RUNNING] == [event.previous for event in events]
    assert 4 == len(after.unfinished)
    assert ["1"] == jobs.requests


async def test_new_jobs_on_page_1() -> None:
    """New jobs on page 1 cost no further request; earlier ones change first."""
    jobs = JobList(1000)
    old = jobs.add().uuid
    _, mark = await read(jobs)
    jobs.end(old)
    new = [jobs.add().uuid for _ in range(3)]
    jobs.requests.clear()
    events, after = await read(jobs, mark)

    assert [("ended", old), *(("appeared", uuid) for uuid in new)] == names(events)
    assert new == list(after.unfinished)
    assert ["1"] == jobs.requests


async def test_new_jobs_on_several_pages() -> None:
    """The page of the newest known job is requested directly, then those above it."""
    jobs = JobList(1000)
    _, mark = await read(jobs, per_page=10)
    for _ in range(25):
        jobs.add(**ENDS[0])
    jobs.requests.clear()
    events, _ = await read(jobs, mark, per_page=10)

    assert appeared(*range(1001, 1026)) == names(events)
    assert ["1", "3", "2", "1"] == jobs.requests


async def test_unfinished_jobs_far_down() -> None:
    """Unfinished jobs far down the list are fetched by id, as waiting does."""
    jobs = JobList()
    deep = [jobs.add().uuid for _ in range(3)]
    for _ in range(1000):
        jobs.add(**ENDS[0])
    _, mark = await read(jobs)
    jobs.end(deep[1])
    jobs.requests.clear()
    events, after = await read(jobs, mark)

    assert [("ended", deep[1])] == names(events)
    assert [deep[0], deep[2]] == list(after.unfinished)
    assert ["1", *deep] == jobs.requests


async def test_many_unfinished_jobs_further_down() -> None:
    """If that costs fewer requests, the list is read on instead."""
    jobs = JobList()
    deep = [jobs.add().uuid for _ in range(30)]
    for _ in range(20):
        jobs.add(**ENDS[0])
    _, mark = await read(jobs, per_page=10)
    jobs.end(deep[0])
    jobs.requests.clear()
    events, _ = await read(jobs, mark, per_page=10)

    assert [("ended", deep[0])] == names(events)
    assert ["1", "2", "3", "4", "5"] == jobs.requests


async def test_deleted_jobs() -> None:
    """An unfinished job that no longer exists has ended, in its last known state."""
    jobs = JobList()
    jobs.add(completed_datasources=2)
    _, mark = await read(jobs)
    jobs.delete(["job-1"])
    jobs.add(**ENDS[0])
    events, after = await read(jobs, mark)

    assert [("appeared", "job-2"), ("ended", "job-1")] == names(events)
    last = events[1].job
    state = attrs.evolve(RUNNING, completed_datasources=2)
    assert (IndexingJob(), state) == (
        attrs.evolve(IndexingJob(), created_at=last.created_at),
        JobState.of(last),
    )
    assert (True, True) == (events[1].has_ended, events[1].was_deleted)
    assert {} == after.unfinished


async def test_phase_of_a_later_version() -> None:
    """A job in an unknown phase has not ended: its end is still reported."""
    jobs = JobList()
    paused = IndexingJobPhase("BATCH_JOB_PHASE_PAUSED")
    uuid = jobs.add().uuid
    _, mark = await read(jobs)
    jobs.change(uuid, phase=paused)
    changed, mark = await read(jobs, mark)
    jobs.end(uuid)
    ended, _ = await read(jobs, mark)

    assert [("changed", uuid), ("ended", uuid)] == names(changed + ended)
    assert paused == changed[0].job.phase


async def test_jobs_without_an_id() -> None:
    """A job whose id cannot be requested appears, and is not followed."""
    jobs = JobList()
    jobs.add(uuid="")
    jobs.add(uuid="a/b")
    events, mark = await read(jobs)

    assert [("appeared", ""), ("appeared", "a/b")] == names(events)
    assert {} == mark.unfinished


async def test_checkpoint_covers_what_was_yielded() -> None:
    """In the middle of a page, the checkpoint covers the events so far and no other."""
    jobs = JobList(5)
    jobs.add()
    changes = iterate(jobs)
    assert Checkpoint() == changes.checkpoint
    marks = [changes.checkpoint async for _ in changes]

    assert [f"job-{number}" for number in range(1, 7)] == [
        mark.newest_uuid for mark in marks
    ]
    assert [1, 2, 3, 4, 5, 6] == [mark.count for mark in marks]
    assert [0, 0, 0, 0, 0, 1] == [len(mark.unfinished) for mark in marks]
    for mark in marks:
        events, after = await read(jobs, mark)
        assert (6 - mark.count, marks[-1]) == (len(events), after)


async def test_leaving_the_loop() -> None:
    """A loop that is left sends nothing more, and a later one continues."""
    jobs = JobList(5)
    changes = iterate(jobs, per_page=2)
    first = await take(changes, 1)
    sent = list(jobs.requests)

    assert (["1", "3"], False) == (sent, changes.is_complete)
    assert appeared(1, 2, 3, 4, 5) == names([*first, *[it async for it in changes]])
    assert changes.is_complete


async def test_several_tasks_share_a_pass() -> None:
    """Each event goes to one of the tasks."""
    changes = iterate(JobList(20), per_page=3)

    async def collect() -> list[str]:
        found = []
        async for event in changes:
            found.append(event.job.uuid)
            await asyncio.sleep(0)
        return found

    one, other = await asyncio.gather(collect(), collect())
    assert one
    assert other
    assert sorted(JobList(20).uuids) == sorted(one + other)


async def test_failed_page() -> None:
    """A page that fails raises after the events before it, and is requested again."""
    jobs = JobList(5)
    faults = [None, None, BUSY, None, None]

    def fail(_: JobList) -> None:
        if fault := faults.pop(0):
            raise fault

    jobs.before = fail
    changes = iterate(jobs, per_page=2)
    found = []
    with pytest.raises(ServerError):
        async for event in changes:
            found.append(event)

    assert appeared(1) == names(found)
    assert "job-1" == changes.checkpoint.newest_uuid
    assert appeared(2, 3, 4, 5) == names([event async for event in changes])
    assert ["1", "3", "2", "2", "1"] == jobs.requests


async def test_failed_gets() -> None:
    """If jobs cannot be fetched, the others come first, and only they are repeated."""
    jobs = JobList()
    deep = [jobs.add().uuid for _ in range(3)]
    for _ in range(1000):
        jobs.add(**ENDS[0])
    _, mark = await read(jobs)
    for uuid in deep:
        jobs.end(uuid)
    failures = {deep[0]: BUSY, deep[2]: AuthenticationError("no", status=401)}

    def fail(_: JobList) -> None:
        if failure := failures.pop(jobs.requests[-1], None):
            raise failure

    jobs.before = fail
    changes = iterate(jobs, mark)
    found = []
    with pytest.raises(AuthenticationError):
        async for event in changes:
            found.append(event)

    assert [("ended", deep[1])] == names(found)
    assert [deep[0], deep[2]] == list(changes.checkpoint.unfinished)
    jobs.requests.clear()
    rest = [event async for event in changes]
    assert [("ended", deep[0]), ("ended", deep[2])] == names(rest)
    assert [deep[0], deep[2]] == jobs.requests


async def test_at_most_16_jobs_at_a_time() -> None:
    """Jobs are fetched 16 at a time, and reported before the next ones are."""
    jobs = JobList()
    deep = [jobs.add().uuid for _ in range(40)]
    for _ in range(9_000):
        jobs.add(**ENDS[0])
    _, mark = await read(jobs)
    for uuid in deep:
        jobs.end(uuid)
    jobs.requests.clear()
    await take(iterate(jobs, mark), 1)

    assert ["1", *deep[:16]] == jobs.requests


async def test_foreign_checkpoint() -> None:
    """A checkpoint of another account is refused before the first request."""
    jobs = JobList(3)
    mark = Checkpoint(account="f" * 16, newest_uuid="job-1", count=1)
    changes = iterate(jobs, mark)

    for _ in range(2):
        with pytest.raises(ConfigurationError, match="of another account"):
            await anext(changes)
    assert ([], mark) == (jobs.requests, changes.checkpoint)


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("since must be a Checkpoint or None, got str", {"since": "{}"}),
        ("per_page must be an integer from 1 to 200, got 0", {"per_page": 0}),
        ("per_page must be an integer from 1 to 200, got 201", {"per_page": 201}),
    ],
)
def test_bad_arguments(message: str, options: dict[str, object]) -> None:
    """Bad arguments are refused at once."""
    with pytest.raises(ConfigurationError) as caught:
        Changes(JobList(), path="/", **options)  # type: ignore[arg-type]

    assert message == caught.value.message


async def test_repr() -> None:
    """The repr shows how far the pass is."""
    changes = iterate(JobList(2))
    assert "<Changes 0 events, not complete>" == repr(changes)
    await take(changes, 1)
    assert "<Changes 1 events, not complete>" == repr(changes)
    await take(changes, 3)
    assert "<Changes 2 events, complete>" == repr(changes)


async def test_memory() -> None:
    """A first pass keeps the jobs of one page, however long the list is."""
    alive: list[weakref.ref[IndexingJob]] = []

    class Fresh(JobList):
        """A list that makes its jobs anew for each response."""

        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            response = await super().fetch_page(page, per_page)
            copies = tuple(attrs.evolve(job) for job in response.items)
            alive.extend(weakref.ref(job) for job in copies)
            return attrs.evolve(response, items=copies)

    jobs, most = Fresh(600), 0
    async for _ in iterate(jobs, per_page=50):
        most = max(most, sum(ref() is not None for ref in alive))

    assert 50 <= most <= 100


async def test_contradictory_pages_end_in_an_error() -> None:
    """Pages that repeat jobs raise an error, with its place, after the events."""

    class Stuck(JobList):
        """A server that always sends the first page."""

        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            first = await super().fetch_page(1, per_page)
            return attrs.evolve(first, page=page)

    found = []
    with pytest.raises(PaginationError, match="page 2 repeats jobs") as caught:
        async for event in iterate(Stuck(6), per_page=2):
            found.append(event)

    assert appeared(5, 6) == names(found)
    error = caught.value
    assert ("GET", "/jobs", 2) == (error.method, error.path, error.page)


async def test_repeated_page_of_a_list_without_counts() -> None:
    """Without counts, growth by exactly a page raises; another attempt succeeds."""
    jobs = JobList(4, counts=False)

    def grow(it: JobList) -> None:
        if it.requests == ["1", "2"]:
            it.add(**ENDS[0])
            it.add(**ENDS[0])

    jobs.before = grow
    changes = iterate(jobs, per_page=2)
    with pytest.raises(PaginationError, match="page 2 repeats an earlier page"):
        await anext(changes)

    assert appeared(1, 2, 3, 4, 5, 6) == names([event async for event in changes])
