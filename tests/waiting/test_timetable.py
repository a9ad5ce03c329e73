"""When jobs are looked at, decided without a clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.waiting.timetable import Look, Timetable, pause

EVEN = 0.5
"""A jitter that changes nothing."""


def run(timetable: Timetable, trip: float, *, now: float = 0.0) -> list[Look]:
    """Look as often as the timetable says, each look taking so long."""
    looks = []
    while look := timetable.next_look(now):
        looks.append(look)
        now = look.at + trip
        timetable.took(look, began=look.at, ended=now, jitter=EVEN)
    return looks


def test_pauses_grow() -> None:
    """The wait begins at 1 s and grows by half, up to 30 s."""
    pauses = [pause(rounds, EVEN) for rounds in range(1, 12)]

    assert [1.0, 1.5, 2.25, 3.375] == pytest.approx(pauses[:4])
    assert [25.62890625, 30.0, 30.0] == pytest.approx(pauses[8:])


@given(
    rounds=st.integers(1, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_bounds_of_pauses(rounds: int, jitter: float) -> None:
    """Whatever the jitter, a wait is a fifth shorter or longer at most."""
    even = pause(rounds, EVEN)

    assert 0.8 * even - 1e-9 <= pause(rounds, jitter) <= 1.2 * even + 1e-9
    assert 1.0 <= even <= 30.0
    assert even <= pause(rounds + 1, EVEN)


def test_counted_from_the_start_of_a_round() -> None:
    """The wait includes the time that the requests took."""
    looks = run(Timetable(began=0.0, timeout=100.0), 0.5)

    assert [0.0, 1.0, 2.5, 4.75] == pytest.approx([look.at for look in looks[:4]])


def test_slow_rounds_follow_at_once() -> None:
    """A round that took longer than the wait is followed by the next at once."""
    looks = run(Timetable(began=0.0, timeout=100.0), 2.0)

    assert [0.0, 2.0, 4.0] == pytest.approx([look.at for look in looks[:3]])


def test_a_slow_consumer() -> None:
    """One who comes back late gets the next round at once, and no rounds to boot."""
    timetable = Timetable(began=0.0, timeout=100.0)
    timetable.took(Look(0.0, is_last=False), began=0.0, ended=0.0, jitter=EVEN)

    assert Look(50.0, is_last=False) == timetable.next_look(50.0)


@pytest.mark.parametrize(
    ("timeout", "trip"), [(10.0, 0.0), (10.0, 0.2), (90.0, 0.5), (3600.0, 1.0)]
)
def test_the_last_look(timeout: float, trip: float) -> None:
    """There is one last look, a round trip and a moment before the deadline."""
    *others, last = run(Timetable(began=0.0, timeout=timeout), trip)

    assert last.is_last
    assert timeout - trip - 0.1 == pytest.approx(last.at)
    assert not any(look.is_last for look in others)


def test_no_time_for_a_second_look() -> None:
    """A timeout shorter than the first look's trip ends with that look."""
    assert [0.0] == [look.at for look in run(Timetable(began=0, timeout=0.05), 0.01)]


def test_a_slow_round_shortly_before_the_end() -> None:
    """After a round so slow that another cannot be expected to fit, one more begins."""
    timetable = Timetable(began=0.0, timeout=10.0)
    timetable.took(Look(0.0, is_last=False), began=0.0, ended=6.0, jitter=EVEN)

    assert Look(6.0, is_last=True) == timetable.next_look(6.0)


def test_a_last_look_that_was_quick() -> None:
    """A last look much quicker than expected is not the last."""
    timetable = Timetable(began=0.0, timeout=10.0)
    timetable.took(Look(0.0, is_last=False), began=0.0, ended=6.0, jitter=EVEN)
    last = Look(6.0, is_last=True)
    timetable.took(last, began=6.0, ended=6.1, jitter=EVEN)

    assert Look(7.5, is_last=False) == timetable.next_look(6.1)


def test_a_failed_look_is_no_measure() -> None:
    """How long a failed look took does not move the last look."""
    timetable = Timetable(began=0.0, timeout=10.0)
    look = Look(0.0, is_last=False)
    timetable.took(look, began=0.0, ended=0.5, jitter=EVEN)
    timetable.failed(look, began=1.0, ended=9.0, jitter=EVEN, retry_after=None)

    assert Look(9.0, is_last=False) == timetable.next_look(9.0)
    assert Look(9.4, is_last=True) == timetable.next_look(9.4)


def fail(timetable: Timetable, retry_after: float) -> None:
    """Let a first look fail with the server's wish."""
    timetable.failed(
        Look(0.0, is_last=False),
        began=0.0,
        ended=0.5,
        jitter=EVEN,
        retry_after=retry_after,
    )


def test_the_servers_wish() -> None:
    """No look before the server wants one, nor earlier than without the wish."""
    timetable = Timetable(began=0.0, timeout=10.0)
    fail(timetable, 5.0)

    assert Look(5.5, is_last=False) == timetable.next_look(0.5)

    fail(timetable, 0.1)

    assert Look(1.5, is_last=False) == timetable.next_look(0.5)


def test_a_wish_close_to_the_deadline() -> None:
    """A wish is granted even where only a hurried last look is left."""
    timetable = Timetable(began=0.0, timeout=10.0)
    fail(timetable, 9.45)

    assert Look(9.95, is_last=True) == timetable.next_look(0.5)


def test_a_wish_behind_the_deadline() -> None:
    """Where the server wants nothing until the deadline, nothing can be learnt."""
    timetable = Timetable(began=0.0, timeout=10.0)
    fail(timetable, 9.5)

    assert None is timetable.next_look(0.5)


def test_behind_the_deadline() -> None:
    """From the deadline on there is no look."""
    assert None is Timetable(began=0.0, timeout=10.0).next_look(10.0)


@given(
    timeout=st.floats(0.01, 1000.0),
    trips=st.lists(st.floats(0.0, 50.0), max_size=10),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_never_behind_the_deadline(
    timeout: float, trips: list[float], jitter: float
) -> None:
    """However long the looks take, each begins in time, and the looks have an end."""
    timetable = Timetable(began=0.0, timeout=timeout)
    now, number = 0.0, 0
    while look := timetable.next_look(now):
        assert now <= look.at < timeout
        trip = trips[number % len(trips)] if trips else 0.0
        now = look.at + trip
        timetable.took(look, began=look.at, ended=now, jitter=jitter)
        number += 1

    assert 1 <= number <= 20 + timeout / 20
