"""Why data sources of a job failed, in words; pure."""

from __future__ import annotations

from gradient_async.models import IndexedDataSource, IndexingJob


def reason_of_source(source: IndexedDataSource) -> str:
    """Return why a data source failed."""
    reason = ": ".join(filter(None, (source.error_msg, source.error_details)))
    return reason or "items failed without a reason"


def reason_of_job(job: IndexingJob) -> str:
    """Return why sources of a job failed, each reason once; empty if none did."""
    return "; ".join(dict.fromkeys(map(reason_of_source, job.failed_sources)))
