"""Sample jobs to write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from gradient_async import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.cli.formats.sheet import Sheet
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.cli.rows import Row
from gradient_async.emulator import Emulator

CREATED_AT: Final = datetime(2026, 10, 31, 8, 5, tzinfo=UTC)

PARTIAL: Final = IndexingJob(
    uuid="26dc900f-0000-4000-8000-000000000001",
    knowledge_base_uuid="99b37aca-0000-4000-8000-000000000002",
    phase=IndexingJobPhase.SUCCEEDED,
    status=IndexingJobStatus.PARTIAL,
    created_at=CREATED_AT,
    started_at=CREATED_AT + timedelta(seconds=5),
    finished_at=CREATED_AT + timedelta(seconds=130.25),
    completed_datasources=1,
    total_datasources=2,
    total_tokens=1_234_567,
    is_report_available=True,
    data_source_uuids=("587e6e1f-0000-4000-8000-000000000003",),
    data_source_jobs=(
        IndexedDataSource(
            status=IndexedDataSourceStatus.FAILED, error_details="Zugriff verwehrt: ü"
        ),
    ),
)
"""A job with most fields set."""

PENDING: Final = IndexingJob(
    uuid="8cf9ddd7-0000-4000-8000-000000000004",
    phase=IndexingJobPhase.PENDING,
    status=IndexingJobStatus.PENDING,
)
"""A job with nearly all fields at their defaults."""

ODD: Final = IndexingJob(
    uuid="odd\x1b[2J", status=IndexingJobStatus("INDEX_JOB_STATUS_\x1b[31mPAUSED")
)
"""A job with an undeclared status and malicious control characters."""


async def stream_of(
    *jobs: IndexingJob, account: str = ""
) -> AsyncIterator[Row[IndexingJob]]:
    """Yield jobs one by one, as those of an account."""
    for job in jobs:
        yield Row(account, job)


def sheet_of(
    *accounts: str, names: Sequence[str] = (), is_wide: bool = False
) -> Sheet[IndexingJob]:
    """Return what to write of a list of jobs."""
    return Sheet(listing=JOBS, accounts=accounts, names=names, is_wide=is_wide)


def first(server: Emulator) -> tuple[str, str]:
    """Return name and id of the newest knowledge base."""
    base = server.knowledge_bases()[0]
    return str(base["name"]), str(base["uuid"])
