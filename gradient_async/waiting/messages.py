"""Describe jobs that failed, were left incomplete or did not finish; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from gradient_async.models.indexing_jobs import (
    IndexedDataSource,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.models.scalars import OpenEnum
from gradient_async.printable import printable

T = TypeVar("T")

_MAX_LENGTH: Final = 200
_MAX_ITEMS: Final = 3

_FAILURES: Final = frozenset({IndexingJobStatus.FAILED, IndexingJobStatus.CANCELLED})


def excerpt(text: str) -> str:
    """Return text that is safe to print, cut to 200 characters."""
    cut = text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"
    return printable(cut)


def short_name(member: OpenEnum) -> str:
    """Return the short name of a phase or status, safe to print."""
    return excerpt(member.short_name)


def describe_unfinished(
    pending: Sequence[str],
    jobs: Mapping[str, IndexingJob],
    *,
    total: int,
    timeout: float,
) -> str:
    """Return which jobs did not finish in time, each with its latest known phase."""
    names = _describe_first(
        pending, lambda uuid: f"{excerpt(uuid)} ({_phase(jobs.get(uuid))})"
    )
    plural = "" if total == 1 else "s"
    return (
        f"{len(pending)} of {total} indexing job{plural} did not finish "
        f"within {timeout:g} s: {', '.join(names)}"
    )


def describe_uncancelled(failures: Mapping[str, Exception]) -> Iterable[str]:
    """Return a line for each job that could not be cancelled."""

    def describe(failure: tuple[str, Exception]) -> str:
        uuid, error = failure
        name = type(error).__name__
        return excerpt(f"could not cancel {uuid}: {name}: {error}")

    return _describe_first([*failures.items()], describe)


def describe_failed(jobs: Sequence[IndexingJob]) -> str:
    """Return how the first job failed, and the number of others."""
    job = jobs[0]
    text = f"{_title(job)} {_outcome(job)}{_source_errors(job)}"
    more = len(jobs) - 1
    return f"{text}; {more} more did not succeed" if more else text


def describe_incomplete(job: IndexingJob) -> str:
    """Return which data sources of a job failed completely or in part."""
    return f"{_title(job)} is incomplete: it {_outcome(job)}{_source_errors(job)}"


def _title(job: IndexingJob) -> str:
    knowledge_base = excerpt(job.knowledge_base_uuid)
    return f"indexing job {excerpt(job.uuid)} of knowledge base {knowledge_base}"


def _outcome(job: IndexingJob) -> str:
    state = f"phase {short_name(job.phase)}, status {short_name(job.status)}"
    if _is_known(job.phase) or job.status in _FAILURES:
        return f"ended in {state}"
    return f"ended with an unknown outcome: {state}"


def _source_errors(job: IndexingJob) -> str:
    return "".join(
        f"; {each}" for each in _describe_first(job.failed_sources, _source_error)
    )


def _source_error(source: IndexedDataSource) -> str:
    texts = [it for it in (source.error_msg, source.error_details) if it]
    reasons = [excerpt(text) for text in texts] or [short_name(source.status)]
    return f"data source {excerpt(source.data_source_uuid)}: {', '.join(reasons)}"


def _phase(job: IndexingJob | None) -> str:
    if job is None:
        return "never seen"
    phase = short_name(job.phase)
    if _is_known(job.phase):
        return phase
    return f"{phase}, a phase unknown to this version"


def _is_known(phase: IndexingJobPhase) -> bool:
    return phase.is_known and phase is not IndexingJobPhase.UNKNOWN


def _describe_first(items: Sequence[T], describe: Callable[[T], str]) -> list[str]:
    """Describe the first three items, and count the others."""
    lines = [describe(item) for item in items[:_MAX_ITEMS]]
    more = len(items) - _MAX_ITEMS
    return [*lines, f"and {more} more"] if more > 0 else lines
