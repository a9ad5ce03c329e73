"""The time at which the next request may be sent: not too early, not too late."""

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
from tests.support.examples import examples
from tests.support.oracle import violations

MINUTE = Window(2, 60.0)
HOUR = Window(4, 3600.0)


def fill(log: SlidingLog, *times: float) -> SlidingLog:
    """Record a request at each time, with its response at the same time."""
    for time in times:
        log.reserve()
        log.release(time, sent=True)
    return log


def create_log(*windows: Window) -> SlidingLog:
    """Create a log for these windows."""
    return SlidingLog(windows)


def test_the_documented_limits() -> None:
    """The default limits are those of the API's documentation."""
    assert (Window(250, 60.0), Window(5000, 3600.0)) == RateLimit().windows


def test_requests_in_flight_are_not_certain() -> None:
    """A request in flight may be released unsent, so only those sent are certain."""
    log = fill(create_log(MINUTE), 3.0)
    log.reserve()

    assert (63.0, 7.0) == (log.ready_at(7.0), log.earliest_at(7.0))

    log.release(7.0, sent=True)

    assert 63.0 == log.ready_at(7.0) == log.earliest_at(7.0)


def test_requests_of_others_are_certain_when_none_is_in_flight() -> None:
    """The response to a request in flight may correct what others have sent."""
    log = create_log(MINUTE)
    log.update(7.0, remaining=0, reset_in=30.0)

    assert 37.0 == log.earliest_at(7.0)

    log.reserve()

    assert (37.0, 7.0) == (log.ready_at(7.0), log.earliest_at(7.0))


def test_a_block_is_certain() -> None:
    """Nothing is sent before the end of a block, whatever is in flight."""
    log = create_log(MINUTE)
    log.reserve()
    log.block(7.0, 30.0)

    assert 37.0 == log.earliest_at(7.0)


@pytest.mark.parametrize("windows", [None, [], ()])
def test_no_limit(windows: Any) -> None:
    """None and an empty list of windows both disable pacing."""
    assert () == RateLimit(windows).windows


@pytest.mark.parametrize(
    "windows", [[HOUR, MINUTE], (MINUTE, HOUR), iter([HOUR, MINUTE])]
)
def test_the_longest_window_comes_last(windows: Iterable[Window]) -> None:
    """Windows are sorted by length, whatever iterable they come from."""
    assert (MINUTE, HOUR) == RateLimit(windows).windows


@pytest.mark.parametrize(
    ("text", "requests", "seconds"),
    [
        ("requests must be an integer of at least 1, got 0", 0, 60.0),
        ("requests must be an integer of at least 1, got -1", -1, 60.0),
        ("requests must be an integer of at least 1, got 2.0", 2.0, 60.0),
        ("requests must be an integer of at least 1, got '5'", "5", 60.0),
        ("requests must be an integer of at least 1, got True", True, 60.0),
        ("requests must be an integer of at least 1, got None", None, 60.0),
        ("seconds must be a positive number of seconds, got 0.0", 5, 0.0),
        ("seconds must be a positive number of seconds, got -1.0", 5, -1.0),
        ("seconds must be a positive number of seconds, got inf", 5, math.inf),
        ("seconds must be a positive number of seconds, got nan", 5, math.nan),
        ("seconds must be a positive number of seconds, got '60'", 5, "60"),
        ("seconds must be a positive number of seconds, got True", 5, True),
        ("seconds must be a positive number of seconds, got None", 5, None),
    ],
)
def test_invalid_windows(text: str, requests: Any, seconds: Any) -> None:
    """A window without requests or without a length is rejected."""
    with pytest.raises(ConfigurationError) as caught:
        Window(requests, seconds)

    assert text == caught.value.message


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("windows must be an iterable, got int", 5),
        ("windows must be an iterable, got Window", MINUTE),
        ("each of windows must be a Window, got int", [MINUTE, 5]),
        ("each of windows must be a Window, got tuple", [(250, 60.0)]),
    ],
)
def test_invalid_rate_limits(text: str, windows: Any) -> None:
    """What is no list of windows is rejected."""
    with pytest.raises(ConfigurationError) as caught:
        RateLimit(windows)

    assert text == caught.value.message


