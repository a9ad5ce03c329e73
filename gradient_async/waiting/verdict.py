"""Judge jobs that have ended."""

from __future__ import annotations

from collections.abc import Sequence

from gradient_async.errors import IndexingJobFailedError
from gradient_async.logger import logger
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.reports import not_succeeded, partly_failed


def check_ended(jobs: Sequence[IndexingJob]) -> None:
    """
    Refuse jobs that failed; warn of each that left something out, on the log.

    Raises:
        IndexingJobFailedError: One neither succeeded nor is partial.
    """
    each = dict.fromkeys(jobs)
    for job in each:
        if job.is_partial or (job.succeeded and job.failed_sources):
            logger.warning("%s", partly_failed(job))
    failed = [job for job in each if not (job.succeeded or job.is_partial)]
    if failed:
        text = not_succeeded(failed)
        raise IndexingJobFailedError(text, job=failed[0], jobs=tuple(jobs))
