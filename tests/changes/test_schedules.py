"""Schedules of growth, changes, failures and interruptions, over chains of passes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import Checkpoint, JobState
from gradient_async.changes import Changes
from gradient_async.errors import PaginationError, ServerError
from tests.changes.job_list import ENDS, JobList, Ledger, iterate
from tests.support.examples import examples

# Without counts, growth by exactly a page looks like a repeated page.
TOLERATED: Final = (ServerError, asyncio.CancelledError, PaginationError)


@attrs.define(kw_only=True)
class Schedule:
    """
    What happens to a list before each request, and to those who read it.

    Args:
        seed: Decides about everything; drawing each step by hypothesis takes too long.
        left: Number of requests before which anything happens; then all is quiet.
        growth: Maximum number of jobs added at once.
        deletes: Whether jobs are deleted before requests, too.
    """

    seed: int
    left: int
    growth: int
    deletes: bool = False
    rng: random.Random = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Create the source of randomness."""
        self.rng = random.Random(self.seed)

    def __call__(self, jobs: JobList) -> None:
        """Change the list; raise if the request is to fail."""
        if self.left <= 0:
            return
        self.left -= 1
        self._grow(jobs)
        self._move(jobs)
        if self.deletes and self._happens(0.2):
            self.delete(jobs)
        if self._happens(0.1):
            raise ServerError("busy", status=503)
        if self._happens(0.1):
            raise asyncio.CancelledError

    def delete(self, jobs: JobList) -> None:
        """Delete some neighbours, all or every second or third of them."""
        start, step = self.rng.randrange(len(jobs.jobs) + 1), self.rng.randint(1, 3)
        jobs.delete(jobs.uuids[start : start + 10 : step])

    def interruptions(self) -> Iterator[bool]:
        """Iterate over whether to give a pass up, event by event."""
        while True:
            yield self.left > 0 and self._happens(0.15)

    def _grow(self, jobs: JobList) -> None:
        if self._happens(0.4):
            for _ in range(self.rng.randint(1, self.growth)):
                jobs.add(**(self.rng.choice(ENDS) if self._happens(0.4) else {}))

    def _move(self, jobs: JobList) -> None:
        for uuid in jobs.unfinished:
            if self._happens(0.1):
                jobs.progress(uuid)
            elif self._happens(0.1):
                jobs.end(uuid, self.rng.randrange(len(ENDS)))

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance


SCHEDULES: Final = st.builds(
    Schedule,
    seed=st.integers(0, 2**32),
    left=st.integers(0, 40),
    growth=st.integers(1, 6),
)
LENGTHS: Final = st.integers(0, 25)
PAGE_SIZES: Final = st.integers(1, 7)


async def read_on(changes: Changes, ledger: Ledger, schedule: Schedule) -> None:
    """Read a pass, on after each failure, up to its end or an interruption."""
    stops, errors = schedule.interruptions(), 0
    while not changes.is_complete:
        try:
            async for event in changes:
                ledger.record(event)
                if next(stops):
                    return
        except TOLERATED:
            errors += schedule.left <= 0
            assert errors < 3
            if next(stops):
                return


async def run(
    jobs: JobList, schedule: Schedule, per_page: int, *, deletes: bool = False
) -> Ledger:
    """Run passes, each from the checkpoint of the one before, until one was quiet."""
    jobs.before = schedule
    ledger, mark, is_quiet = Ledger(), Checkpoint(), False
    while not is_quiet:
        is_quiet = schedule.left <= 0
        changes = iterate(jobs, mark, per_page=per_page)
        await read_on(changes, ledger, schedule)
        mark = Checkpoint.from_json(changes.checkpoint.to_json())
        assert changes.checkpoint == mark
        assert ledger.unfinished == mark.unfinished
        if deletes and not is_quiet:
            schedule.delete(jobs)
    return ledger


def run_now(
    jobs: JobList, schedule: Schedule, per_page: int, *, deletes: bool = False
) -> Ledger:
    """Run passes in a loop of their own, without asyncio's slow debug mode."""
    with asyncio.Runner(debug=False) as runner:
        return runner.run(run(jobs, schedule, per_page, deletes=deletes))


def states(jobs: JobList) -> dict[str, JobState]:
    """Return the state of each job in the list."""
    return {job.uuid: JobState.of(job) for job in jobs.jobs}


def ended(jobs: JobList) -> set[str]:
    """Return the ids of the jobs in the list that have ended."""
    return {job.uuid for job in jobs.jobs if job.is_finished}


@settings(max_examples=examples(2000))
@given(SCHEDULES, LENGTHS, PAGE_SIZES, st.sampled_from([1, 1, 3, 100]))
def test_every_job_and_every_change_once(
    schedule: Schedule, length: int, per_page: int, per_second: int
) -> None:
    """Each job appears once, each state is reported once, and no end is missed."""
    jobs = JobList(length, per_second=per_second)
    ledger = run_now(jobs, schedule, per_page)

    assert list(reversed(jobs.uuids)) == ledger.order
    assert states(jobs) == ledger.states
    assert ended(jobs) == ledger.ended


@settings(max_examples=examples(300))
@given(SCHEDULES, LENGTHS, PAGE_SIZES)
def test_list_without_counts(schedule: Schedule, length: int, per_page: int) -> None:
    """The same holds if the server does not report the length of the list."""
    jobs = JobList(length, counts=False)
    ledger = run_now(jobs, schedule, per_page)

    assert list(reversed(jobs.uuids)) == ledger.order
    assert states(jobs) == ledger.states
    assert ended(jobs) == ledger.ended


@settings(max_examples=examples(500))
@given(SCHEDULES, LENGTHS, PAGE_SIZES, st.booleans())
def test_deletions_between_passes(
    schedule: Schedule, length: int, per_page: int, counts: bool
) -> None:
    """The same holds for the jobs that remain; those deleted while unfinished end."""
    jobs = JobList(length, counts=counts)
    ledger = run_now(jobs, schedule, per_page, deletes=True)
    remaining = set(jobs.uuids)

    assert list(reversed(jobs.uuids)) == [it for it in ledger.order if it in remaining]
    assert states(jobs).items() <= ledger.states.items()
    assert ended(jobs) == ledger.ended & remaining
    assert set(ledger.states) - remaining <= ledger.ended


@settings(max_examples=examples(500))
@given(SCHEDULES, LENGTHS, PAGE_SIZES)
def test_deletions_during_a_pass(
    schedule: Schedule, length: int, per_page: int
) -> None:
    """Jobs may be missed, but none appears twice and no end of a known one is lost."""
    schedule.deletes = True
    jobs = JobList(length)
    ledger = run_now(jobs, schedule, per_page)
    remaining = set(jobs.uuids)

    assert states(jobs).items() >= {
        (uuid, state) for uuid, state in ledger.states.items() if uuid in remaining
    }
    assert set(ledger.states) - set(jobs.unfinished) == ledger.ended
