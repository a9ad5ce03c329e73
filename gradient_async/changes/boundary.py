"""Where the known jobs of a list end and the new ones begin; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import attrs

from gradient_async.models.indexing_jobs import IndexingJob


@attrs.frozen
class Boundary:
    """
    The newest known job of a list, newest first: those above it are new.

    A list that grows only at its head keeps the distance of each job from its tail.
    """

    uuid: str | None = None
    """Id of the job; None if no job is known."""
    created_at: datetime | None = None
    """Its time of creation."""
    count: int = 0
    """Number of jobs at or below it."""

    @classmethod
    def at(cls, job: IndexingJob, count: int) -> Self:
        """Return the boundary at a job with this count."""
        return cls(job.uuid, job.created_at, max(count, 1))

    def find(self, jobs: Sequence[IndexingJob]) -> int | None:
        """Return the index of the boundary's job, None if it is not there."""
        for index, job in enumerate(jobs):
            if job.uuid == self.uuid:
                return index
        return None

    def find_older(self, jobs: Sequence[IndexingJob]) -> int | None:
        """Return the index of the first job that is older, None if there is none."""
        for index, job in enumerate(jobs):
            if _is_earlier(job.created_at, self.created_at):
                return index
        return None

    def is_older_than(self, job: IndexingJob) -> bool:
        """Return whether the boundary's job was created before another one."""
        return _is_earlier(self.created_at, job.created_at)


@attrs.frozen
class NewJobs:
    """New jobs that were read, oldest first, each with the boundary right at it."""

    below: Boundary
    """The boundary that was found, right below the first of them."""
    jobs: Sequence[tuple[IndexingJob, Boundary]] = ()
    """The jobs."""


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other
