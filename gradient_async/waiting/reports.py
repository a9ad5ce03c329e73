"""What is said of jobs that did not end, or not well; pure."""

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

_LONGEST: Final = 200
_MOST: Final = 3

_TELLING: Final = frozenset({IndexingJobStatus.FAILED, IndexingJobStatus.CANCELLED})


def readable(text: str) -> str:
    """Make a text from elsewhere safe to show, and 200 characters long at most."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return printable(cut)


def short(member: OpenEnum) -> str:
    """Give the short name of a phase or status, made safe to show."""
    return readable(member.short_name)


def not_ended(
    pending: Sequence[str],
    jobs: dict[str, IndexingJob],
    *,
    total: int,
    timeout: float,
) -> str:
    """Say which jobs had not ended in time, and where they were when last seen."""
    those = _first(pending, lambda uuid: f"{readable(uuid)} ({_state(jobs.get(uuid))})")
    plural = "" if total == 1 else "s"
    return (
        f"{len(pending)} of {total} indexing job{plural} had not ended "
        f"within {timeout:g} s: {', '.join(those)}"
    )


def not_cancelled(failures: Mapping[str, Exception]) -> Iterable[str]:
    """Say which jobs could not be cancelled, and why, a line each."""

    def show(failure: tuple[str, Exception]) -> str:
        uuid, error = failure
        name = type(error).__name__
        return readable(f"cancelling {uuid} failed: {name}: {error}")

    return _first([*failures.items()], show)


def not_succeeded(jobs: Sequence[IndexingJob]) -> str:
    """Say what became of the first of the jobs that did not succeed."""
    job = jobs[0]
    text = f"{_name(job)} {_ending(job)}{_losses(job)}"
    more = len(jobs) - 1
    return f"{text}; {more} more did not succeed either" if more else text


def partly_failed(job: IndexingJob) -> str:
    """Say which sources of a job failed, wholly or in part."""
    return f"{_name(job)} left something out: it {_ending(job)}{_losses(job)}"


def _name(job: IndexingJob) -> str:
    knowledge_base = readable(job.knowledge_base_uuid)
    return f"indexing job {readable(job.uuid)} of knowledge base {knowledge_base}"


def _ending(job: IndexingJob) -> str:
    """Say how a job ended, or that nothing tells how."""
    is_told = not _is_untold(job.phase) or job.status in _TELLING
    how = "ended" if is_told else "ended without telling how"
    return f"{how} in phase {short(job.phase)}, status {short(job.status)}"


def _losses(job: IndexingJob) -> str:
    return "".join(f"; {each}" for each in _first(job.failed_sources, _loss))


def _loss(source: IndexedDataSource) -> str:
    facts = (source.error_msg, source.error_details)
    said = [readable(fact) for fact in facts if fact] or [short(source.status)]
    return f"source {readable(source.data_source_uuid)}: {', '.join(said)}"


def _state(job: IndexingJob | None) -> str:
    """Give the phase in which a job was last seen."""
    if job is None:
        return "not seen yet"
    phase = short(job.phase)
    if _is_untold(job.phase):
        return f"{phase}, a phase that this version does not know"
    return phase


def _is_untold(phase: IndexingJobPhase) -> bool:
    return phase is IndexingJobPhase.UNKNOWN or not phase.is_known


def _first(items: Sequence[T], show: Callable[[T], str]) -> Iterable[str]:
    """Show the first three, and how many there are beside."""
    shown = [show(item) for item in items[:_MOST]]
    more = len(items) - _MOST
    return [*shown, f"and {more} more"] if more > 0 else shown
