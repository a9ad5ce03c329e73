"""Jobs that progress, as functions of their plan and the time."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from gradient_async.emulator.domain.jobs.runs import JobRun, SourcePlan, SourceRun

BROKEN = SourcePlan(error_msg="broken", error_details="It broke.")
HALF = SourcePlan(error_msg="half", failed=0.5)
NAMES = ("indexed_item_count", "failed_item_count", "skipped_item_count")


def source(
    uuid: str, failure: SourcePlan | None = None, *, unchanged: bool = False
) -> SourceRun:
    """Plan a source of four files that takes eight seconds."""
    return SourceRun(
        uuid=uuid,
        files=4,
        size=4000,
        duration=8 * SECOND,
        is_unchanged=unchanged,
        failure=failure,
    )


def run(*sources: SourceRun) -> JobRun:
    """Plan a job that was created at noon."""
    return JobRun(
        uuid="job", knowledge_base_uuid="base", created_at=START_TIME, sources=sources
    )


def job_after(job: JobRun, seconds: float) -> dict[str, Any]:
    """Return a job's JSON some seconds after its creation."""
    return dict(job.at(START_TIME + round(seconds * SECOND)).fields)


def statuses(fields: dict[str, Any]) -> list[str]:
    """Return the statuses of a job's sources without their common prefix."""
    return [
        it["status"].removeprefix("DATA_SOURCE_") for it in fields["data_source_jobs"]
    ]


@pytest.mark.parametrize(
    ("seconds", "phase", "sources", "done", "tokens"),
    [
        (0, "PENDING", [], 0, 0),
        (1.9, "PENDING", [], 0, 0),
        (2, "RUNNING", ["STATUS_IN_PROGRESS"], 0, 0),
        (6, "RUNNING", ["STATUS_IN_PROGRESS"], 0, 500),
        (10, "RUNNING", ["STATUS_UPDATED", "STATUS_IN_PROGRESS"], 1, 1000),
        (17.9, "RUNNING", ["STATUS_UPDATED", "STATUS_IN_PROGRESS"], 1, 1987),
        (18, "SUCCEEDED", ["STATUS_UPDATED", "STATUS_UPDATED"], 2, 2000),
        (9999, "SUCCEEDED", ["STATUS_UPDATED", "STATUS_UPDATED"], 2, 2000),
    ],
)
def test_progress(
    seconds: float, phase: str, sources: list[str], done: int, tokens: int
) -> None:
    """A job is pending, indexes its sources one by one, and ends."""
    fields = job_after(run(source("one"), source("two")), seconds)

    assert f"BATCH_JOB_PHASE_{phase}" == fields["phase"]
    assert sources == statuses(fields)
    assert (2, done, tokens) == (
        fields["total_datasources"],
        fields["completed_datasources"],
        fields["tokens"],
    )
    assert str(tokens) == fields["total_tokens"]
    assert (phase == "SUCCEEDED") == fields["is_report_available"]


def test_times_match_the_phase() -> None:
    """A time appears once it has been reached."""
    job = run(source("one"))
    pending, running, ended = job_after(job, 1), job_after(job, 4.5), job_after(job, 99)

    assert "2026-11-01T12:00:00Z" == pending["updated_at"]
    assert not {"started_at", "finished_at"} & set(pending)
    assert "2026-11-01T12:00:02Z" == running["started_at"]
    assert "2026-11-01T12:00:04.500Z" == running["updated_at"]
    assert "finished_at" not in running
    assert "2026-11-01T12:00:10Z" == ended["finished_at"] == ended["updated_at"]
    assert "2026-11-01T12:00:10Z" == ended["data_source_jobs"][0]["completed_at"]
    assert "completed_at" not in running["data_source_jobs"][0]


def test_counts_never_decrease() -> None:
    """Counts never decrease, and items never exceed files."""
    job = run(source("one", HALF), source("two"))
    before: dict[str, int] = {}
    for step in range(40):
        for entry in job_after(job, step / 2)["data_source_jobs"]:
            now = {name: int(text) for name, text in entry.items() if text.isdigit()}
            items = sum(now[name] for name in NAMES)

            assert items <= now["total_file_count"]
            assert now["total_bytes_indexed"] <= now["total_bytes"]
            assert all(
                before.get(entry["data_source_uuid"] + name, 0) <= count
                for name, count in now.items()
            )
            before |= {entry["data_source_uuid"] + name: now[name] for name in now}


