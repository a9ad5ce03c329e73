"""When the next request may be sent: never too early, never later than needed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.transport.sliding_log import RateLimit, SlidingLog, Window
from tests.support.oracle import violations

MINUTE = Window(2, 60.0)
HOUR = Window(4, 3600.0)


def filled(log: SlidingLog, *moments: float) -> SlidingLog:
    """Send a request at each moment, answered in the same instant."""
    for moment in moments:
        log.take()
        log.settle(moment, sent=True)
    return log


def make(*windows: Window, max_in_flight: int = 100) -> SlidingLog:
    """Make a log without a cap to speak of."""
    return SlidingLog(windows, max_in_flight=max_in_flight)


def test_the_documented_limits() -> None:
    """By default a token may send what the API's documentation allows."""
    assert (Window(250, 60.0), Window(5000, 3600.0)) == RateLimit().windows


@pytest.mark.parametrize("windows", [None, [], ()])
def test_no_limit(windows: Any) -> None:
    """None and no window at all both mean no pacing."""
    assert () == RateLimit(windows).windows


@pytest.mark.parametrize(
    "windows", [[HOUR, MINUTE], (MINUTE, HOUR), iter([HOUR, MINUTE])]
)
def test_the_longest_window_comes_last(windows: Iterable[Window]) -> None:
    """Windows are sorted by length, whatever they come in."""
    assert (MINUTE, HOUR) == RateLimit(windows).windows


@pytest.mark.parametrize(
    ("requests", "seconds"),
    [
        (0, 60.0),
        (-1, 60.0),
        (5, 0.0),
        (5, -1.0),
        (5, math.inf),
        (5, math.nan),
    ],
)
def test_windows_let_something_through(requests: Any, seconds: float) -> None:
    """A window for no request, or of no length, is refused."""
    with pytest.raises(ConfigurationError, match=r"^(requests|seconds) must be"):
        Window(requests, seconds)


def test_without_windows_nothing_waits() -> None:
    """A log without windows is always ready."""
    assert 7.0 == filled(make(), *[7.0] * 1000).ready_at(7.0)


def test_each_request_counts_from_its_answer() -> None:
    """A slot returns one window after the answer, not after the send."""
    log = make(MINUTE)
    log.take()
    log.take()
    log.settle(15.0, sent=True)
    log.settle(20.0, sent=True)

    assert 75.0 == log.ready_at(20.0)
    assert 75.0 == log.ready_at(75.0)


def test_a_request_in_flight_holds_its_slot() -> None:
    """While the answers are out nobody can tell when there is room."""
    log = make(MINUTE)
    log.take()

    assert 0.0 == log.ready_at(0.0)

    log.take()

    assert math.inf == log.ready_at(1_000_000.0)


def test_an_unsent_request_gives_its_slot_back() -> None:
    """A request that never left does not count."""
    log = make(Window(1, 60.0))
    log.take()
    log.settle(5.0, sent=False)

    assert 5.0 == log.ready_at(5.0)


def test_all_windows_hold() -> None:
    """The fullest window decides."""
    log = filled(make(MINUTE, HOUR), 0.0, 1.0)

    assert 60.0 == log.ready_at(2.0)

    filled(log, 60.0, 61.0)

    assert 3600.0 == log.ready_at(130.0)


def test_the_cap_on_requests_in_flight() -> None:
    """No more are in flight than the cap allows, however wide the windows."""
    log = make(Window(1000, 1.0), max_in_flight=2)
    log.take()
    log.take()

    assert math.inf == log.ready_at(5.0)

    log.settle(5.0, sent=True)

    assert 5.0 == log.ready_at(5.0)


def test_a_closed_gate() -> None:
    """Nothing goes before the gate opens, and a later closing wins."""
    log = make(MINUTE)
    log.close(0.0, 29.0)
    log.close(0.0, 10.0)

    assert 29.0 == log.ready_at(0.0)
    assert 29.0 == log.ready_at(29.0)
    assert 30.0 == log.ready_at(30.0)


def test_a_closed_gate_without_windows() -> None:
    """A refused request waits even where there is no pacing."""
    log = make()
    log.close(0.0, 29.0)

    assert 29.0 == log.ready_at(0.0)


@pytest.mark.parametrize(
    ("expected", "remaining"),
    [
        (0.0, 4),
        (0.0, 3),
        (0.0, 2),
        (0.0, 1),
        (100.0, 0),
        # More than we think it has: nobody else's business.
        (0.0, 4000),
    ],
)
def test_others_requests_count(expected: float, remaining: int) -> None:
    """What somebody else sent shrinks the longest window, until the reset."""
    log = make(Window(100, 60.0), HOUR)
    log.learn(0.0, remaining=remaining, reset_in=100.0)

    assert expected == log.ready_at(0.0)
    assert 100.0 == log.ready_at(100.0)


