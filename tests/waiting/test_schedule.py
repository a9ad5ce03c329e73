"""When jobs are looked at, decided without a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.waiting.schedule import PollSchedule, ScheduledPoll, poll_interval

EVEN = 0.5
"""A jitter that changes nothing."""


def run(
    schedule: PollSchedule, trip: float, *, now: float = 0.0
) -> list[ScheduledPoll]:
    """Look as often as the schedule says, each look taking so long."""
    looks = []
    while look := schedule.next_poll(now):
        looks.append(look)
        now = look.at + trip
        schedule.record_success(look, started=look.at, ended=now, jitter=EVEN)
    return looks


def begun(*, timeout: float, trip: float) -> PollSchedule:
    """Make a schedule whose first look took so long."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    look = ScheduledPoll(0.0, until=timeout, is_last=False)
    schedule.record_success(look, started=0.0, ended=trip, jitter=EVEN)
    return schedule


def test_pauses_grow() -> None:
    """The wait begins at 1 s and grows by half, up to 30 s."""
    pauses = [poll_interval(rounds, EVEN) for rounds in range(1, 12)]

    assert [1.0, 1.5, 2.25, 3.375] == pytest.approx(pauses[:4])
    assert [25.62890625, 30.0, 30.0] == pytest.approx(pauses[8:])