@pytest.mark.parametrize(
    ("sources", "phase", "status"),
    [
        ([source("a"), source("b")], "SUCCEEDED", "COMPLETED"),
        ([source("a"), source("b", unchanged=True)], "SUCCEEDED", "COMPLETED"),
        ([source("a", unchanged=True)], "SUCCEEDED", "NO_CHANGES"),
        ([source("a"), source("b", BROKEN)], "SUCCEEDED", "PARTIAL"),
        ([source("a", HALF)], "SUCCEEDED", "PARTIAL"),
        ([source("a", BROKEN), source("b", unchanged=True)], "SUCCEEDED", "PARTIAL"),
        ([source("a", BROKEN, unchanged=True)], "FAILED", "FAILED"),
    ],
)
def test_outcomes(sources: list[SourceRun], phase: str, status: str) -> None:
    """The outcome of a job follows from the outcomes of its sources."""
    fields = job_after(run(*sources), 60)

    assert f"BATCH_JOB_PHASE_{phase}" == fields["phase"]
    assert f"INDEX_JOB_STATUS_{status}" == fields["status"]
    assert (status != "NO_CHANGES") == fields["is_report_available"]


@pytest.mark.parametrize(
    ("plan", "seconds", "expected"),
    [
        # Status, failed, indexed and skipped items, indexed bytes, error.
        (source("a", BROKEN), 5, ("IN_PROGRESS", "1", "0", "0", "0", None)),
        (source("a", BROKEN), 10, ("FAILED", "4", "0", "0", "0", "broken")),
        (source("a", HALF), 6, ("IN_PROGRESS", "1", "1", "0", "1000", None)),
        (source("a", HALF), 10, ("PARTIALLY_UPDATED", "2", "2", "0", "2000", "half")),
        (
            source("a", unchanged=True),
            10,
            ("NOT_UPDATED", "0", "0", "4", "0", None),
        ),
    ],
)
def test_counts(
    plan: SourceRun, seconds: int, expected: tuple[str | None, ...]
) -> None:
    """Items fail or are skipped over time; a failure shows once it has happened."""
    fields = job_after(run(plan), seconds)
    (entry,) = fields["data_source_jobs"]
    names = (
        "failed_item_count",
        "indexed_item_count",
        "skipped_item_count",
        "total_bytes_indexed",
        "error_msg",
    )

    assert expected == (
        entry["status"].removeprefix("DATA_SOURCE_STATUS_"),
        *map(entry.get, names),
    )
    assert int(entry["total_bytes_indexed"]) // 4 == fields["tokens"]
    assert (expected[-1] == "broken") == ("error_details" in entry)


def test_sources_without_duration() -> None:
    """A source can take no time at all."""
    job = run(
        SourceRun(
            uuid="one", files=1, size=10, duration=0, is_unchanged=False, failure=None
        )
    )

    assert ["STATUS_UPDATED"] == statuses(job_after(job, 2))


@pytest.mark.parametrize(
    ("seconds", "expected", "has_report"),
    [
        (1, ["STATUS_CANCELLED", "STATUS_CANCELLED"], False),
        (6, ["STATUS_CANCELLED", "STATUS_CANCELLED"], False),
        (12, ["STATUS_UPDATED", "STATUS_CANCELLED"], True),
    ],
)
def test_cancelling(seconds: int, expected: list[str], has_report: bool) -> None:
    """Unfinished sources are cancelled, and the job no longer changes."""
    job = run(source("one"), source("two")).cancel(START_TIME + seconds * SECOND)
    fields = job_after(job, seconds)

    assert ("BATCH_JOB_PHASE_CANCELLED", "INDEX_JOB_STATUS_CANCELLED") == (
        fields["phase"],
        fields["status"],
    )
    assert f"2026-11-01T12:00:{seconds:02}Z" == fields["finished_at"]
    assert expected == statuses(fields)
    assert has_report == fields["is_report_available"]
    assert (seconds >= 2) == ("started_at" in fields)
    assert (seconds >= 2) == ("started_at" in fields["data_source_jobs"][0])
    assert fields == job_after(job, 999)


@pytest.mark.parametrize(
    "fields", [{"seconds": -1}, {"seconds": math.inf}, {"failed": 0}, {"failed": 1.1}]
)
def test_invalid_plans(fields: dict[str, Any]) -> None:
    """Shares must be above 0 and at most 1, and times not negative."""
    with pytest.raises(ValueError, match="must be"):
        SourcePlan(**fields)


@pytest.mark.parametrize(
    ("files", "share", "failed"),
    [(100, 0.07, 7), (100, 0.29, 29), (4, 0.3, 2), (3, 1e-9, 1), (1, 0.5, 0)],
)
def test_shares_are_exact(files: int, share: float, failed: int) -> None:
    """Shares are exact; fractions of an item round up, but never to all of them."""
    plan = SourceRun(
        uuid="one",
        files=files,
        size=files * 100,
        duration=SECOND,
        is_unchanged=False,
        failure=SourcePlan(error_msg="some", failed=share),
    )
    (entry,) = job_after(run(plan), 10)["data_source_jobs"]

    assert (str(failed), str(files - failed)) == (
        entry["failed_item_count"],
        entry["indexed_item_count"],
    )
    assert (
        str(files * 100 - math.ceil(files * 100 * Fraction(str(share))))
        == (entry["total_bytes_indexed"])
    )
