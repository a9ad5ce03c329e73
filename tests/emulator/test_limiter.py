"""The rate limiter, without a server or a loop."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.emulator import Window
from gradient_async.emulator.core.limiter import RateLimiter

WINDOWS = st.lists(
    st.builds(Window, st.integers(1, 5), st.sampled_from([1.0, 2.0, 5.0, 8.0])),
    min_size=1,
    max_size=3,
)
GAPS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 9.0]), max_size=40)


def has_room(windows: list[Window], counted: list[float], now: float) -> bool:
    """Decide naively: count the requests in each window one by one."""
    return all(
        sum(stamp > now - window.seconds for stamp in counted) < window.limit
        for window in windows
    )


def passes(limiter: RateLimiter, now: float) -> bool:
    """Whether a request that arrives now passes."""
    return limiter.hit(now).is_allowed


@example(windows=[Window(1, 1.0)], gaps=[0.0, 0.0], count_refused=False)
@given(windows=WINDOWS, gaps=GAPS, count_refused=st.booleans())
def test_decides_like_a_naive_count(
    windows: list[Window], gaps: list[float], *, count_refused: bool
) -> None:
    """Each decision and its numbers equal those of a naive count."""
    limiter = RateLimiter(windows, count_refused=count_refused)
    longest = max(windows, key=lambda window: window.seconds).seconds
    counted: list[float] = []
    now = 0.0

    for gap in gaps:
        now += gap
        expected = has_room(windows, counted, now)
        if expected or count_refused:
            counted.append(now)
        decision = limiter.hit(now)
        remembered = [stamp for stamp in counted if stamp > now - longest]

        assert expected == decision.is_allowed
        assert max(0, decision.limit - len(remembered)) == decision.remaining
        assert remembered[0] + longest == decision.resets_at


@example(gaps=[0.0] * 4, count_refused=False)
@given(gaps=GAPS, count_refused=st.booleans())
def test_retry_after_is_exact(gaps: list[float], *, count_refused: bool) -> None:
    """A request passes after `retry_after` seconds, and not before."""
    windows = [Window(3, 4.0), Window(1000, 100.0)]
    limiter = RateLimiter(windows, count_refused=count_refused)
    counted: list[float] = []
    now = 0.0

    for gap in gaps:
        now += gap
        decision = limiter.hit(now)
        if decision.is_allowed or count_refused:
            counted.append(now)
        if decision.retry_after is not None:
            free_at = now + decision.retry_after

            assert has_room(windows, counted, free_at)
            assert not has_room(windows, counted, free_at - 0.125)


def test_slots_return_one_by_one() -> None:
    """Each request frees its own slot exactly when its window has passed."""
    limiter = RateLimiter([Window(2, 60.0)])
    arrivals = (0.0, 20.0, 59.0, 60.0, 61.0, 80.0)

    assert [True, True, False, True, False, True] == [
        limiter.hit(arrival).is_allowed for arrival in arrivals
    ]


def test_shorter_window_has_retry_after() -> None:
    """A rejection by a shorter window has the seconds until it has room."""
    limiter = RateLimiter([Window(5, 3600.0), Window(1, 60.0)])
    limiter.hit(0.0)

    assert 45.0 == limiter.hit(15.0).retry_after


def test_longest_window_has_no_retry_after() -> None:
    """A rejection by the longest window alone has no `retry_after`."""
    limiter = RateLimiter([Window(5, 60.0), Window(1, 3600.0)])
    limiter.hit(0.0)
    decision = limiter.hit(15.0)

    assert not decision.is_allowed
    assert decision.retry_after is None
    assert 3600.0 == decision.resets_at


def test_rejected_requests_can_count() -> None:
    """With `count_refused`, an early retry extends the wait."""
    lenient = RateLimiter([Window(1, 10.0)])
    strict = RateLimiter([Window(1, 10.0)], count_refused=True)

    assert [True, False, True] == [passes(lenient, at) for at in (0.0, 5.0, 10.0)]
    assert [True, False, False] == [passes(strict, at) for at in (0.0, 5.0, 10.0)]


def test_needs_a_window() -> None:
    """A limiter without windows is a ValueError."""
    with pytest.raises(ValueError, match="at least one window"):
        RateLimiter([])


@pytest.mark.parametrize(("limit", "seconds"), [(0, 60.0), (5, 0.0), (5, -1.0)])
def test_window_bounds(limit: int, seconds: float) -> None:
    """A window has a limit of at least 1 and a positive length."""
    with pytest.raises(ValueError, match="must be"):
        Window(limit, seconds)
