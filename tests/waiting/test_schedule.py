"""When to poll, decided without a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.waiting.schedule import PollSchedule, ScheduledPoll, poll_interval

EVEN = 0.5
"""A jitter that leaves intervals unchanged."""


def run(
    schedule: PollSchedule, round_trip: float, *, now: float = 0.0
) -> list[ScheduledPoll]:
    """Run all scheduled polls, each of which takes `round_trip` seconds."""
    polls = []
    while poll := schedule.next_poll(now):
        polls.append(poll)
        now = poll.at + round_trip
        schedule.record_success(poll, started=poll.at, ended=now, jitter=EVEN)
    return polls


def start(*, timeout: float, round_trip: float) -> PollSchedule:
    """Create a schedule whose first poll took `round_trip` seconds."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    poll = ScheduledPoll(0.0, until=timeout, is_last=False)
    schedule.record_success(poll, started=0.0, ended=round_trip, jitter=EVEN)
    return schedule


def test_intervals_grow() -> None:
    """The interval starts at 1 s and grows by half, up to 30 s."""
    intervals = [poll_interval(polls, EVEN) for polls in range(1, 12)]

    assert [1.0, 1.5, 2.25, 3.375] == pytest.approx(intervals[:4])
    assert [25.62890625, 30.0, 30.0] == pytest.approx(intervals[8:])


