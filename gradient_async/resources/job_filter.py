"""Filter indexing jobs on the client; the API itself filters nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypedDict

import attrs

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import (
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.paging import Paging
from gradient_async.resources.arguments import parse_members


class JobFilters(TypedDict, total=False):
    """
    The filters of lists of indexing jobs.

    They apply on the client, to jobs that were fetched; the API has no filters.
    """

    knowledge_base_uuid: str | None
    """Only jobs of this knowledge base; None, the default, means of all."""
    statuses: Iterable[str] | str | None
    """
    Only jobs with one of these statuses; None, the default, means any.

    `IndexingJobStatus` members, short names (`"failed"`) or wire values.
    """
    phases: Iterable[str] | str | None
    """The same for `IndexingJobPhase`."""
    created_after: datetime | None
    """Only jobs created at this time or later; needs a timezone."""
    created_before: datetime | None
    """Only jobs created before this time; needs a timezone."""


class JobListOptions(JobFilters, Paging, total=False):
    """The keyword arguments of lists of indexing jobs: filters and paging."""


@attrs.frozen(kw_only=True)
class JobFilter:
    """A predicate for jobs; criteria that are None match every job."""

    knowledge_base_uuid: str | None = None
    statuses: frozenset[IndexingJobStatus] | None = None
    phases: frozenset[IndexingJobPhase] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def __call__(self, job: IndexingJob) -> bool:
        """Return whether a job matches every criterion."""
        return (
            self.knowledge_base_uuid in {None, job.knowledge_base_uuid}
            and (self.statuses is None or job.status in self.statuses)
            and (self.phases is None or job.phase in self.phases)
            and self._is_in_interval(job.created_at)
        )

    def _is_in_interval(self, created_at: datetime | None) -> bool:
        after, before = self.created_after, self.created_before
        if after is None and before is None:
            return True
        return (
            created_at is not None
            and (after is None or after <= created_at)
            and (before is None or created_at < before)
        )


def freeze_filters(filters: JobFilters) -> JobFilters:
    """Return filters that can be used for several lists, even if made of iterators."""
    frozen = filters.copy()
    for name in ("statuses", "phases"):
        values = filters.get(name)
        if isinstance(values, Iterator):
            frozen[name] = tuple(values)
    return frozen


def pop_filter(options: JobListOptions) -> JobFilter | None:
    """
    Remove the filters from `options`, and return them as a predicate.

    None means that every job matches. What remains in `options` is `Paging`.

    Raises:
        ConfigurationError: A name is unknown, or a time has no timezone or is NaT.
    """
    keep = JobFilter(
        knowledge_base_uuid=options.pop("knowledge_base_uuid", None),
        statuses=parse_members(
            "statuses", options.pop("statuses", None), IndexingJobStatus
        ),
        phases=parse_members("phases", options.pop("phases", None), IndexingJobPhase),
        created_after=options.pop("created_after", None),
        created_before=options.pop("created_before", None),
    )
    check_instance("knowledge_base_uuid", keep.knowledge_base_uuid, str | None)
    _check_aware("created_after", keep.created_after)
    _check_aware("created_before", keep.created_before)
    return None if keep == JobFilter() else keep


def _check_aware(name: str, moment: datetime | None) -> None:
    check_instance(name, moment, datetime | None)
    # pandas' NaT is a datetime, and like NaN not equal to itself.
    if moment != moment:  # noqa: PLR0124
        msg = f"{name} must be a time or None, got {moment!r}"
        raise ConfigurationError(msg)
    if moment is not None and moment.utcoffset() is None:
        msg = f"{name} must be timezone-aware: datetime(..., tzinfo=UTC)"
        raise ConfigurationError(msg)
