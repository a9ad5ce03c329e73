"""The properties of an indexing job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.models import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)

Phase = IndexingJobPhase
Status = IndexingJobStatus
SourceStatus = IndexedDataSourceStatus

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=10)

NEW_PHASE = Phase("BATCH_JOB_PHASE_COMPLETED")
NEW_STATUS = Status("INDEX_JOB_STATUS_RUNNING")

PHASES = st.sampled_from([*Phase, NEW_PHASE])
STATUSES = st.sampled_from([*Status, NEW_STATUS])
JOBS = st.builds(
    IndexingJob,
    phase=PHASES,
    status=STATUSES,
    started_at=st.sampled_from([None, START]),
    finished_at=st.sampled_from([None, END]),
)


def test_older_counts_are_not_in_the_repr() -> None:
    """Fields of older responses can be read, and are not in the repr."""
    job = IndexingJob(total_items_indexed=5)

    assert 5 == job.total_items_indexed
    assert "total_items" not in repr(job)


@pytest.mark.parametrize(
    ("expected", "phase"),
    [
        (True, Phase.SUCCEEDED),
        (True, Phase.FAILED),
        (True, Phase.ERROR),
        (True, Phase.CANCELLED),
        (False, Phase.PENDING),
        (False, Phase.RUNNING),
    ],
)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("finished_at", [None, END])
def test_is_finished_by_phase(
    expected: bool, phase: Phase, status: Status, finished_at: datetime | None
) -> None:
    """A known phase decides whether a job has ended, whatever the other fields are."""
    job = IndexingJob(phase=phase, status=status, finished_at=finished_at)

    assert expected is job.is_finished


@pytest.mark.parametrize("phase", [Phase.UNKNOWN, Phase("BATCH_JOB_PHASE_COMPLETED")])
@pytest.mark.parametrize(
    ("expected", "status"),
    [
        (False, Status.UNKNOWN),
        (False, Status.PENDING),
        (False, Status.IN_PROGRESS),
        (False, Status("INDEX_JOB_STATUS_RUNNING")),
        (True, Status.PARTIAL),
        (True, Status.COMPLETED),
        (True, Status.FAILED),
        (True, Status.NO_CHANGES),
        (True, Status.CANCELLED),
    ],
)
def test_is_finished_without_a_phase(
    phase: Phase, expected: bool, status: Status
) -> None:
    """If the phase is unknown, a final status or an end time decides."""
    assert expected is IndexingJob(phase=phase, status=status).is_finished
    assert IndexingJob(phase=phase, status=status, finished_at=END).is_finished


@pytest.mark.parametrize(
    ("expected", "phase", "status"),
    [
        (True, Phase.SUCCEEDED, Status.COMPLETED),
        (True, Phase.SUCCEEDED, Status.NO_CHANGES),
        (True, Phase.SUCCEEDED, Status.UNKNOWN),
        (True, Phase.SUCCEEDED, Status("INDEX_JOB_STATUS_SPLENDID")),
        (False, Phase.SUCCEEDED, Status.PARTIAL),
        (False, Phase.SUCCEEDED, Status.FAILED),
        (False, Phase.SUCCEEDED, Status.CANCELLED),
        (False, Phase.FAILED, Status.COMPLETED),
        (False, Phase.ERROR, Status.UNKNOWN),
        (False, Phase.CANCELLED, Status.NO_CHANGES),
        (False, Phase.RUNNING, Status.COMPLETED),
        (False, Phase.PENDING, Status.NO_CHANGES),
        (True, Phase.UNKNOWN, Status.COMPLETED),
        (True, Phase("BATCH_JOB_PHASE_COMPLETED"), Status.NO_CHANGES),
        (False, Phase("BATCH_JOB_PHASE_COMPLETED"), Status.PARTIAL),
        (False, Phase.UNKNOWN, Status.UNKNOWN),
    ],
)
def test_success(expected: bool, phase: Phase, status: Status) -> None:
    """A job that ended succeeded unless anything indicates a failure."""
    assert expected is IndexingJob(phase=phase, status=status).succeeded


def test_an_end_time_alone_is_not_a_success() -> None:
    """A job that has only an end time did not succeed."""
    assert not IndexingJob(finished_at=END).succeeded


@given(JOBS)
def test_success_implies_finished(job: IndexingJob) -> None:
    """A job that succeeded has ended, and its status is not a failure."""
    bad = {Status.PARTIAL, Status.FAILED, Status.CANCELLED}

    assert job.succeeded <= job.is_finished
    assert job.succeeded <= (job.status not in bad)


RUNNING = {Phase.PENDING, Phase.RUNNING}
PARTIAL = {
    (Phase.SUCCEEDED, Status.PARTIAL),
    (Phase.UNKNOWN, Status.PARTIAL),
    (NEW_PHASE, Status.PARTIAL),
}


@pytest.mark.parametrize("finished_at", [None, END])
@pytest.mark.parametrize("status", [*Status, NEW_STATUS])
@pytest.mark.parametrize("phase", [*Phase, NEW_PHASE])
def test_running_and_partial(
    phase: Phase, status: Status, finished_at: datetime | None
) -> None:
    """The phase decides whether a job runs; a partial one ended, but did not fail."""
    job = IndexingJob(phase=phase, status=status, finished_at=finished_at)

    assert (phase in RUNNING) is job.is_running
    assert ((phase, status) in PARTIAL) is job.is_partial


@given(JOBS)
def test_properties_are_consistent(job: IndexingJob) -> None:
    """A running job has not ended; a partial one has, and did not succeed."""
    assert not (job.is_running and job.is_finished)
    assert job.is_partial <= job.is_finished
    assert not (job.is_partial and job.succeeded)


@pytest.mark.parametrize(
    ("expected", "started_at", "finished_at"),
    [
        (timedelta(minutes=10), START, END),
        (timedelta(0), START, START),
        (None, None, END),
        (None, START, None),
        (None, None, None),
    ],
)
def test_duration(
    expected: timedelta | None,
    started_at: datetime | None,
    finished_at: datetime | None,
) -> None:
    """The duration is the time from start to end, and None without either."""
    job = IndexingJob(started_at=started_at, finished_at=finished_at)

    assert expected == job.duration


GOOD_SOURCES = [
    IndexedDataSource(),
    *(
        IndexedDataSource(status=status, error_msg="")
        for status in SourceStatus
        if status not in {SourceStatus.FAILED, SourceStatus.PARTIALLY_UPDATED}
    ),
    IndexedDataSource(status=SourceStatus("DATA_SOURCE_STATUS_NEW")),
    IndexedDataSource(skipped_item_count=5, removed_item_count=5),
]
FAILED_SOURCES = [
    IndexedDataSource(status=SourceStatus.FAILED),
    IndexedDataSource(status=SourceStatus.PARTIALLY_UPDATED),
    IndexedDataSource(status=SourceStatus.UPDATED, failed_item_count=1),
    IndexedDataSource(status=SourceStatus.UPDATED, error_msg="ERR_FETCH"),
]


@pytest.mark.parametrize("source", GOOD_SOURCES)
def test_sources_without_failures(source: IndexedDataSource) -> None:
    """A source without failed status, failed items or error has no failures."""
    assert not source.has_failures


@pytest.mark.parametrize("source", FAILED_SOURCES)
def test_failed_sources(source: IndexedDataSource) -> None:
    """A failed status, one failed item or an error is a failure."""
    assert source.has_failures


def test_failed_sources_of_a_job() -> None:
    """A job lists its failed sources only, in the API's order."""
    sources = tuple(
        source
        for pair in zip(FAILED_SOURCES, GOOD_SOURCES, strict=False)
        for source in pair
    )

    assert tuple(FAILED_SOURCES) == IndexingJob(data_source_jobs=sources).failed_sources
    assert () == IndexingJob().failed_sources
