"""What happened to an indexing job, as a plain value."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.indexing_jobs import (
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.printable import printable


class JobEventKind(StrEnum):
    """Kind of a `JobEvent`."""

    APPEARED = "appeared"
    """The job is new; it may have ended already."""
    CHANGED = "changed"
    """The job's state changed, and it has not ended."""
    ENDED = "ended"
    """The job ended, or was deleted, after it had been seen unfinished."""
    RUNNING = "running"
    """The job has not ended; only where a feed starts."""


@attrs.frozen(kw_only=True)
class JobState(APIObject):
    """What is compared to find out whether a job changed."""

    phase: IndexingJobPhase = IndexingJobPhase.UNKNOWN
    """Phase of the job."""
    status: IndexingJobStatus = IndexingJobStatus.UNKNOWN
    """Outcome of the job, or progress before the end."""
    completed_datasources: int = 0
    """Number of data sources completed."""

    @classmethod
    def of(cls, job: IndexingJob) -> Self:
        """Return the state of a job."""
        return cls(
            phase=job.phase,
            status=job.status,
            completed_datasources=job.completed_datasources,
        )


@attrs.frozen(kw_only=True)
class JobEvent(APIObject):
    """
    One change of one indexing job.

    `to_dict` adds `key`, `has_ended` and `was_deleted` to the fields.
    """

    _derived_names = ("key", "has_ended", "was_deleted")

    account: str = ""
    """Name of the account; empty if there is only one."""
    kind: JobEventKind
    """What happened."""
    job: IndexingJob
    """
    The job as it was seen.

    A deleted job has only its `uuid` and its last known state.
    """
    previous: JobState | None = None
    """The state seen before; None for a job that is new."""

    def as_running(self) -> JobEvent:
        """Return the event by which a listener learns of the job later."""
        return JobEvent(account=self.account, kind=JobEventKind.RUNNING, job=self.job)

    @property
    def has_ended(self) -> bool:
        """
        Whether the job is over. True once for each job, on the last of its events.

        A job that had ended when it was first seen only `appeared`.
        """
        return self.kind is JobEventKind.ENDED or self.job.is_finished

    @property
    def was_deleted(self) -> bool:
        """Whether the job ended because it no longer exists."""
        return self.kind is JobEventKind.ENDED and not self.job.is_finished

    @property
    def key(self) -> str:
        """
        Key of the state that the event shows: account, uuid and state, on one line.

        A pass that repeats an earlier one may see a job for the first time in a state
        that the earlier one saw as a change. The key is the same nevertheless. A job
        that returns to a state has the key of that state again.
        """
        job = self.job
        progress = "deleted" if self.was_deleted else str(job.completed_datasources)
        key = f"{self.account}/{job.uuid}/{job.phase}/{job.status}/{progress}"
        # Words that this version does not know may have any characters.
        return printable(key)