@given(
    polls=st.integers(1, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_jitter_bounds(polls: int, jitter: float) -> None:
    """Jitter makes an interval at most a fifth shorter or longer."""
    even = poll_interval(polls, EVEN)

    assert 0.8 * even - 1e-9 <= poll_interval(polls, jitter) <= 1.2 * even + 1e-9
    assert 1.0 <= even <= 30.0
    assert even <= poll_interval(polls + 1, EVEN)


def test_interval_includes_the_round_trip() -> None:
    """The interval is counted from the start of a poll."""
    polls = run(PollSchedule(started=0.0, timeout=100.0), 0.5)

    assert [0.0, 1.0, 2.5, 4.75] == pytest.approx([poll.at for poll in polls[:4]])


def test_slow_polls() -> None:
    """A poll that took longer than the interval is followed by the next at once."""
    polls = run(PollSchedule(started=0.0, timeout=100.0), 2.0)

    assert [0.0, 2.0, 4.0] == pytest.approx([poll.at for poll in polls[:3]])


def test_slow_consumer() -> None:
    """A consumer that returns late gets one poll at once, and no extra ones."""
    schedule = start(timeout=100.0, round_trip=0.0)

    assert ScheduledPoll(50.0, until=100.0, is_last=False) == schedule.next_poll(50.0)


@pytest.mark.parametrize(
    ("timeout", "round_trip"), [(10.0, 0.0), (10.0, 0.2), (90.0, 0.5), (3600.0, 1.0)]
)
def test_final_polls(timeout: float, round_trip: float) -> None:
    """The last poll starts one round trip and a margin before the deadline."""
    *others, second_to_last, last = run(
        PollSchedule(started=0.0, timeout=timeout), round_trip
    )

    assert last.is_last
    assert timeout - round_trip - 0.1 == pytest.approx(last.at)
    assert timeout - max(2 * round_trip + 0.1, min(1, timeout / 20)) == pytest.approx(
        second_to_last.at
    )
    assert not any(poll.is_last for poll in [*others, second_to_last])
    assert {timeout} == {poll.until for poll in [*others, second_to_last, last]}


def test_no_time_for_a_second_poll() -> None:
    """A timeout too short for a second poll ends with the first."""
    assert [0.0] == [
        poll.at for poll in run(PollSchedule(started=0, timeout=0.05), 0.01)
    ]


def test_slow_poll_near_the_deadline() -> None:
    """After a poll too slow for another to fit, one more starts."""
    schedule = start(timeout=10.0, round_trip=6.0)

    assert ScheduledPoll(6.0, until=10.0, is_last=True) == schedule.next_poll(6.0)


def test_quick_last_poll() -> None:
    """If the last poll was much quicker than expected, others follow, even late."""
    schedule = start(timeout=10.0, round_trip=6.0)
    last = ScheduledPoll(6.0, until=10.0, is_last=True)
    schedule.record_success(last, started=6.0, ended=6.1, jitter=EVEN)

    poll = ScheduledPoll(7.5, until=10.0, is_last=False)

    assert poll == schedule.next_poll(6.1)

    schedule.record_success(poll, started=7.5, ended=7.6, jitter=EVEN)

    assert ScheduledPoll(50.0, until=60.0, is_last=True) == schedule.next_poll(50.0)


def test_failed_poll_does_not_move_the_last() -> None:
    """The length of a failed poll does not move the last poll."""
    schedule = start(timeout=10.0, round_trip=0.5)
    poll = ScheduledPoll(1.0, until=10.0, is_last=False)
    schedule.record_failure(poll, started=1.0, ended=9.0, jitter=EVEN, retry_after=None)

    assert ScheduledPoll(9.0, until=10.0, is_last=False) == schedule.next_poll(9.0)
    assert ScheduledPoll(9.4, until=10.0, is_last=True) == schedule.next_poll(9.4)


def record_failure(schedule: PollSchedule, retry_after: float) -> None:
    """Record that the poll at 1 s failed at 1.5 s."""
    schedule.record_failure(
        ScheduledPoll(1.0, until=schedule.deadline, is_last=False),
        started=1.0,
        ended=1.5,
        jitter=EVEN,
        retry_after=retry_after,
    )


def test_retry_after() -> None:
    """No poll starts before the server allows it, nor earlier than without that."""
    schedule = start(timeout=10.0, round_trip=0.5)
    record_failure(schedule, 5.0)

    assert ScheduledPoll(6.5, until=10.0, is_last=False) == schedule.next_poll(1.5)

    schedule = start(timeout=10.0, round_trip=0.5)
    record_failure(schedule, 0.1)

    assert ScheduledPoll(2.5, until=10.0, is_last=False) == schedule.next_poll(1.5)


def test_no_poll_has_succeeded() -> None:
    """Until a poll has succeeded, the final one is as late as the shortest could be."""
    schedule = PollSchedule(started=0.0, timeout=10.0)
    first = schedule.next_poll(0.0)
    assert first is not None
    schedule.record_failure(first, started=0.0, ended=0.5, jitter=0.5, retry_after=None)
    late = schedule.next_poll(9.7)

    assert late is not None
    assert (9.7, False) == (late.at, late.is_last)


@pytest.mark.parametrize("retry_after", [7.95, 8.4, 8.5, 7200.0, 1e300])
@pytest.mark.parametrize(
    ("at", "now"), [(8.9, 1.5), (8.9, 5.0), (9.3, 9.3), (9.4, 9.4), (9.9, 9.9)]
)
def test_retry_after_past_the_deadline(
    at: float, now: float, retry_after: float
) -> None:
    """The server's wait does not move the two final polls."""
    schedule = start(timeout=10.0, round_trip=0.5)
    record_failure(schedule, retry_after)
    poll = schedule.next_poll(now)

    assert poll
    assert at == pytest.approx(poll.at, abs=0.11)
    assert (at > 9.0) is poll.is_last


def test_failed_last_poll() -> None:
    """No poll follows a last poll that failed, whatever the server's wait."""
    schedule = start(timeout=10.0, round_trip=0.5)
    record_failure(schedule, 7200.0)
    last = ScheduledPoll(9.4, until=10.0, is_last=True)
    schedule.record_failure(
        last, started=9.4, ended=9.5, jitter=EVEN, retry_after=7200.0
    )

    assert None is schedule.next_poll(9.5)
    assert None is schedule.next_poll(10.0)
    assert None is schedule.next_poll(1000.0)


@given(
    timeout=st.floats(0.01, 1000.0),
    round_trips=st.lists(st.floats(0.0, 50.0), max_size=10),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_never_past_the_deadline(
    timeout: float, round_trips: list[float], jitter: float
) -> None:
    """Without a slow consumer, polls start in time and come to an end."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    now, number = 0.0, 0
    while poll := schedule.next_poll(now):
        assert now <= poll.at < timeout == poll.until
        round_trip = round_trips[number % len(round_trips)] if round_trips else 0.0
        now = poll.at + round_trip
        number += 1
        if now >= poll.until:
            # The deadline cuts this one off, and it was the last.
            break
        schedule.record_success(poll, started=poll.at, ended=now, jitter=jitter)

    assert 1 <= number <= 20 + timeout / 20


@given(
    timeout=st.floats(0.01, 1000.0),
    steps=st.lists(
        st.tuples(st.floats(0.0, 500.0), st.floats(0.0, 9.0), st.booleans()),
        min_size=1,
        max_size=10,
    ),
    retry_after=st.none() | st.floats(0.0, 1e6),
)
def test_at_most_one_late_poll(
    timeout: float, steps: list[tuple[float, float, bool]], retry_after: float | None
) -> None:
    """With a slow consumer, at most one poll is late, and none follows it."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    now, polls = 0.0, list[ScheduledPoll]()
    while poll := schedule.next_poll(now):
        polls.append(poll)
        pause, round_trip, is_failing = steps[len(polls) % len(steps)]
        ended = min(poll.at + round_trip, poll.until)
        if is_failing:
            schedule.record_failure(
                poll,
                started=poll.at,
                ended=ended,
                jitter=EVEN,
                retry_after=retry_after,
            )
        else:
            schedule.record_success(poll, started=poll.at, ended=ended, jitter=EVEN)
        now = ended + pause
    late = [poll for poll in polls if poll.at >= timeout]

    assert late in ([], polls[-1:])
    assert all(poll.is_last for poll in late)
    assert all(poll.until == poll.at + 10.0 for poll in late)
    assert all(poll.until == timeout for poll in polls if poll not in late)


def test_interrupted_late_polls() -> None:
    """However often a late poll is cancelled, none starts after 10 s."""
    schedule = PollSchedule(started=100.0, timeout=50.0)
    late = [schedule.next_poll(200.0 + seconds) for seconds in (0.0, 4.0, 9.9, 10.0)]

    assert [210.0, 210.0, 210.0, None] == [poll and poll.until for poll in late]
