"""Schedules of growth, changes and failures, as several listeners see them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import AccountEvent, FeedEvent, JobEventKind, JobState
from gradient_async.changes import JobEvent
from tests.changes.feed_accounts import PolledJobs, feed_of, listening, settle
from tests.changes.job_list import JobList, Ledger
from tests.changes.test_schedules import Schedule, states
from tests.support.examples import examples
from tests.support.virtual_time import VirtualTimeLoop

LATER = 100.0


class Failures(Schedule):
    """A schedule whose requests fail but are never cancelled."""

    def __call__(self, jobs: JobList) -> None:
        """Change the list; raise if the request is to fail."""
        try:
            super().__call__(jobs)
        except asyncio.CancelledError:
            return


SCHEDULES = st.builds(
    Failures,
    seed=st.integers(0, 2**32),
    left=st.integers(0, 30),
    growth=st.integers(1, 6),
)
LONG_SCHEDULES = st.builds(
    Failures,
    seed=st.integers(0, 2**32),
    left=st.integers(0, 30),
    growth=st.just(150),
)


@attrs.define
class FeedLedger(Ledger):
    """What a listener was told of one account, checked with each event."""

    told: dict[str, list[JobState]] = attrs.field(factory=dict)
    is_in_trouble: bool = False

    def record(self, event: FeedEvent) -> None:
        """Record an event; fail if it contradicts the earlier ones."""
        if isinstance(event, AccountEvent):
            assert self.is_in_trouble == (event.kind == "recovered")
            self.is_in_trouble = not self.is_in_trouble
            return
        assert isinstance(event, JobEvent)
        uuid, state = event.job.uuid, JobState.of(event.job)
        self.told.setdefault(uuid, []).append(state)
        if event.kind is JobEventKind.RUNNING:
            assert uuid not in self.states
            self.states[uuid] = state
        else:
            super().record(event)


def ledgers(events: Iterable[FeedEvent | None]) -> dict[str, FeedLedger]:
    """Check events, and return what they told of each account."""
    found = {"a": FeedLedger(), "b": FeedLedger()}
    for event in events:
        assert isinstance(event, JobEvent | AccountEvent)
        found[event.account].record(event)
    return found


def tail(events: Iterable[FeedEvent | None]) -> list[FeedEvent]:
    """Return the events that no snapshot can have."""
    kinds = {"running", "trouble"}
    return [it for it in events if it is not None and it.kind not in kinds]


async def follow(
    accounts: dict[str, PolledJobs], schedules: dict[str, Failures], delay: float
) -> tuple[list[FeedEvent | None], list[FeedEvent | None], list[FeedEvent | None]]:
    """
    Listen from the start twice, and once more from later on, until all is quiet.

    The schedules begin before the first request, or after `delay` seconds.
    """
    # The simulated requests never yield, so listeners cannot keep up with long polls.
    feed = feed_of(accounts, queue_size=10**6)

    def begin() -> None:
        for name, schedule in schedules.items():
            accounts[name].before = schedule

    if delay:
        asyncio.get_running_loop().call_later(delay, begin)
    else:
        begin()
    async with listening(feed) as one, listening(feed) as two:
        await settle(LATER)
        async with listening(feed) as late:
            while any(it.left > 0 for it in schedules.values()):
                await settle(30)
            await settle(LATER)
    return one, two, late


def run(
    accounts: dict[str, PolledJobs], schedules: dict[str, Failures], *, delay: float
) -> tuple[list[FeedEvent | None], list[FeedEvent | None], list[FeedEvent | None]]:
    """Run `follow` in a loop of its own, without asyncio's slow debug mode."""
    with asyncio.Runner(debug=False, loop_factory=VirtualTimeLoop) as runner:
        return runner.run(follow(accounts, schedules, delay))


@settings(max_examples=examples(150))
@given(SCHEDULES, SCHEDULES, st.integers(0, 5), st.integers(0, 5))
def test_every_state_that_a_poll_saw_once(
    one: Failures, two: Failures, length: int, running: int
) -> None:
    """Each state that a poll saw is told once, to all listeners in the same order."""
    accounts = {
        "a": PolledJobs(running, length=length),
        "b": PolledJobs(length, length=running),
    }
    first, second, late = run(accounts, {"a": one, "b": two}, delay=0.0)

    assert first == second
    assert tail(late) == tail(first)[len(tail(first)) - len(tail(late)) :]
    for name, ledger in ledgers(first).items():
        seen, old = accounts[name].seen, accounts[name].old
        assert old is not None
        assert {it: seen[it] for it in seen if it not in old} == ledger.told
        assert not ledger.is_in_trouble
    for name, ledger in ledgers(late).items():
        # The late one knows the latest state of each job that it has heard of.
        assert ledger.states.items() <= states(accounts[name]).items()
        assert set(accounts[name].unfinished) == set(ledger.unfinished)


@settings(max_examples=examples(25))
@given(LONG_SCHEDULES, LONG_SCHEDULES, st.integers(0, 300))
def test_polls_of_several_pages(one: Failures, two: Failures, running: int) -> None:
    """The latest state of each job is told if polls read several pages, too."""
    accounts = {"a": PolledJobs(running), "b": PolledJobs(length=running)}
    old = set(accounts["b"].uuids)
    first, second, _ = run(accounts, {"a": one, "b": two}, delay=1.0)

    assert first == second
    found = ledgers(first)
    assert states(accounts["a"]) == found["a"].states
    assert {
        uuid: state for uuid, state in states(accounts["b"]).items() if uuid not in old
    } == found["b"].states
    assert set(accounts["a"].unfinished) == set(found["a"].unfinished)
