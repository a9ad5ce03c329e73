"""Streaming jobs: the live display, the totals and the summary."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from rich.console import Console

from gradient_async import (
    AccountReport,
    Attempt,
    IndexingJob,
    IndexingJobStatus,
    Page,
    ReportState,
    ServerError,
)
from gradient_async.cli.commands.demo import demo
from gradient_async.cli.formatting import format_count
from gradient_async.cli.live_display import LiveDisplay
from gradient_async.cli.rows import Row
from gradient_async.cli.summary import render_summary
from gradient_async.cli.tally import Tally

from .samples import ODD, PARTIAL, PENDING


async def test_demo_needs_no_account(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo runs its own server; the summary has accounts and the jobs added."""
    await demo(jobs=1100, prefetch=2, latency=0.5)
    captured = capsys.readouterr()
    (greeting,) = captured.err.splitlines()
    lines = [" ".join(line.split()) for line in captured.out.splitlines()]

    assert greeting.startswith(
        "A local server with 4 accounts of 1,100 jobs: http://127.0.0.1:"
    )
    assert ["jobs", "4,300"] == captured.out.split()[:2]
    assert {f"{name} 1,100 complete" for name in ("acme", "globex", "initech")} < {
        *lines
    }
    assert "umbrella 1,000 partial: Unable to authenticate you" in lines
    assert lines[-3].endswith("new jobs appeared while reading, not counted here.")
    assert "No other job of complete accounts was missed." == lines[-2]


async def test_demo_shows_the_accounts_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a terminal, each job is drawn with its account."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    await demo(jobs=150)
    captured = capsys.readouterr()

    assert "600 of 600 jobs, " in captured.err
    assert re.search(r"\n(acme|globex|initech|umbrella) +\x1b", captured.err)


async def test_demo_stays_within_the_limits(capsys: pytest.CaptureFixture[str]) -> None:
    """With its defaults, the demo takes seconds and stays far below the rate limits."""
    started = asyncio.get_running_loop().time()
    await demo()
    words = capsys.readouterr().out.split()

    assert 1 <= asyncio.get_running_loop().time() - started <= 5
    assert 36 <= int(words[words.index("requests") + 1]) <= 100


def rows_of(*jobs: IndexingJob, account: str = "") -> list[Row[IndexingJob]]:
    """Return jobs as rows of an account."""
    return [Row(account, job) for job in jobs]


def test_display_draws_in_a_terminal() -> None:
    """A terminal shows the latest jobs in colour, and ends on a new line."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with LiveDisplay(console, lambda: 1.0) as display:
        display.update(rows_of(*[PARTIAL] * 20, PENDING), Tally(jobs=21))
    last_frame = out.getvalue().rpartition("21 of ? jobs")[0].rpartition("\x1b[2K")[2]

    assert "8cf9ddd7" in out.getvalue()
    assert "\x1b[33mpartial" in out.getvalue()
    assert "0:02:05" in out.getvalue()
    assert 9 >= last_frame.count("26dc900f")
    assert out.getvalue().endswith("\n\x1b[?25h")


def test_columns_of_the_display_do_not_move() -> None:
    """The column of accounts stays as wide as the longest name so far."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, no_color=True, width=100)
    with LiveDisplay(console, lambda: 1.0) as display:
        display.update(rows_of(PARTIAL, account="umbrella"), Tally())
        display.update(rows_of(*[PENDING] * 10, account="acme"), Tally())
        display.update([], Tally())
    last_frame = re.sub(r"\x1b\[\d*m", "", out.getvalue()).rpartition("\x1b[2K")[2]

    assert "acme      8cf9ddd7  " in last_frame
    assert "umbrella" not in last_frame


def test_display_draws_nothing_in_a_file() -> None:
    """Without a terminal nothing is drawn, so stderr holds errors alone."""
    out = io.StringIO()
    with LiveDisplay(Console(file=out, width=100), lambda: 1.0) as display:
        display.update(rows_of(PARTIAL), Tally(jobs=1))

    assert "" == out.getvalue()


