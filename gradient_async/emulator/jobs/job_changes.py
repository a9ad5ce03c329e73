"""What is done to jobs as they stand: cancel them, and find their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.outcomes import GOING
from gradient_async.emulator.jobs.source_runs import never_indexed
from gradient_async.emulator.jobs.sources import is_reported
from gradient_async.emulator.timestamps import moment, timestamp

_GOING: Final = frozenset(f"BATCH_JOB_PHASE_{phase}" for phase in GOING)
_IN_PROGRESS: Final = "DATA_SOURCE_STATUS_IN_PROGRESS"


def is_going(job: Job) -> bool:
    """Tell whether a job has not ended yet."""
    return job.fields["phase"] in _GOING


def indexed_sources(job: Job) -> Sequence[Mapping[str, object]]:
    """Give what is known of a job's sources that have had their turn."""
    return cast(Sequence[Mapping[str, object]], job.fields["data_source_jobs"])


def source_uuids(job: Job) -> Sequence[str]:
    """Give the ids of all sources of a job."""
    return cast(Sequence[str], job.fields["data_source_uuids"])


def cancel_job(job: Job, now: int) -> Job:
    """
    Give a job that stood still with an end to it, now.

    A job that was put into the list ahead of time ends when it was created.
    """
    end = timestamp(max(now, moment(str(job.fields["updated_at"]))))
    sources = [_cancel_source(source, end) for source in indexed_sources(job)]
    begun = {source["data_source_uuid"] for source in sources}
    sources += [never_indexed(it) for it in source_uuids(job) if it not in begun]
    changes = {
        "phase": "BATCH_JOB_PHASE_CANCELLED",
        "status": "INDEX_JOB_STATUS_CANCELLED",
        "finished_at": end,
        "updated_at": end,
        "data_source_jobs": sources,
        "is_report_available": any(map(is_reported, sources)),
    }
    return Job.of({**job.fields, **changes})


def _cancel_source(fields: Mapping[str, object], end: str) -> dict[str, object]:
    """Give a source with an end to it, if it had none."""
    if fields["status"] != _IN_PROGRESS:
        return dict(fields)
    status = "DATA_SOURCE_STATUS_CANCELLED"
    return {**fields, "status": status, "completed_at": end}
