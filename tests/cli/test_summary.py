"""Counting jobs, and summing them up."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gradient_async import Attempt, IndexingJobStatus, Page
from gradient_async.cli.look import count
from gradient_async.cli.summary import show_summary
from gradient_async.cli.tally import Tally

from .samples import ODD, PARTIAL, PENDING


def render(tally: Tally, *, drift: bool = False) -> str:
    """Show a summary as it would look in a wide file."""
    out = io.StringIO()
    summary = show_summary(tally, seconds=2.5, drift=drift)
    Console(file=out, width=100).print(summary)
    return out.getvalue()


def test_counts_pages_jobs_and_requests() -> None:
    """A tally adds up what it is shown."""
    tally = Tally()
    attempt = Attempt(method="GET", path="/", number=1, waited=0.0, seconds=0.1)
    tally.count_request(attempt)
    tally.add(Page(items=(PARTIAL, PENDING), page=1, total=4))
    tally.count_request(attempt)
    tally.add(Page(items=(PARTIAL, ODD), page=2, total=5))

    assert (4, 2, 2) == (tally.jobs, tally.pages, tally.requests)
    assert 2 * PARTIAL.total_tokens == tally.tokens
    assert 2 == tally.statuses[IndexingJobStatus.PARTIAL]
    assert 4 == tally.first_total
    assert 1 == tally.newcomers


def test_a_list_that_does_not_say_how_long_it_is() -> None:
    """Without totals nothing is said to be new."""
    tally = Tally()
    tally.add(Page(items=(PARTIAL,), page=1, total=None))

    assert tally.first_total is None
    assert 0 == tally.newcomers


def test_shows_numbers_and_statuses() -> None:
    """The summary has the totals, and the statuses, the most frequent one first."""
    tally = Tally()
    tally.add(Page(items=(PENDING, PARTIAL, PARTIAL), page=1, total=3))
    text = render(tally)

    assert ["jobs", "3", "partial", "2"] == text.splitlines()[1].split()[:4]
    assert ["page", "1", "pending", "1"] == text.splitlines()[2].split()[:4]
    assert "2.50" in text
    assert "2,469,134" in text
    assert "meanwhile" not in text


def test_one_of_each_is_singular() -> None:
    """The totals name one job, page, request or token in the singular."""
    text = render(Tally(jobs=1, pages=1, requests=1, tokens=1))
    expected = [["job", "1"], ["page", "1"], ["request", "1"]]

    assert expected == [line.split() for line in text.splitlines()[1:4]]
    assert ["token", "1"] == text.splitlines()[5].split()


def test_says_what_happened_meanwhile() -> None:
    """New jobs are told of, and that the others are all there, if they are."""
    grown = render(Tally(newcomers=1))
    drifted = render(Tally(newcomers=2), drift=True)

    assert "1 new job appeared meanwhile" in grown
    assert "None of the others was lost" in grown
    assert "2 new jobs appeared meanwhile" in drifted
    assert "None of the others was lost" not in drifted
    assert "may have hidden jobs" in drifted


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 jobs"), (1, "1 job"), (5000, "5,000 jobs")]
)
def test_counts_in_words(number: int, expected: str) -> None:
    """One thing is singular."""
    assert expected == count(number, "job")
