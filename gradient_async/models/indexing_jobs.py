"""Indexing jobs: runs that read data sources and turn them into embeddings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from gradient_async.models.lists import ListResponse
from gradient_async.models.open_enum import OpenEnum
from gradient_async.models.sparse import sparse
from gradient_async.models.timestamp import Timestamp


class IndexingJobPhase(OpenEnum):
    """Where a job is in its life; `apiBatchJobPhase` in the API's description."""

    UNKNOWN = "BATCH_JOB_PHASE_UNKNOWN"
    PENDING = "BATCH_JOB_PHASE_PENDING"
    RUNNING = "BATCH_JOB_PHASE_RUNNING"
    SUCCEEDED = "BATCH_JOB_PHASE_SUCCEEDED"
    FAILED = "BATCH_JOB_PHASE_FAILED"
    ERROR = "BATCH_JOB_PHASE_ERROR"
    CANCELLED = "BATCH_JOB_PHASE_CANCELLED"


class IndexingJobStatus(OpenEnum):
    """What came of a job; `apiIndexJobStatus` in the API's description."""

    UNKNOWN = "INDEX_JOB_STATUS_UNKNOWN"
    PARTIAL = "INDEX_JOB_STATUS_PARTIAL"
    IN_PROGRESS = "INDEX_JOB_STATUS_IN_PROGRESS"
    COMPLETED = "INDEX_JOB_STATUS_COMPLETED"
    FAILED = "INDEX_JOB_STATUS_FAILED"
    NO_CHANGES = "INDEX_JOB_STATUS_NO_CHANGES"
    PENDING = "INDEX_JOB_STATUS_PENDING"
    CANCELLED = "INDEX_JOB_STATUS_CANCELLED"


class IndexedDataSourceStatus(OpenEnum):
    """What came of one source; `apiIndexedDataSourceStatus` in the description."""

    UNKNOWN = "DATA_SOURCE_STATUS_UNKNOWN"
    IN_PROGRESS = "DATA_SOURCE_STATUS_IN_PROGRESS"
    UPDATED = "DATA_SOURCE_STATUS_UPDATED"
    PARTIALLY_UPDATED = "DATA_SOURCE_STATUS_PARTIALLY_UPDATED"
    NOT_UPDATED = "DATA_SOURCE_STATUS_NOT_UPDATED"
    FAILED = "DATA_SOURCE_STATUS_FAILED"
    CANCELLED = "DATA_SOURCE_STATUS_CANCELLED"


_FAILED_PHASES: Final = frozenset(
    {
        IndexingJobPhase.FAILED,
        IndexingJobPhase.ERROR,
        IndexingJobPhase.CANCELLED,
    }
)
_ENDED_PHASES: Final = _FAILED_PHASES | {IndexingJobPhase.SUCCEEDED}
_GOING_PHASES: Final = frozenset({IndexingJobPhase.PENDING, IndexingJobPhase.RUNNING})
_GOOD_STATUSES: Final = frozenset(
    {IndexingJobStatus.COMPLETED, IndexingJobStatus.NO_CHANGES}
)
_BAD_STATUSES: Final = frozenset(
    {
        IndexingJobStatus.PARTIAL,
        IndexingJobStatus.FAILED,
        IndexingJobStatus.CANCELLED,
    }
)
_BAD_SOURCE_STATUSES: Final = frozenset(
    {IndexedDataSourceStatus.FAILED, IndexedDataSourceStatus.PARTIALLY_UPDATED}
)


@sparse
@attrs.frozen(kw_only=True, slots=False)
class _Failure:
    """What only the answer about a source that failed carries."""

    error_msg: str | None = None
    """A code that hints at the part of the system that failed; None without one."""
    error_details: str | None = None
    """The failure in words; None without one."""


@attrs.frozen(kw_only=True)
class IndexedDataSource(_Failure):
    """How one data source fared in one indexing job."""

    data_source_uuid: str = ""
    """Id of the data source."""
    status: IndexedDataSourceStatus = IndexedDataSourceStatus.UNKNOWN
    """What came of it."""
    started_at: Timestamp | None = None
    """When its indexing started, UTC; None before that."""
    completed_at: Timestamp | None = None
    """When its indexing ended, UTC; None before that."""
    total_file_count: int = 0
    """Files in the source."""
    indexed_file_count: int = 0
    """Files indexed."""
    indexed_item_count: int = 0
    """Items indexed."""
    failed_item_count: int = 0
    """Items that could not be indexed."""
    skipped_item_count: int = 0
    """Items left out."""
    removed_item_count: int = 0
    """Items taken out of the index."""
    total_bytes: int = 0
    """Size of the source's files, in bytes."""
    total_bytes_indexed: int = 0
    """Size of the files indexed, in bytes."""

    @property
    def has_failures(self) -> bool:
        """Whether the source, or any item of it, failed."""
        return (
            self.status in _BAD_SOURCE_STATUSES
            or self.failed_item_count > 0
            or bool(self.error_msg)
        )


