"""Every schedule of growth, changes, failures and interruptions, pass after pass."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import Checkpoint, JobEventKind, JobState
from gradient_async.changes import Changes
from gradient_async.errors import PaginationError, ServerError
from tests.changes.job_list import ENDS, JobList, Ledger, iterate

BUSY = ServerError("busy", status=503)


# Without counts, growth by exactly a page looks like a repeated page.
TOLERATED = (ServerError, asyncio.CancelledError, PaginationError)


@attrs.define
class Schedule:
    """
    What happens to a list, and to those who read it, before each request.

    Drawn from one seed, which is many times faster than step by step; hypothesis finds
    and shrinks the rest.
    """

    rng: random.Random
    left: int
    """Number of requests before which anything happens; then all is quiet."""
    growth: int
    deletions: bool = False
    ever: dict[str, None] = attrs.field(factory=dict)
    """Every job that was in the list before a request."""

    def __call__(self, jobs: JobList) -> None:
        """Change the list; raise if the request is to fail."""
        if self.left <= 0:
            return
        self.left -= 1
        self._grow(jobs)
        self._move(jobs)
        if self.deletions and jobs.jobs and self.rng.random() < 0.3:
            self._delete(jobs)
        self.ever |= dict.fromkeys(jobs.uuids)
        match self.rng.random():
            case chance if chance < 0.1:
                raise BUSY
            case chance if chance < 0.2:
                raise asyncio.CancelledError

    def _grow(self, jobs: JobList) -> None:
        if self.rng.random() < 0.4:
            for _ in range(self.rng.randint(1, self.growth)):
                jobs.add(**(self.rng.choice(ENDS) if self.rng.random() < 0.4 else {}))

    def _move(self, jobs: JobList) -> None:
        for uuid in jobs.unfinished:
            match self.rng.random():
                case chance if chance < 0.1:
                    jobs.progress(uuid)
                case chance if chance < 0.2:
                    jobs.end(uuid, self.rng.randrange(len(ENDS)))

    def _delete(self, jobs: JobList) -> None:
        """Delete some neighbours, or as of one knowledge base."""
        start = self.rng.randrange(len(jobs.jobs))
        step = self.rng.randint(1, 3)
        jobs.delete(jobs.uuids[start : start + 10 : step])

    def interruptions(self) -> Iterator[bool]:
        """Iterate over whether to stop after an event."""
        while True:
            yield self.left > 0 and self.rng.random() < 0.15


async def read_on(changes: Changes, ledger: Ledger, schedule: Schedule) -> None:
    """Read a pass, which may fail and be cancelled, up to its end or an interruption."""
    stops = schedule.interruptions()
    while not changes.is_complete:
        try:
            async for event in changes:
                ledger.record(event)
                if next(stops):
                    return
        except TOLERATED:
            if next(stops):
                return


async def run(jobs: JobList, schedule: Schedule, per_page: int) -> tuple[Ledger, int]:
    """Run passes until one was quiet; return what was told, and how many passes."""
    jobs.before = schedule
    schedule.ever |= dict.fromkeys(jobs.uuids)
    ledger, passes, mark = Ledger(), 0, None
    is_quiet = False
    while not is_quiet:
        is_quiet = schedule.left <= 0
        changes = iterate(jobs, mark, per_page=per_page)
        await read_on(changes, ledger, schedule)
        mark = Checkpoint.from_json(changes.checkpoint.to_json())
        assert changes.checkpoint == mark
        passes += 1
    return ledger, passes


@settings(max_examples=2500)
@given(
    seed=st.integers(0, 2**32),
    length=st.integers(0, 25),
    left=st.integers(0, 40),
    growth=st.integers(1, 6),
    per_page=st.integers(1, 7),
    per_second=st.sampled_from([1, 1, 3, 100]),
    counts=st.sampled_from([True, True, True, False]),
)
def test_every_job_and_every_change_once(
    seed: int,
    length: int,
    left: int,
    growth: int,
    per_page: int,
    per_second: int,
    counts: bool,
) -> None:
    """Each job appears once, each state is told once, and no end is missed."""
    if not counts:
        # Nothing but the time tells jobs apart that two pages of new ones hide.
        per_second = 1
    jobs = JobList(length, per_second=per_second, counts=counts)
    schedule = Schedule(random.Random(seed), left, growth)
    ledger, _ = LOOP.run_until_complete(run(jobs, schedule, per_page))

    assert list(reversed(jobs.uuids)) == ledger.order
    assert {job.uuid: JobState.of(job) for job in jobs.jobs} == ledger.states
    assert {job.uuid for job in jobs.jobs if job.is_finished} == ledger.ended


LOOP = asyncio.new_event_loop()
