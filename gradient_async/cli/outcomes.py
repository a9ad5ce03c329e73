"""Exit codes for how jobs ended; pure."""

from __future__ import annotations

from collections.abc import Iterable

from gradient_async.cli.exit_codes import ExitCode
from gradient_async.models import IndexingJob


def outcome_of(job: IndexingJob) -> ExitCode:
    """Return the exit code for a job that has ended; one that was deleted failed."""
    if job.succeeded:
        return ExitCode.SUCCESS
    return ExitCode.PARTIAL if job.is_partial else ExitCode.JOB_FAILED


def worst_outcome(jobs: Iterable[IndexingJob]) -> ExitCode:
    """Return the exit code for jobs that have ended: the worst of them."""
    # A failure has a higher number than a partial success.
    return max(map(outcome_of, jobs), default=ExitCode.SUCCESS)