def render(
    tally: Tally, *, drift: bool = False, reports: tuple[AccountReport, ...] = ()
) -> str:
    """Render a summary for a file, 100 columns wide."""
    out = io.StringIO()
    summary = render_summary(tally, seconds=2.5, drift=drift, reports=reports)
    Console(file=out, width=100).print(summary)
    return out.getvalue()


def test_counts_pages_jobs_and_requests() -> None:
    """A tally adds up pages, jobs, tokens and requests."""
    tally = Tally()
    attempt = Attempt(method="GET", path="/", number=1, waited=0.0, seconds=0.1)
    tally.count_request(attempt)
    tally.add_page(Page(items=(PARTIAL, PENDING), page=1, total=4))
    tally.count_request(attempt)
    tally.add_page(Page(items=(PARTIAL, ODD), page=2, total=5))

    assert (4, 2, 2) == (tally.jobs, tally.pages, tally.requests)
    assert 2 * PARTIAL.total_tokens == tally.tokens
    assert 2 == tally.statuses[IndexingJobStatus.PARTIAL]
    assert 4 == tally.first_total
    assert 1 == tally.new_jobs


def test_a_list_without_totals() -> None:
    """Without totals, no job counts as new."""
    tally = Tally()
    tally.add_page(Page(items=(PARTIAL,), page=1, total=None))

    assert tally.first_total is None
    assert 0 == tally.new_jobs


def test_summary_has_totals_and_statuses() -> None:
    """The summary has the totals and the statuses, the most frequent one first."""
    tally = Tally()
    tally.add_page(Page(items=(PENDING, PARTIAL, PARTIAL), page=1, total=3))
    text = render(tally)

    assert ["jobs", "3", "partial", "2"] == text.splitlines()[1].split()[:4]
    assert ["page", "1", "pending", "1"] == text.splitlines()[2].split()[:4]
    assert "2.50" in text
    assert "2,469,134" in text
    assert "while reading" not in text


def test_one_of_each_is_singular() -> None:
    """The totals use the singular for one job, page, request or token."""
    text = render(Tally(jobs=1, pages=1, requests=1, tokens=1))
    expected = [["job", "1"], ["page", "1"], ["request", "1"]]

    assert expected == [line.split() for line in text.splitlines()[1:4]]
    assert ["token", "1"] == text.splitlines()[5].split()


def test_summary_reports_changes_of_the_list() -> None:
    """New jobs are reported, and that no other was missed unless there is drift."""
    grown = render(Tally(new_jobs=1))
    drifted = render(Tally(new_jobs=2), drift=True)

    assert "1 new job appeared while reading" in grown
    assert "No other job was missed" in grown
    assert "2 new jobs appeared while reading" in drifted
    assert "No other job was missed" not in drifted
    assert "may have hidden some jobs" in drifted


def test_summary_has_the_state_of_each_account() -> None:
    """Accounts are complete, or the reason why not stands beside them."""
    error = ServerError("out of \x1b order", status=500)
    complete = AccountReport(account="acme", state=ReportState.COMPLETE, items=1200)
    failed = AccountReport(account="odd\x1b", state=ReportState.FAILED, error=error)
    text = render(Tally(new_jobs=1), reports=(complete, failed))
    lines = [line.split(maxsplit=2) for line in text.splitlines()]

    assert ["acme", "1,200", "complete"] in [[*map(str.strip, it)] for it in lines]
    assert "0  failed: out of   order" in text
    assert "\x1b" not in text
    assert "page" not in text
    assert "No other job of complete accounts was missed." in text


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 jobs"), (1, "1 job"), (5000, "5,000 jobs")]
)
def test_format_count(number: int, expected: str) -> None:
    """One is singular; thousands are separated."""
    assert expected == format_count(number, "job")
