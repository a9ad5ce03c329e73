"""Exit codes for how jobs ended; pure."""

from __future__ import annotations

from collections.abc import Iterable

from gradient_async.cli.exit_codes import ExitCode
from gradient_async.models import IndexingJob


def exit_code_of_job(job: IndexingJob) -> ExitCode:
    """Return the exit code for a job that has ended; one that was deleted failed."""
    if job.succeeded:
        return ExitCode.SUCCESS
    return ExitCode.PARTIAL if job.is_partial else ExitCode.JOB_FAILED


def exit_code_of_jobs(jobs: Iterable[IndexingJob]) -> ExitCode:
    """Return the exit code for jobs that have ended: the worst of them."""
    # A failure has a higher number than a partial success.
    return max(map(exit_code_of_job, jobs), default=ExitCode.SUCCESS)
