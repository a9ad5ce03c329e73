"""The oracle for pacing finds violations, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import Window
from tests.support.oracle import violations

PAIR = Window(2, 10.0)


@pytest.mark.parametrize(
    ("expected", "arrivals"),
    [
        ([], []),
        ([], [0.0, 0.0]),
        ([(PAIR, 0.0)], [0.0, 0.0, 0.0]),
        ([(PAIR, 9.5)], [0.0, 5.0, 9.5]),
        ([], [0.0, 5.0, 10.0]),
        ([(PAIR, 9.5)], [9.5, 5.0, 0.0]),
        ([(PAIR, 12.0), (PAIR, 13.0)], [4.0, 5.0, 12.0, 13.0]),
    ],
)
def test_finds_violations(
    expected: list[tuple[Window, float]], arrivals: list[float]
) -> None:
    """A third request within ten seconds is a violation, in any order."""
    assert expected == violations([PAIR], arrivals)


@given(st.lists(st.integers(0, 40).map(float), max_size=12))
def test_agrees_with_counting(arrivals: list[float]) -> None:
    """There is a violation exactly if some window holds too many requests."""
    crowded = any(
        sum(end - PAIR.seconds < stamp <= end for stamp in arrivals) > PAIR.requests
        for end in arrivals
    )

    assert crowded is bool(violations([PAIR], arrivals))


def test_each_window_is_checked() -> None:
    """Every window is checked separately."""
    short, long = Window(1, 1.0), Window(2, 60.0)

    assert [(long, 4.0)] == violations([short, long], [0.0, 2.0, 4.0])
