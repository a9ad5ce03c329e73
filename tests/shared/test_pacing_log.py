"""The slots of one process, and what the server is told of them."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gradient_async import Window
from gradient_async.shared.pacing.local_share import Allowance
from gradient_async.shared.pacing.slots import SLOT_SECONDS, OwnLog, Report
from gradient_async.transport.sliding_log import SlidingLog

WINDOWS = [Window(5, 1.0), Window(20, 10.0)]


def allow(first: int, share: int, until: float) -> list[Allowance]:
    """Return the allowance of one window of 10 s."""
    return [Allowance(WINDOWS[-1], share, first, until)]


def test_reports() -> None:
    """Each end is reported until the server has it, by its number and its age."""
    log = OwnLog(WINDOWS)
    for number in range(3):
        log.hold(number, told_at=100.0)
    log.end(0, 100.5, sent=True)
    log.end(1, 100.6, sent=False)

    report = log.report(101.0)
    assert Report(ended=[(0, 0.5)], unsent=[1]) == report
    assert report == log.report(101.0)
    log.accept(report, told_at=101.0)
    assert Report() == log.report(101.0)


def test_renewals() -> None:
    """A slot in flight is renewed after a third of its time, or once it is known."""
    log = OwnLog(WINDOWS)
    log.hold(0, told_at=100.0)
    assert math.isclose(100 + SLOT_SECONDS / 3, log.renewal_at)
    assert Report() == log.report(101.0)
    assert Report(held=[0]) == log.report(102.0)
    log.hold(1, told_at=None)
    assert -math.inf == log.renewal_at

    report = log.report(101.0)
    assert Report(held=[1]) == report
    log.end(1, 101.1, sent=False)
    log.accept(report, told_at=101.0)
    assert 1 not in log


def test_slots_that_expire() -> None:
    """A slot may be kept for a third of its time, and used until it expires."""
    log = OwnLog(WINDOWS)
    log.hold(0, told_at=100.0)
    log.hold(1, told_at=None)

    assert [True, False] == [log.is_fresh(0, now) for now in (101.0, 102.0)]
    assert [False, True] == [log.is_expired(0, now) for now in (104.9, 105.0)]
    assert (False, False) == (log.is_fresh(1, 100.0), log.is_expired(1, 200.0))


def test_slots_that_the_server_does_not_know() -> None:
    """An unsent slot is not reported if the server never heard of it."""
    log = OwnLog(WINDOWS)
    log.hold(0, told_at=None)
    log.end(0, 100.0, sent=False)
    assert Report() == log.report(100.0)
    # It may have granted these, and the reply was lost.
    log.withdraw(range(1, 3))
    assert Report(unsent=[1, 2]) == log.report(100.0)


def test_data_that_the_server_has_lost() -> None:
    """Everything that still counts is reported again, and nothing else."""
    log = OwnLog(WINDOWS)
    for number in range(4):
        log.hold(number, told_at=90.0)
    log.end(0, 90.0, sent=True)
    log.end(1, 99.0, sent=True)
    log.end(2, 99.5, sent=False)
    log.accept(log.report(99.5), told_at=99.5)

    log.report_again()
    assert Report(ended=[(1, 1.5)], held=[3]) == log.report(100.5)


def test_a_report_that_got_old() -> None:
    """What counts no longer is not reported, however long nothing was."""
    log = OwnLog(WINDOWS)
    log.hold(0, told_at=90.0)
    log.end(0, 90.0, sent=True)

    assert Report() == log.report(100.0)


def test_room_alone() -> None:
    """The allowance counts what is in flight, and what has ended within the window."""
    log = OwnLog(WINDOWS)
    allowances = allow(first=1, share=2, until=105.0)
    assert (1, 100.0) == (log.room(allowances, 100.0), log.ready_at(allowances, 100.0))

    log.hold(0, told_at=100.0)
    # In flight: more is allowed from 105 on, and for now one.
    assert (0, 105.0) == (log.room(allowances, 100.0), log.ready_at(allowances, 100.0))
    log.hold(1, told_at=100.0)
    assert math.inf == log.ready_at(allowances, 106.0)
    log.end(0, 106.0, sent=True)
    assert 116.0 == log.ready_at(allowances, 106.0)
    log.end(1, 107.0, sent=False)
    assert (1, 107.0) == (log.room(allowances, 107.0), log.ready_at(allowances, 107.0))


def test_without_windows() -> None:
    """Without a limit there is always room."""
    log = OwnLog([])
    log.hold(0, told_at=None)
    log.end(0, 1.0, sent=True)

    assert (math.inf, 1.0) == (log.room([], 1.0), log.ready_at([], 1.0))


@given(st.lists(st.tuples(st.floats(0.0, 0.5), st.booleans(), st.booleans())))
def test_the_same_as_a_sliding_log(steps: list[tuple[float, bool, bool]]) -> None:
    """Alone with the whole limit, a process may send when a `Pacer` would."""
    own, expected = OwnLog(WINDOWS), SlidingLog(WINDOWS)
    allowances = [Allowance(it, it.requests, it.requests, 0.0) for it in WINDOWS]
    in_flight: list[int] = []
    now = 100.0
    for number, (pause, is_start, sent) in enumerate(steps):
        now += pause
        if is_start:
            in_flight.append(number)
            own.hold(number, told_at=None)
            expected.reserve()
        elif in_flight:
            own.end(in_flight.pop(0), now, sent=sent)
            expected.release(now, sent=sent)
        assert expected.ready_at(now) == own.ready_at(allowances, now)
