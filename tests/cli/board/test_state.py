"""Events become rows: jobs that run, jobs that ended, accounts in trouble."""

from __future__ import annotations

import math
from datetime import timedelta

import attrs
import pytest

from gradient_async import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    JobEvent,
    JobEventKind,
    Lagged,
    ServerError,
)
from gradient_async.cli.board.server_clock import ServerClock
from gradient_async.cli.board.state import Board, BoardRow
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.cli.job_exit_codes import exit_code_of_jobs
from tests.cli.samples import CREATED_AT, PARTIAL, PENDING

RUNNING = attrs.evolve(
    PARTIAL,
    phase=IndexingJobPhase.RUNNING,
    status=IndexingJobStatus.IN_PROGRESS,
    finished_at=None,
    data_source_jobs=(),
)


def event(job: IndexingJob, kind: str, account: str = "acme") -> JobEvent:
    """Return an event of a job."""
    return JobEvent(account=account, kind=JobEventKind(kind), job=job)


def board_of(*events: FeedEvent, kept_seconds: float = 60.0) -> Board:
    """Return a board after events that happened a second apart, from 0."""
    board = Board(kept_seconds)
    for now, it in enumerate(events):
        board.apply(it, now)
    return board


def test_a_job_that_ended_stays_for_a_minute() -> None:
    """Its row has the last state, the reason, and when the end was noticed."""
    board = board_of(event(RUNNING, "running"), event(PARTIAL, "ended"))
    expected = BoardRow(account="acme", job=PARTIAL, ended_at=1)

    assert [expected] == board.rows(60.9)
    assert "Zugriff verwehrt: ü" == expected.reason
    assert [] == board.rows(61.0)


def test_jobs_that_are_named_stay() -> None:
    """A board may keep jobs forever."""
    board = board_of(event(PARTIAL, "appeared"), kept_seconds=math.inf)

    assert 1 == len(board.rows(1e9))


def test_an_end_that_is_seen_twice_counts_once() -> None:
    """A second event of an end does not keep the row for longer."""
    board = board_of(event(PARTIAL, "ended"), event(PARTIAL, "ended"))

    assert [0] == [row.ended_at for row in board.rows(2)]


def test_newest_jobs_come_first() -> None:
    """Rows are sorted by time of creation; those without one are last."""
    newer = attrs.evolve(RUNNING, uuid="b", created_at=CREATED_AT + timedelta(hours=1))
    board = board_of(*(event(it, "running") for it in (PENDING, RUNNING, newer)))

    assert [newer, RUNNING, PENDING] == [row.job for row in board.rows(3)]


def test_a_job_of_two_accounts_has_two_rows() -> None:
    """Rows are told apart by account and id."""
    board = board_of(event(RUNNING, "running"), event(RUNNING, "running", "globex"))

    assert ["acme", "globex"] == [row.account for row in board.rows(2)]


def test_a_deleted_job_keeps_what_was_known() -> None:
    """The event of a deleted job has only its id; the row has the rest."""
    rest = IndexingJob(uuid=RUNNING.uuid, phase=RUNNING.phase)
    (row,) = board_of(event(RUNNING, "running"), event(rest, "ended")).rows(2)

    assert RUNNING == row.job
    assert row.has_ended
    assert "deleted" == row.reason


def test_trouble_lasts_until_recovery() -> None:
    """An account is in trouble until it recovers."""
    trouble = AccountEvent(
        account="acme",
        kind=AccountEventKind.TROUBLE,
        error=ServerError("down", status=500),
    )
    recovered = AccountEvent(account="acme", kind=AccountEventKind.RECOVERED)

    assert {"acme": "down"} == board_of(trouble).troubles
    assert {} == board_of(trouble, recovered).troubles


def test_an_account_that_is_removed_takes_its_jobs_along() -> None:
    """No job of another account leaves with it."""
    removed = AccountEvent(account="acme", kind=AccountEventKind.REMOVED)
    jobs = (event(RUNNING, "running"), event(RUNNING, "running", "globex"))
    board = board_of(*jobs, removed)

    assert ["globex"] == [row.account for row in board.rows(3)]


def test_a_snapshot_after_a_loss_replaces_what_ran() -> None:
    """After lost events, jobs that ran are forgotten, and those that ended stay."""
    done = event(PARTIAL, "ended", "globex")
    board = board_of(event(RUNNING, "running"), done, Lagged(count=3))

    assert ["globex"] == [row.account for row in board.rows(3)]


BEGIN = CREATED_AT.timestamp()
SEEN = attrs.evolve(
    RUNNING, started_at=None, updated_at=CREATED_AT + timedelta(seconds=60)
)
"""A job whose latest time is a minute after its creation."""


@pytest.mark.parametrize(
    ("expected", "skew"),
    [(70, 0), (70, -9), (70, -1e6), (1070, 1000), (70, 86_400)],
)
def test_elapsed_time_is_the_servers(expected: float, skew: float) -> None:
    """A clock behind the latest time, or a day ahead of it, is not the server's."""
    clock = ServerClock()
    clock.observe(SEEN, BEGIN + 60 + skew)
    elapsed = clock.elapsed(SEEN, BEGIN + 70 + skew)

    assert timedelta(seconds=expected) == elapsed


def test_a_later_time_of_any_job_sets_the_clock() -> None:
    """An estimate only moves forward."""
    clock = ServerClock()
    clock.observe(SEEN, 0)
    later = attrs.evolve(SEEN, updated_at=CREATED_AT + timedelta(seconds=90))
    clock.observe(later, 10)
    clock.observe(SEEN, 10)

    assert timedelta(seconds=91) == clock.elapsed(SEEN, 11)


def test_elapsed_time_of_jobs_that_ended_or_have_no_times() -> None:
    """An end is final; without a beginning nothing is known."""
    clock = ServerClock()

    assert PARTIAL.duration == clock.elapsed(PARTIAL, 1e12)
    assert clock.elapsed(PENDING, 0) is None


def with_status(phase: str, status: str) -> IndexingJob:
    """Return a job with a phase and a status."""
    return IndexingJob(
        phase=IndexingJobPhase.parse(phase), status=IndexingJobStatus.parse(status)
    )


WHOLE = with_status("succeeded", "completed")
HALF = with_status("succeeded", "partial")
FAILED = with_status("failed", "failed")
CANCELLED = with_status("cancelled", "cancelled")


@pytest.mark.parametrize(
    ("expected", "jobs"),
    [
        (ExitCode.SUCCESS, [WHOLE, with_status("succeeded", "no_changes")]),
        (ExitCode.PARTIAL, [WHOLE, HALF]),
        (ExitCode.JOB_FAILED, [HALF, FAILED, WHOLE]),
        (ExitCode.JOB_FAILED, [CANCELLED]),
        (ExitCode.JOB_FAILED, [with_status("running", "in_progress")]),
        (ExitCode.SUCCESS, []),
    ],
)
def test_exit_code_is_that_of_the_worst_job(
    expected: ExitCode, jobs: list[IndexingJob]
) -> None:
    """A job that was deleted while it ran has not succeeded."""
    assert expected == exit_code_of_jobs(jobs)
