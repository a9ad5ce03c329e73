"""What a process may send on its own while the server is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import Window
from gradient_async.shared.pacing.local_share import (
    Contact,
    find_share,
    pause_before_retry,
)


@pytest.mark.parametrize(
    ("expected", "processes", "fixed"),
    [
        (1.0, 1, None),
        (0.25, 4, None),
        (0.02, 50, None),
        # Ids of processes that lived briefly add up; a share never gets smaller.
        (0.02, 1000, None),
        (0.02, 0, None),
        (0.5, 4, 0.5),
        (0.5, 0, 0.5),
    ],
)
def test_the_share(expected: float, processes: int, fixed: float | None) -> None:
    """The limit is divided by the processes there are, unless a share is fixed."""
    assert expected == find_share(processes, fixed)


@pytest.mark.parametrize(
    ("expected", "failures"),
    [(0.1, 1), (0.2, 2), (0.4, 3), (0.8, 4), (1.0, 5), (1.0, 10_000)],
)
def test_pauses(expected: float, failures: int) -> None:
    """The server is tried after pauses that double, up to one second."""
    assert expected == pause_before_retry(failures)


@pytest.mark.parametrize(
    ("expected", "room", "own"),
    [
        # Until one window has passed, the process has what it had.
        ((5, 33), 0, 5),
        # A third of the free room is its own.
        ((8, 33), 10, 5),
        ((33, 33), 100, 0),
        # Never more than its share, also if it had more.
        ((33, 33), 0, 60),
        # More was counted than is allowed.
        ((5, 33), -4, 5),
    ],
)
def test_allowances(expected: tuple[int, int], room: int, own: int) -> None:
    """For one window, others' requests still count; from then on there is the share."""
    contact = Contact(3, [room], [own])
    (allowance,) = contact.allow([Window(100, 10.0)], 1 / 3, since=50.0)

    assert expected == (allowance.at(59.9), allowance.at(60.0))


def test_the_smallest_allowance() -> None:
    """However small the share, a process may send something in the end."""
    (allowance,) = Contact(9, [0], [0]).allow([Window(3, 1.0)], 0.1, since=0.0)

    assert (0, 1) == (allowance.at(0.9), allowance.at(1.0))


@given(
    limit=st.integers(10, 1000),
    used=st.lists(st.integers(0, 300), min_size=1, max_size=9),
)
def test_allowances_of_all(limit: int, used: list[int]) -> None:
    """Together, the allowances never exceed the limit, whoever has used what."""
    room = limit - sum(used)
    contacts = [Contact(len(used), [room], [own]) for own in used]
    allowances = [
        contact.allow([Window(limit, 1.0)], 1 / len(used), since=0.0)[0]
        for contact in contacts
    ]

    assert sum(it.first for it in allowances) <= max(limit, sum(used))
    assert sum(it.share for it in allowances) <= limit