def test_all_windows_apply() -> None:
    """The window that is free last decides."""
    log = fill(create_log(MINUTE, HOUR), 0.0, 1.0)

    assert 60.0 == log.ready_at(2.0)

    fill(log, 60.0, 61.0)

    assert 3600.0 == log.ready_at(130.0)


@pytest.mark.parametrize(
    ("expected", "remaining"),
    [
        (0.0, 4),
        (0.0, 3),
        (0.0, 2),
        (0.0, 1),
        (100.0, 0),
        # More than expected: no sign of other clients.
        (0.0, 4000),
    ],
)
def test_requests_of_others_count(expected: float, remaining: int) -> None:
    """Requests of other clients count in the longest window until the reset."""
    log = create_log(Window(100, 60.0), HOUR)
    log.update(0.0, remaining=remaining, reset_in=100.0)

    assert expected == log.ready_at(0.0)
    assert 100.0 == log.ready_at(100.0)


def test_own_requests_are_not_counted_twice() -> None:
    """Requests that the server counts and the client sent itself count once."""
    log = fill(create_log(HOUR), 0.0, 1.0)
    log.reserve()
    log.update(2.0, remaining=1, reset_in=3598.0)

    assert 2.0 == log.ready_at(2.0)

    log.reserve()

    assert 3600.0 == log.ready_at(2.0)


@attrs.define
class NaiveLog:
    """The simplest implementation of the same rules: a list, and counting."""

    windows: list[Window]
    responses: list[float] = attrs.field(factory=list)
    in_flight: int = 0
    blocked_until: float = -math.inf
    foreign: int = 0
    foreign_until: float = -math.inf

    def has_room(self, now: float) -> bool:
        """Whether a request may be sent at `now`, if nothing happens before then."""
        return now >= self.blocked_until and all(
            self.used(window, now) < window.requests for window in self.windows
        )

    def used(self, window: Window, now: float) -> int:
        """Return the number of requests in a window."""
        is_longest = window == self.windows[-1]
        foreign = self.foreign if is_longest and now < self.foreign_until else 0
        return self.in_flight + foreign + self.own(window, now)

    def own(self, window: Window, now: float) -> int:
        """Return the number of responses younger than the window."""
        return sum(at + window.seconds > now for at in self.responses)

    def ready_at(self, now: float) -> float:
        """Return the first time with room, trying each at which anything changes."""
        times = [
            now,
            self.blocked_until,
            self.foreign_until,
            *(at + window.seconds for window in self.windows for at in self.responses),
        ]
        return min(
            (at for at in times if at >= now and self.has_room(at)), default=math.inf
        )

    def update(self, now: float, *, remaining: int, reset_in: float) -> None:
        """Count what the server has fewer than expected as requests of others."""
        if self.windows:
            longest = self.windows[-1]
            left = longest.requests - self.own(longest, now) - self.in_flight
            self.foreign = max(0, left - remaining)
            self.foreign_until = now + reset_in


def final_ready_at(log: SlidingLog, now: float) -> float:
    """Call `ready_at` again at each time it returns until that time is ready."""
    log = deepcopy(log)
    ready_at = log.ready_at(now)
    while now < ready_at < math.inf:
        now, ready_at = ready_at, log.ready_at(ready_at)
    return ready_at


# Sums of eighths are exact in floating point, so results can be compared by `==`.
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
    | st.tuples(st.just("release"), st.integers(0, 9), st.booleans(), st.integers(0, 8))
)
UPDATES = st.tuples(st.just("block"), EIGHTHS) | st.tuples(
    st.just("update"), st.integers(0, 4), EIGHTHS
)