def test_others_requests_shrink_the_room() -> None:
    """With one left of four, one is sent, and the next waits for the reset."""
    log = make(HOUR)
    log.learn(0.0, remaining=1, reset_in=500.0)
    log.take()

    assert 500.0 == log.ready_at(1.0)


def test_others_requests_lapse() -> None:
    """After the reset only our own requests count."""
    log = make(HOUR)
    log.learn(0.0, remaining=0, reset_in=500.0)
    filled(log, 1.0)

    assert 500.0 == log.ready_at(2.0)
    assert 600.0 == log.ready_at(600.0)

    filled(log, 600.0, 601.0, 602.0)

    assert 3601.0 == log.ready_at(700.0)


def test_our_own_requests_are_not_others() -> None:
    """What the server counts and we sent ourselves shrinks nothing."""
    log = filled(make(HOUR), 0.0, 1.0)
    log.take()
    log.learn(2.0, remaining=1, reset_in=3598.0)

    assert 2.0 == log.ready_at(2.0)

    log.take()

    assert 3600.0 == log.ready_at(2.0)


def test_expired_requests_are_not_taken_for_ours() -> None:
    """A request of ours that no longer counts leaves what is missing to others."""
    log = filled(make(HOUR), 0.0)
    log.learn(3600.0, remaining=0, reset_in=50.0)

    assert 3650.0 == log.ready_at(3600.0)


def test_the_latest_word_counts() -> None:
    """Each answer replaces what was learnt before."""
    log = make(HOUR)
    log.learn(0.0, remaining=0, reset_in=500.0)
    log.learn(1.0, remaining=4, reset_in=499.0)

    assert 1.0 == log.ready_at(1.0)


def test_others_do_not_touch_the_shorter_window() -> None:
    """What is left of the hour says nothing about the minute."""
    log = filled(make(MINUTE, HOUR), 0.0)
    log.learn(1.0, remaining=1, reset_in=3599.0)

    assert 1.0 == log.ready_at(1.0)


def test_learning_without_windows() -> None:
    """Without windows there is nothing to correct."""
    log = make()
    log.learn(0.0, remaining=0, reset_in=500.0)

    assert 0.0 == log.ready_at(0.0)


@attrs.define
class NaiveLog:
    """The same promise in the simplest words: a list, and counting."""

    windows: list[Window]
    max_in_flight: int
    answers: list[float] = attrs.field(factory=list)
    in_flight: int = 0
    closed_until: float = -math.inf
    foreign: int = 0
    foreign_until: float = -math.inf

    def has_room(self, now: float) -> bool:
        """Tell whether a request may be sent, if nothing happens before then."""
        return (
            self.in_flight < self.max_in_flight
            and now >= self.closed_until
            and all(self.used(window, now) < window.requests for window in self.windows)
        )

    def used(self, window: Window, now: float) -> int:
        """Count what a window holds."""
        is_longest = window == self.windows[-1]
        foreign = self.foreign if is_longest and now < self.foreign_until else 0
        return self.in_flight + foreign + self.own(window, now)

    def own(self, window: Window, now: float) -> int:
        """Count the answers that are younger than the window."""
        return sum(answer + window.seconds > now for answer in self.answers)

    def ready_at(self, now: float) -> float:
        """Try each moment at which anything changes."""
        moments = [
            now,
            self.closed_until,
            self.foreign_until,
            *(
                answer + window.seconds
                for window in self.windows
                for answer in self.answers
            ),
        ]
        return min(
            (at for at in moments if at >= now and self.has_room(at)), default=math.inf
        )

    def learn(self, now: float, *, remaining: int, reset_in: float) -> None:
        """Take what the server lacks for others' requests."""
        if self.windows:
            longest = self.windows[-1]
            left = longest.requests - self.own(longest, now) - self.in_flight
            self.foreign = max(0, left - remaining)
            self.foreign_until = now + reset_in


def awaited(log: SlidingLog, now: float) -> float:
    """Ask again at each time that the log gives, until it says: now."""
    log = deepcopy(log)
    ready_at = log.ready_at(now)
    while now < ready_at < math.inf:
        now, ready_at = ready_at, log.ready_at(ready_at)
    return ready_at


# Sums of eighths are exact, so that equal means equal.
EIGHTHS = st.integers(0, 40).map(lambda number: number / 8)
LIMITS = st.lists(
    st.builds(Window, st.integers(1, 4), st.sampled_from([0.5, 1.0, 3.0, 10.0])),
    max_size=3,
    unique_by=lambda window: window.seconds,
).map(lambda windows: list(RateLimit(windows).windows))
SENDING = (
    st.tuples(st.just("pass"), EIGHTHS)
    | st.tuples(st.just("send"))
    | st.tuples(st.just("send"))
    | st.tuples(st.just("wait and send"))
    | st.tuples(st.just("settle"), st.integers(0, 9), st.booleans(), st.integers(0, 8))
)
HEARING = st.tuples(st.just("close"), EIGHTHS) | st.tuples(
    st.just("learn"), st.integers(0, 4), EIGHTHS
)


