"""Descriptions of jobs that failed, are incomplete or did not finish."""

from __future__ import annotations

import pytest

from gradient_async.models import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
)
from gradient_async.waiting.messages import (
    describe_failed,
    describe_incomplete,
    describe_unfinished,
    excerpt,
    short_name,
)
from tests.waiting.job_server import Phase, Status


def failed_job(*sources: IndexedDataSource, **facts: str) -> IndexingJob:
    """Create a job that failed on these data sources."""
    return IndexingJob(
        uuid="j-1",
        knowledge_base_uuid="k-1",
        phase=Phase(facts.get("phase", Phase.FAILED)),
        status=Status(facts.get("status", Status.FAILED)),
        data_source_jobs=sources,
    )


def failed_source(number: int) -> IndexedDataSource:
    """Create a data source that failed with a code."""
    return IndexedDataSource(data_source_uuid=f"s-{number}", error_msg="ERR")


ENDED = "indexing job j-1 of knowledge base k-1 ended"


@pytest.mark.parametrize(
    ("expected", "job"),
    [
        (f"{ENDED} in phase failed, status failed", failed_job()),
        (
            f"{ENDED} in phase cancelled, status unknown",
            failed_job(phase=Phase.CANCELLED, status=Status.UNKNOWN),
        ),
        (
            f"{ENDED} with an unknown outcome: phase unknown, status unknown",
            failed_job(phase=Phase.UNKNOWN, status=Status.UNKNOWN),
        ),
        (
            f"{ENDED} with an unknown outcome: phase gone, status odd",
            failed_job(phase="BATCH_JOB_PHASE_GONE", status="odd"),
        ),
        (
            f"{ENDED} in phase unknown, status failed",
            failed_job(phase=Phase.UNKNOWN),
        ),
        (
            (
                f"{ENDED} in phase failed, status failed; data source s-1: ERR; "
                "data source s-2: ERR; data source s-3: ERR"
            ),
            failed_job(*map(failed_source, range(1, 4))),
        ),
        (
            (
                f"{ENDED} in phase failed, status failed; data source s-1: ERR; "
                "data source s-2: ERR; data source s-3: ERR; and 2 more"
            ),
            failed_job(*map(failed_source, range(1, 6))),
        ),
        (
            f"{ENDED} in phase failed, status failed; data source s-9: failed",
            failed_job(
                IndexedDataSource(
                    data_source_uuid="s-9", status=IndexedDataSourceStatus.FAILED
                )
            ),
        ),
        (
            (
                f"{ENDED} in phase failed, status failed; "
                "data source : odd  code, in words"
            ),
            failed_job(
                IndexedDataSource(error_msg="odd\x1b\ncode", error_details="in words")
            ),
        ),
    ],
)
def test_failed_job(expected: str, job: IndexingJob) -> None:
    """The text names the job, its outcome, and the data sources that failed."""
    assert expected == describe_failed([job])


def test_several_failed_jobs() -> None:
    """The first failed job is described, and the others are counted."""
    text = describe_failed([failed_job(), failed_job(), failed_job()])

    assert f"{ENDED} in phase failed, status failed; 2 more did not succeed" == (text)


def test_incomplete_job() -> None:
    """An incomplete job is described in the same words."""
    assert (
        "indexing job j-1 of knowledge base k-1 is incomplete: it ended in phase "
        "succeeded, status partial; data source s-1: ERR"
    ) == describe_incomplete(
        failed_job(failed_source(1), phase=Phase.SUCCEEDED, status=Status.PARTIAL)
    )


@pytest.mark.parametrize(
    ("expected", "pending", "total"),
    [
        ("1 of 1 indexing job did not finish within 60 s: a (running)", ["a"], 1),
        (
            (
                "2 of 7 indexing jobs did not finish within 60 s: a (running), "
                "b (never seen)"
            ),
            ["a", "b"],
            7,
        ),
        (
            (
                "5 of 5 indexing jobs did not finish within 60 s: a (running), "
                "b (never seen), c (paused, a phase unknown to this version),"
                " and 2 more"
            ),
            ["a", "b", "c", "d", "e"],
            5,
        ),
        (
            (
                "1 of 2 indexing jobs did not finish within 60 s: "
                "d (unknown, a phase unknown to this version)"
            ),
            ["d"],
            2,
        ),
    ],
)
def test_unfinished_jobs(expected: str, pending: list[str], total: int) -> None:
    """The text counts the jobs and shows the phase of the first three."""
    jobs = {
        "a": IndexingJob(phase=Phase.RUNNING),
        "c": IndexingJob(phase=Phase("BATCH_JOB_PHASE_PAUSED")),
        "d": IndexingJob(),
    }

    assert expected == describe_unfinished(pending, jobs, total=total, timeout=60.0)


def test_long_texts_are_cut() -> None:
    """A server's text is cut to 200 characters."""
    assert "a" * 200 == excerpt("a" * 200)
    assert "a" * 199 + "…" == excerpt("a" * 201)
    assert len(describe_failed([failed_job(failed_source(1), phase="x" * 10**6)])) < 500


def test_short_names() -> None:
    """A known or unknown value is shown without its prefix."""
    assert "running" == short_name(Phase.RUNNING)
    assert "paused" == short_name(Phase("BATCH_JOB_PHASE_PAUSED"))
    assert "batch odd" == short_name(Phase("BATCH\nODD"))