@given(
    rounds=st.integers(1, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_bounds_of_pauses(rounds: int, jitter: float) -> None:
    """Whatever the jitter, a wait is a fifth shorter or longer at most."""
    even = poll_interval(rounds, EVEN)

    assert 0.8 * even - 1e-9 <= poll_interval(rounds, jitter) <= 1.2 * even + 1e-9
    assert 1.0 <= even <= 30.0
    assert even <= poll_interval(rounds + 1, EVEN)


def test_counted_from_the_start_of_a_round() -> None:
    """The wait includes the time that the requests took."""
    looks = run(PollSchedule(started=0.0, timeout=100.0), 0.5)

    assert [0.0, 1.0, 2.5, 4.75] == pytest.approx([look.at for look in looks[:4]])


def test_slow_rounds_follow_at_once() -> None:
    """A round that took longer than the wait is followed by the next at once."""
    looks = run(PollSchedule(started=0.0, timeout=100.0), 2.0)

    assert [0.0, 2.0, 4.0] == pytest.approx([look.at for look in looks[:3]])


def test_a_slow_consumer() -> None:
    """One who comes back late gets the next round at once, and no rounds to boot."""
    schedule = begun(timeout=100.0, trip=0.0)

    assert ScheduledPoll(50.0, until=100.0, is_last=False) == schedule.next_poll(50.0)


@pytest.mark.parametrize(
    ("timeout", "trip"), [(10.0, 0.0), (10.0, 0.2), (90.0, 0.5), (3600.0, 1.0)]
)
def test_the_last_look(timeout: float, trip: float) -> None:
    """The last look is a round trip and a moment before the deadline."""
    *others, spare, last = run(PollSchedule(started=0.0, timeout=timeout), trip)

    assert last.is_last
    assert timeout - trip - 0.1 == pytest.approx(last.at)
    assert timeout - max(2 * trip + 0.1, min(1, timeout / 20)) == pytest.approx(
        spare.at
    )
    assert not any(look.is_last for look in [*others, spare])
    assert {timeout} == {look.until for look in [*others, spare, last]}


def test_no_time_for_a_second_look() -> None:
    """A timeout shorter than the first look's trip ends with that look."""
    assert [0.0] == [
        look.at for look in run(PollSchedule(started=0, timeout=0.05), 0.01)
    ]


def test_a_slow_round_shortly_before_the_end() -> None:
    """After a round so slow that another cannot be expected to fit, one more begins."""
    schedule = begun(timeout=10.0, trip=6.0)

    assert ScheduledPoll(6.0, until=10.0, is_last=True) == schedule.next_poll(6.0)


def test_a_last_look_that_was_quick() -> None:
    """A last look much quicker than expected is not the last."""
    schedule = begun(timeout=10.0, trip=6.0)
    last = ScheduledPoll(6.0, until=10.0, is_last=True)
    schedule.record_success(last, started=6.0, ended=6.1, jitter=EVEN)

    assert ScheduledPoll(7.5, until=10.0, is_last=False) == schedule.next_poll(6.1)


def test_a_failed_look_is_no_measure() -> None:
    """How long a failed look took does not move the last look."""
    schedule = begun(timeout=10.0, trip=0.5)
    look = ScheduledPoll(1.0, until=10.0, is_last=False)
    schedule.record_failure(look, started=1.0, ended=9.0, jitter=EVEN, retry_after=None)

    assert ScheduledPoll(9.0, until=10.0, is_last=False) == schedule.next_poll(9.0)
    assert ScheduledPoll(9.4, until=10.0, is_last=True) == schedule.next_poll(9.4)


def fail(schedule: PollSchedule, retry_after: float) -> None:
    """Let the look at 1 s fail at 1.5 s, with the server's wish."""
    schedule.record_failure(
        ScheduledPoll(1.0, until=schedule.deadline, is_last=False),
        started=1.0,
        ended=1.5,
        jitter=EVEN,
        retry_after=retry_after,
    )


def test_the_servers_wish() -> None:
    """No look before the server wants one, nor earlier than without the wish."""
    schedule = begun(timeout=10.0, trip=0.5)
    fail(schedule, 5.0)

    assert ScheduledPoll(6.5, until=10.0, is_last=False) == schedule.next_poll(1.5)

    schedule = begun(timeout=10.0, trip=0.5)
    fail(schedule, 0.1)

    assert ScheduledPoll(2.5, until=10.0, is_last=False) == schedule.next_poll(1.5)


@pytest.mark.parametrize("retry_after", [7.95, 8.4, 8.5, 7200.0, 1e300])
@pytest.mark.parametrize(
    ("at", "now"), [(8.9, 1.5), (8.9, 5.0), (9.3, 9.3), (9.4, 9.4), (9.9, 9.9)]
)
def test_a_wish_behind_the_last_look(at: float, now: float, retry_after: float) -> None:
    """A wish does not move the last looks, two and one trips before the deadline."""
    schedule = begun(timeout=10.0, trip=0.5)
    fail(schedule, retry_after)
    look = schedule.next_poll(now)

    assert look
    assert at == pytest.approx(look.at, abs=0.11)
    assert (at > 9.0) is look.is_last


def test_after_a_last_look_against_the_wish() -> None:
    """A last look that fails is followed by none, whatever the server asks for."""
    schedule = begun(timeout=10.0, trip=0.5)
    fail(schedule, 7200.0)
    last = ScheduledPoll(9.4, until=10.0, is_last=True)
    schedule.record_failure(
        last, started=9.4, ended=9.5, jitter=EVEN, retry_after=7200.0
    )

    assert None is schedule.next_poll(9.5)
    assert None is schedule.next_poll(10.0)
    assert None is schedule.next_poll(1000.0)


@pytest.mark.parametrize("now", [10.0, 10.1, 1000.0])
@pytest.mark.parametrize("fails", [False, True])
def test_behind_the_deadline(now: float, *, fails: bool) -> None:
    """Whoever was away at the last look has it late, for 10 s, and just once."""
    schedule = begun(timeout=10.0, trip=0.5)
    late = schedule.next_poll(now)

    assert ScheduledPoll(now, until=now + 10.0, is_last=True) == late
    if fails:
        schedule.record_failure(
            late, started=now, ended=now, jitter=EVEN, retry_after=None
        )
    else:
        schedule.record_success(late, started=now, ended=now, jitter=EVEN)
    assert None is schedule.next_poll(now)
    assert None is schedule.next_poll(now + 1000.0)


def test_a_first_look_behind_the_deadline() -> None:
    """Even the first look may be a late one."""
    schedule = PollSchedule(started=0.0, timeout=10.0)

    assert ScheduledPoll(50.0, until=60.0, is_last=True) == schedule.next_poll(50.0)


def test_away_after_the_last_look() -> None:
    """Whoever was away only after the last look has no other."""
    schedule = begun(timeout=10.0, trip=0.5)
    last = schedule.next_poll(9.4)
    assert last
    schedule.record_success(last, started=9.4, ended=9.9, jitter=EVEN)

    assert last.is_last
    assert None is schedule.next_poll(1000.0)


@given(
    timeout=st.floats(0.01, 1000.0),
    trips=st.lists(st.floats(0.0, 50.0), max_size=10),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_never_behind_the_deadline(
    timeout: float, trips: list[float], jitter: float
) -> None:
    """For one who is never away, each look begins in time, and they have an end."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    now, number = 0.0, 0
    while look := schedule.next_poll(now):
        assert now <= look.at < timeout == look.until
        trip = trips[number % len(trips)] if trips else 0.0
        now = look.at + trip
        number += 1
        if now >= look.until:
            # Cut off at the deadline, and the end.
            break
        schedule.record_success(look, started=look.at, ended=now, jitter=jitter)

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
def test_one_look_behind_the_deadline(
    timeout: float, steps: list[tuple[float, float, bool]], retry_after: float | None
) -> None:
    """However long one is away, one look at most is late, and nothing follows it."""
    schedule = PollSchedule(started=0.0, timeout=timeout)
    now, looks = 0.0, list[ScheduledPoll]()
    while look := schedule.next_poll(now):
        looks.append(look)
        away, trip, fails = steps[len(looks) % len(steps)]
        ended = min(look.at + trip, look.until)
        if fails:
            schedule.record_failure(
                look,
                started=look.at,
                ended=ended,
                jitter=EVEN,
                retry_after=retry_after,
            )
        else:
            schedule.record_success(look, started=look.at, ended=ended, jitter=EVEN)
        now = ended + away
    late = [look for look in looks if look.at >= timeout]

    assert late in ([], looks[-1:])
    assert all(look.is_last for look in late)
    assert all(look.until == look.at + 10.0 for look in late)
    assert all(look.until == timeout for look in looks if look not in late)


def test_late_looks_have_an_end() -> None:
    """However often a late look is cut short_name, no other begins after 10 s."""
    schedule = PollSchedule(started=100.0, timeout=50.0)
    late = [schedule.next_poll(200.0 + seconds) for seconds in (0.0, 4.0, 9.9, 10.0)]

    assert [210.0, 210.0, 210.0, None] == [look and look.until for look in late]
