"""What is said of jobs that did not end, or not well."""

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


def failed(*sources: IndexedDataSource, **facts: str) -> IndexingJob:
    """Make a job that failed on these sources, but for these facts."""
    return IndexingJob(
        uuid="j-1",
        knowledge_base_uuid="k-1",
        phase=Phase(facts.get("phase", Phase.FAILED)),
        status=Status(facts.get("status", Status.FAILED)),
        data_source_jobs=sources,
    )


def lost(number: int) -> IndexedDataSource:
    """Make a source that failed, with a code."""
    return IndexedDataSource(data_source_uuid=f"s-{number}", error_msg="ERR")


BEGIN = "indexing job j-1 of knowledge base k-1 ended"


@pytest.mark.parametrize(
    ("expected", "job"),
    [
        (f"{BEGIN} in phase failed, status failed", failed()),
        (
            f"{BEGIN} in phase cancelled, status unknown",
            failed(phase=Phase.CANCELLED, status=Status.UNKNOWN),
        ),
        (
            f"{BEGIN} with an unknown outcome: phase unknown, status unknown",
            failed(phase=Phase.UNKNOWN, status=Status.UNKNOWN),
        ),
        (
            f"{BEGIN} with an unknown outcome: phase gone, status odd",
            failed(phase="BATCH_JOB_PHASE_GONE", status="odd"),
        ),
        (
            f"{BEGIN} in phase unknown, status failed",
            failed(phase=Phase.UNKNOWN),
        ),
        (
            (
                f"{BEGIN} in phase failed, status failed; data source s-1: ERR; "
                "data source s-2: ERR"
            ),
            failed(lost(1), lost(2)),
        ),
        (
            (
                f"{BEGIN} in phase failed, status failed; data source s-1: ERR; "
                "data source s-2: ERR; data source s-3: ERR; and 2 more"
            ),
            failed(*map(lost, range(1, 6))),
        ),
        (
            f"{BEGIN} in phase failed, status failed; data source s-9: failed",
            failed(
                IndexedDataSource(
                    data_source_uuid="s-9", status=IndexedDataSourceStatus.FAILED
                )
            ),
        ),
        (
            (
                f"{BEGIN} in phase failed, status failed; "
                "data source : odd  code, in words"
            ),
            failed(
                IndexedDataSource(error_msg="odd\x1b\ncode", error_details="in words")
            ),
        ),
    ],
)
def test_jobs_that_failed(expected: str, job: IndexingJob) -> None:
    """The text names the job, how it ended, and what failed."""
    assert expected == describe_failed([job])


def test_several_that_failed() -> None:
    """Of several, the first is told of, and the others are counted."""
    text = describe_failed([failed(), failed(), failed()])

    assert f"{BEGIN} in phase failed, status failed; 2 more did not succeed" == (text)


def test_partly_failed() -> None:
    """A job that left something out is told of in the same words."""
    assert (
        "indexing job j-1 of knowledge base k-1 is incomplete: it ended in phase "
        "succeeded, status partial; data source s-1: ERR"
    ) == describe_incomplete(
        failed(lost(1), phase=Phase.SUCCEEDED, status=Status.PARTIAL)
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
def test_jobs_that_had_not_ended(expected: str, pending: list[str], total: int) -> None:
    """The text counts them, and tells of the first three where they were."""
    jobs = {
        "a": IndexingJob(phase=Phase.RUNNING),
        "c": IndexingJob(phase=Phase("BATCH_JOB_PHASE_PAUSED")),
        "d": IndexingJob(),
    }

    assert expected == describe_unfinished(pending, jobs, total=total, timeout=60.0)


def test_long_texts_are_cut() -> None:
    """A server's text is 200 characters long at most."""
    assert "a" * 200 == excerpt("a" * 200)
    assert "a" * 199 + "…" == excerpt("a" * 201)
    assert len(describe_failed([failed(lost(1), phase="x" * 10**6)])) < 500


def test_short_names() -> None:
    """Known or not, a value is shown without its prefix."""
    assert "running" == short_name(Phase.RUNNING)
    assert "paused" == short_name(Phase("BATCH_JOB_PHASE_PAUSED"))
    assert "batch odd" == short_name(Phase("BATCH\nODD"))
