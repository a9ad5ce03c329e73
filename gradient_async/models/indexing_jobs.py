"""Indexing jobs: each reads data sources and turns them into embeddings."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, cast

import attrs

from gradient_async.models.base import APIObject, sparse, to_plain
from gradient_async.models.scalars import OpenEnum, Timestamp

Cell: TypeAlias = str | int | float | datetime | None
"""A value in a row."""

Row: TypeAlias = dict[str, Cell]
"""A flat row: values by column name."""


class IndexingJobPhase(OpenEnum):
    """Phase of a job; `apiBatchJobPhase` in the API's description."""

    UNKNOWN = "BATCH_JOB_PHASE_UNKNOWN"
    PENDING = "BATCH_JOB_PHASE_PENDING"
    RUNNING = "BATCH_JOB_PHASE_RUNNING"
    SUCCEEDED = "BATCH_JOB_PHASE_SUCCEEDED"
    FAILED = "BATCH_JOB_PHASE_FAILED"
    ERROR = "BATCH_JOB_PHASE_ERROR"
    CANCELLED = "BATCH_JOB_PHASE_CANCELLED"


class IndexingJobStatus(OpenEnum):
    """Outcome of a job; `apiIndexJobStatus` in the API's description."""

    UNKNOWN = "INDEX_JOB_STATUS_UNKNOWN"
    PARTIAL = "INDEX_JOB_STATUS_PARTIAL"
    IN_PROGRESS = "INDEX_JOB_STATUS_IN_PROGRESS"
    COMPLETED = "INDEX_JOB_STATUS_COMPLETED"
    FAILED = "INDEX_JOB_STATUS_FAILED"
    NO_CHANGES = "INDEX_JOB_STATUS_NO_CHANGES"
    PENDING = "INDEX_JOB_STATUS_PENDING"
    CANCELLED = "INDEX_JOB_STATUS_CANCELLED"


class IndexedDataSourceStatus(OpenEnum):
    """Outcome for one source; `apiIndexedDataSourceStatus` in the description."""

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
_RUNNING_PHASES: Final = frozenset({IndexingJobPhase.PENDING, IndexingJobPhase.RUNNING})
_SUCCESS_STATUSES: Final = frozenset(
    {IndexingJobStatus.COMPLETED, IndexingJobStatus.NO_CHANGES}
)
_FAILURE_STATUSES: Final = frozenset(
    {
        IndexingJobStatus.PARTIAL,
        IndexingJobStatus.FAILED,
        IndexingJobStatus.CANCELLED,
    }
)
_FAILED_SOURCE_STATUSES: Final = frozenset(
    {IndexedDataSourceStatus.FAILED, IndexedDataSourceStatus.PARTIALLY_UPDATED}
)


@sparse
@attrs.frozen(kw_only=True, slots=False, init=False)
class _Failure(APIObject):
    """Fields that only a failed source has."""

    error_msg: str | None = None
    """Code of the failure, which hints at the part that failed; None without one."""
    error_details: str | None = None
    """Description of the failure; None without one."""


@attrs.frozen(kw_only=True)
class IndexedDataSource(_Failure):
    """Outcome of one indexing job for one data source."""

    _derived_names = ("has_failures",)

    data_source_uuid: str = ""
    """Id of the data source."""
    status: IndexedDataSourceStatus = IndexedDataSourceStatus.UNKNOWN
    """Outcome for the source."""
    started_at: Timestamp | None = None
    """Start of its indexing, UTC; None before that."""
    completed_at: Timestamp | None = None
    """End of its indexing, UTC; None before that."""
    total_file_count: int = 0
    """Number of files in the source."""
    indexed_file_count: int = 0
    """Number of files indexed."""
    indexed_item_count: int = 0
    """Number of items indexed."""
    failed_item_count: int = 0
    """Number of items that failed."""
    skipped_item_count: int = 0
    """Number of items skipped."""
    removed_item_count: int = 0
    """Number of items removed from the index."""
    total_bytes: int = 0
    """Size of the source's files, in bytes."""
    total_bytes_indexed: int = 0
    """Size of the files indexed, in bytes."""

    @property
    def has_failures(self) -> bool:
        """Whether the source, or any item of it, failed."""
        return (
            self.status in _FAILED_SOURCE_STATUSES
            or self.failed_item_count > 0
            or bool(self.error_msg)
        )


@sparse
@attrs.frozen(kw_only=True, slots=False, init=False)
class _OlderCounts(APIObject):
    """Fields that only older responses have."""

    total_items_indexed: int = attrs.field(default=0, repr=False)
    """Number of items indexed; only in older responses."""
    total_items_failed: int = attrs.field(default=0, repr=False)
    """Number of items that failed; only in older responses."""
    total_items_skipped: int = attrs.field(default=0, repr=False)
    """Number of items skipped; only in older responses."""