@attrs.define
class Run:
    """A log, its naive twin and a server, all told the same."""

    log: SlidingLog
    naive: NaiveLog
    now: float = 0.0
    sends: list[float] = attrs.field(factory=list)
    arrivals: list[float] = attrs.field(factory=list)

    def step(self, name: str, *numbers: Any) -> None:
        """Do one thing that may happen to a log."""
        match name:
            case "pass":
                self.now += numbers[0]
            case "wait and send":
                ready_at = awaited(self.log, self.now)
                if ready_at < math.inf:
                    self.now = ready_at
                    self.send()
            case "send":
                if self.log.ready_at(self.now) <= self.now:
                    self.send()
            case "settle":
                if self.sends:
                    self.settle(*numbers)
            case "close":
                self.log.close(self.now, numbers[0])
                self.naive.closed_until = max(
                    self.naive.closed_until, self.now + numbers[0]
                )
            case _:
                remaining, reset_in = numbers
                for log in (self.log, self.naive):
                    log.learn(self.now, remaining=remaining, reset_in=reset_in)

    def send(self) -> None:
        """Send a request."""
        self.log.take()
        self.naive.in_flight += 1
        self.sends.append(self.now)

    def settle(self, which: int, sent: bool, eighths: int) -> None:
        """Let a request arrive some time between its send and now, or not at all."""
        start = self.sends.pop(which % len(self.sends))
        self.log.settle(self.now, sent=sent)
        self.naive.in_flight -= 1
        if sent:
            self.naive.answers.append(self.now)
            self.arrivals.append(start + (self.now - start) * eighths / 8)


def start(windows: list[Window], max_in_flight: int) -> Run:
    """Begin with nothing sent."""
    return Run(
        SlidingLog(windows, max_in_flight=max_in_flight),
        NaiveLog(windows, max_in_flight),
    )


@settings(max_examples=300, deadline=None)
@given(
    windows=LIMITS,
    max_in_flight=st.integers(1, 5),
    steps=st.lists(SENDING | HEARING, max_size=60),
)
def test_no_window_is_ever_overrun(
    windows: list[Window], max_in_flight: int, steps: list[tuple[Any, ...]]
) -> None:
    """Whatever the latencies, and wherever in them a request arrives, all fit."""
    run = start(windows, max_in_flight)

    for step in steps:
        run.step(*step)
        assert len(run.sends) <= max_in_flight

    # What is still out arrived in the worst moment: just now, or when it left.
    for late in ([run.now] * len(run.sends), run.sends):
        assert [] == violations(windows, [*run.arrivals, *late])


@example(
    windows=[Window(1, 1.0)], max_in_flight=1, steps=[("send",), ("settle", 0, True, 0)]
)
@settings(max_examples=200, deadline=None)
@given(
    windows=LIMITS,
    max_in_flight=st.integers(1, 5),
    steps=st.lists(SENDING | st.tuples(st.just("close"), EIGHTHS), max_size=40),
)
def test_no_request_waits_longer_than_needed(
    windows: list[Window], max_in_flight: int, steps: list[tuple[Any, ...]]
) -> None:
    """The time given is exactly the first at which counting finds room."""
    run = start(windows, max_in_flight)

    for step in steps:
        run.step(*step)
        assert run.naive.ready_at(run.now) == run.log.ready_at(run.now)


@settings(max_examples=200, deadline=None)
@given(
    windows=LIMITS,
    max_in_flight=st.integers(1, 5),
    steps=st.lists(SENDING | HEARING, max_size=40),
)
def test_asking_again_is_exact_with_others_too(
    windows: list[Window], max_in_flight: int, steps: list[tuple[Any, ...]]
) -> None:
    """With others about, the time given is never too late, and asking again exact."""
    run = start(windows, max_in_flight)

    for step in steps:
        run.step(*step)
        exact = run.naive.ready_at(run.now)
        assert deepcopy(run.log).ready_at(run.now) <= exact
        assert exact == awaited(run.log, run.now)


def test_an_absurd_wait() -> None:
    """Whatever a server says, after an hour the client tries again."""
    log = make(MINUTE)
    log.close(0.0, 9e9)

    assert 3600.0 == log.ready_at(0.0)


def test_an_absurd_reset() -> None:
    """The same holds for a reset that lies in another century."""
    log = make(MINUTE)
    log.learn(0.0, remaining=0, reset_in=9e9)

    assert 3600.0 == log.ready_at(0.0)