@sparse
@attrs.frozen(kw_only=True, slots=False)
class _OlderCounts:
    """What only answers of older versions of the API carry."""

    total_items_indexed: int = attrs.field(default=0, repr=False)
    """Items indexed; only older answers carry it."""
    total_items_failed: int = attrs.field(default=0, repr=False)
    """Items that failed; only older answers carry it."""
    total_items_skipped: int = attrs.field(default=0, repr=False)
    """Items left out; only older answers carry it."""


@attrs.frozen(kw_only=True)
class IndexingJob(_OlderCounts):
    """One run that reads a knowledge base's data sources into its index."""

    uuid: str = ""
    """Id of the job."""
    knowledge_base_uuid: str = ""
    """Id of the knowledge base it indexes."""
    phase: IndexingJobPhase = IndexingJobPhase.UNKNOWN
    """Where it is in its life."""
    status: IndexingJobStatus = IndexingJobStatus.UNKNOWN
    """What came of it."""
    created_at: Timestamp | None = None
    """When it was asked for, UTC."""
    updated_at: Timestamp | None = None
    """When it last changed, UTC."""
    started_at: Timestamp | None = None
    """When it started, UTC; None before that."""
    finished_at: Timestamp | None = None
    """When it ended, UTC; None before that."""
    completed_datasources: int = 0
    """Data sources done."""
    total_datasources: int = 0
    """Data sources to do."""
    total_tokens: int = 0
    """Tokens the job consumed."""
    tokens: int = 0
    """Tokens, in the field that the API calls deprecated; prefer `total_tokens`."""
    is_report_available: bool = False
    """Whether a report with details can be fetched."""
    data_source_uuids: tuple[str, ...] = ()
    """Ids of the data sources."""
    data_source_jobs: tuple[IndexedDataSource, ...] = ()
    """How each data source fared."""

    @property
    def is_finished(self) -> bool:
        """
        Whether the job has ended, well or not.

        The phase decides. Where the phase is missing or unknown, an outcome or
        a `finished_at` does.
        """
        if self.phase in _ENDED_PHASES:
            return True
        if self.is_running:
            return False
        outcomes = _GOOD_STATUSES | _BAD_STATUSES
        return self.status in outcomes or self.finished_at is not None

    @property
    def is_running(self) -> bool:
        """Whether the job is pending or running; False where its phase is unknown."""
        return self.phase in _GOING_PHASES

    @property
    def succeeded(self) -> bool:
        """
        Whether the job ended well, by what the API says of it as a whole.

        A `PARTIAL` job did not succeed, whatever its phase says. Single items may have
        failed even so: `failed_sources` tells.
        """
        if not self.is_finished or self.status in _BAD_STATUSES:
            return False
        if self.phase in _ENDED_PHASES:
            return self.phase is IndexingJobPhase.SUCCEEDED
        return self.status in _GOOD_STATUSES

    @property
    def is_partial(self) -> bool:
        """
        Whether the job ended with a part of its sources or items not indexed.

        `failed_sources` names them. A job whose phase tells of failure or
        cancellation is not partial, whatever its status says.
        """
        has_failed = self.phase in _FAILED_PHASES
        is_over = not (has_failed or self.is_running)
        return is_over and self.status is IndexingJobStatus.PARTIAL

    @property
    def duration(self) -> timedelta | None:
        """Time from start to end; None while it has not started or not ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

    @property
    def failed_sources(self) -> tuple[IndexedDataSource, ...]:
        """The data sources that failed, wholly or in part, in the API's order."""
        return tuple(source for source in self.data_source_jobs if source.has_failures)


@attrs.frozen(kw_only=True)
class IndexingJobResponse:
    """The answer that carries one job."""

    job: IndexingJob
    """The job."""


@attrs.frozen(kw_only=True)
class IndexingJobsResponse(ListResponse[IndexingJob]):
    """The answer that carries one page of jobs."""

    jobs: tuple[IndexingJob, ...] | None = None
    """The jobs, newest first; None when the answer has no such key."""

    @property
    def items(self) -> tuple[IndexingJob, ...] | None:
        """The jobs."""
        return self.jobs


@attrs.frozen(kw_only=True)
class IndexedDataSourcesResponse:
    """The answer that carries how a job's data sources fared."""

    indexed_data_sources: tuple[IndexedDataSource, ...] = ()
    """The data sources, in the API's order."""


@attrs.frozen(kw_only=True)
class DetailsResponse:
    """The answer that carries where a job's report is."""

    signed_url: str = attrs.field(repr=False)
    """URL of the report; whoever has it may read the report."""