@attrs.define
class Run:
    """A log, its naive twin and a server, which all receive the same events."""

    log: SlidingLog
    naive: NaiveLog
    now: float = 0.0
    sends: list[float] = attrs.field(factory=list)
    arrivals: list[float] = attrs.field(factory=list)

    def step(self, name: str, *numbers: Any) -> None:
        """Apply one event."""
        match name:
            case "pass":
                self.now += numbers[0]
            case "wait and send":
                ready_at = final_ready_at(self.log, self.now)
                if ready_at < math.inf:
                    self.now = ready_at
                    self.send()
            case "send":
                if self.log.ready_at(self.now) <= self.now:
                    self.send()
            case "release":
                if self.sends:
                    self.release(*numbers)
            case "block":
                self.log.block(self.now, numbers[0])
                self.naive.blocked_until = max(
                    self.naive.blocked_until, self.now + numbers[0]
                )
            case _:
                remaining, reset_in = numbers
                for log in (self.log, self.naive):
                    log.update(self.now, remaining=remaining, reset_in=reset_in)

    def send(self) -> None:
        """Send a request."""
        self.log.reserve()
        self.naive.in_flight += 1
        self.sends.append(self.now)

    def release(self, which: int, sent: bool, eighths: int) -> None:
        """Complete a request: it arrived between its send and now, or not at all."""
        start = self.sends.pop(which % len(self.sends))
        self.log.release(self.now, sent=sent)
        self.naive.in_flight -= 1
        if sent:
            self.naive.responses.append(self.now)
            self.arrivals.append(start + (self.now - start) * eighths / 8)


def start_run(windows: list[Window]) -> Run:
    """Create a run with nothing sent."""
    return Run(SlidingLog(windows), NaiveLog(windows))


@settings(max_examples=examples(300), deadline=None)
@given(
    windows=LIMITS,
    steps=st.lists(SENDING | UPDATES, max_size=60),
)
def test_no_window_is_ever_exceeded(
    windows: list[Window], steps: list[tuple[Any, ...]]
) -> None:
    """No window is exceeded, whatever the latency and the time of arrival in it."""
    run = start_run(windows)

    for step in steps:
        run.step(*step)

    # The worst case for requests still in flight: they arrived now, or when sent.
    for late in ([run.now] * len(run.sends), run.sends):
        assert [] == violations(windows, [*run.arrivals, *late])


@example(windows=[Window(1, 1.0)], steps=[("send",), ("release", 0, True, 0)])
@settings(max_examples=examples(200), deadline=None)
@given(
    windows=LIMITS,
    steps=st.lists(SENDING | st.tuples(st.just("block"), EIGHTHS), max_size=40),
)
def test_no_request_waits_longer_than_needed(
    windows: list[Window], steps: list[tuple[Any, ...]]
) -> None:
    """`ready_at` is exactly the first time at which counting finds room."""
    run = start_run(windows)

    for step in steps:
        run.step(*step)
        assert run.naive.ready_at(run.now) == run.log.ready_at(run.now)


@settings(max_examples=examples(200), deadline=None)
@given(
    windows=LIMITS,
    steps=st.lists(SENDING | UPDATES, max_size=40),
)
def test_repeated_ready_at_is_exact_with_others_too(
    windows: list[Window], steps: list[tuple[Any, ...]]
) -> None:
    """With other clients, `ready_at` is never too late, and exact when repeated."""
    run = start_run(windows)

    for step in steps:
        run.step(*step)
        exact = run.naive.ready_at(run.now)
        assert deepcopy(run.log).ready_at(run.now) <= exact
        assert exact == final_ready_at(run.log, run.now)


def test_an_excessive_wait() -> None:
    """Whatever the server reports, blocking ends after an hour."""
    log = create_log(MINUTE)
    log.block(0.0, 9e9)

    assert 3600.0 == log.ready_at(0.0)


def test_an_excessive_reset() -> None:
    """A reset in the far future is limited to an hour, too."""
    log = create_log(MINUTE)
    log.update(0.0, remaining=0, reset_in=9e9)

    assert 3600.0 == log.ready_at(0.0)