@attrs.frozen(kw_only=True)
class IndexingJob(_OlderCounts):
    """
    One run that reads a knowledge base's data sources into its index.

    `to_dict` adds `is_running`, `is_finished`, `succeeded`, `is_partial` and
    `duration_seconds` to the fields.
    """

    _derived_names = (
        "is_running",
        "is_finished",
        "succeeded",
        "is_partial",
        "duration_seconds",
    )

    uuid: str = ""
    """Id of the job."""
    knowledge_base_uuid: str = ""
    """Id of the knowledge base that it indexes."""
    phase: IndexingJobPhase = IndexingJobPhase.UNKNOWN
    """Current phase."""
    status: IndexingJobStatus = IndexingJobStatus.UNKNOWN
    """Outcome, or progress before the end."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
    started_at: Timestamp | None = None
    """Time of the start, UTC; None before that."""
    finished_at: Timestamp | None = None
    """Time of the end, UTC; None before that."""
    completed_datasources: int = 0
    """Number of data sources completed."""
    total_datasources: int = 0
    """Number of data sources to index."""
    total_tokens: int = 0
    """Number of tokens consumed."""
    tokens: int = 0
    """Number of tokens; deprecated by the API in favour of `total_tokens`."""
    is_report_available: bool = False
    """Whether a detailed report can be fetched."""
    data_source_uuids: tuple[str, ...] = ()
    """Ids of the data sources."""
    data_source_jobs: tuple[IndexedDataSource, ...] = ()
    """Outcome for each data source."""

    @property
    def is_finished(self) -> bool:
        """
        Whether the job has ended, successfully or not.

        The phase decides. If it is missing or unknown, a final status or
        a `finished_at` does.
        """
        if self.phase in _ENDED_PHASES:
            return True
        if self.is_running:
            return False
        final_statuses = _SUCCESS_STATUSES | _FAILURE_STATUSES
        return self.status in final_statuses or self.finished_at is not None

    @property
    def is_running(self) -> bool:
        """Whether the job is pending or running; False if its phase is unknown."""
        return self.phase in _RUNNING_PHASES

    @property
    def succeeded(self) -> bool:
        """
        Whether the job ended successfully as a whole.

        A `PARTIAL` job did not succeed, whatever its phase is. Single items may have
        failed in a job that did: see `failed_sources`.
        """
        if not self.is_finished or self.status in _FAILURE_STATUSES:
            return False
        if self.phase in _ENDED_PHASES:
            return self.phase is IndexingJobPhase.SUCCEEDED
        return self.status in _SUCCESS_STATUSES

    @property
    def is_partial(self) -> bool:
        """
        Whether the job ended with some of its sources or items not indexed.

        `failed_sources` lists them. A job whose phase is a failure or a cancellation
        is not partial, whatever its status is.
        """
        has_failed = self.phase in _FAILED_PHASES
        is_over = not (has_failed or self.is_running)
        return is_over and self.status is IndexingJobStatus.PARTIAL

    @property
    def duration(self) -> timedelta | None:
        """Time from start to end; None before the end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

    @property
    def duration_seconds(self) -> float | None:
        """The `duration` in seconds; None before the end."""
        return None if self.duration is None else self.duration.total_seconds()

    @property
    def failed_sources(self) -> tuple[IndexedDataSource, ...]:
        """The data sources that failed, wholly or in part, in the API's order."""
        return tuple(source for source in self.data_source_jobs if source.has_failures)

    def to_row(self) -> Row:
        """
        Return the job as one flat row, for a DataFrame, a CSV or a Parquet file.

        Times are aware `datetime`s in UTC, enums short words. The columns are the same
        for each job; later versions add theirs at the end. Counts of items are sums
        over `data_source_jobs`; `error_msg` and `error_details` are those of the first
        data source that has any.
        """
        sources = self.data_source_jobs
        nothing = IndexedDataSource()
        failed = next(
            (it for it in sources if it.error_msg or it.error_details), nothing
        )
        return {
            **{name: _to_cell(getattr(self, name)) for name in _ROW_FIELDS},
            "data_source_count": len(sources),
            "failed_source_count": len(self.failed_sources),
            "indexed_item_count": sum(it.indexed_item_count for it in sources),
            "failed_item_count": sum(it.failed_item_count for it in sources),
            "error_msg": failed.error_msg,
            "error_details": failed.error_details,
        }


_ROW_FIELDS: Final = (
    "uuid",
    "knowledge_base_uuid",
    "phase",
    "status",
    "created_at",
    "updated_at",
    "started_at",
    "finished_at",
    "duration_seconds",
    "completed_datasources",
    "total_datasources",
    "total_tokens",
    "is_report_available",
    "is_finished",
    "succeeded",
)


def _to_cell(value: object) -> Cell:
    # One offset for all: pandas makes no time column of mixed ones.
    if isinstance(value, datetime):
        # In the first and last hours of the calendar, some have no UTC form.
        with suppress(OverflowError):
            return value.astimezone(UTC)
        return value
    return cast(Cell, to_plain(value))
