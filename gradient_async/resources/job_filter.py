"""Which indexing jobs to keep; the API itself filters nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import (
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.resources.arguments import read_members


@attrs.frozen(kw_only=True)
class JobFilter:
    """What a job must be to be kept; None asks for nothing."""

    knowledge_base_uuid: str | None = None
    statuses: frozenset[IndexingJobStatus] | None = None
    phases: frozenset[IndexingJobPhase] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def __call__(self, job: IndexingJob) -> bool:
        """Tell whether to keep a job."""
        return (
            self.knowledge_base_uuid in {None, job.knowledge_base_uuid}
            and (self.statuses is None or job.status in self.statuses)
            and (self.phases is None or job.phase in self.phases)
            and self._is_in_time(job.created_at)
        )

    def _is_in_time(self, created_at: datetime | None) -> bool:
        """From `created_after` on, until just before `created_before`."""
        after, before = self.created_after, self.created_before
        if after is None and before is None:
            return True
        return (
            created_at is not None
            and (after is None or after <= created_at)
            and (before is None or created_at < before)
        )


def build_filter(
    *,
    knowledge_base_uuid: str | None,
    statuses: Iterable[str] | str | None,
    phases: Iterable[str] | str | None,
    created_after: datetime | None,
    created_before: datetime | None,
) -> JobFilter:
    """
    Check and convert what a caller wrote.

    Raises:
        ConfigurationError: A name is unknown, or a time has no timezone.
    """
    if knowledge_base_uuid is not None:
        check_instance("knowledge_base_uuid", knowledge_base_uuid, str, "a string")
    return JobFilter(
        knowledge_base_uuid=knowledge_base_uuid,
        statuses=read_members("statuses", statuses, IndexingJobStatus),
        phases=read_members("phases", phases, IndexingJobPhase),
        created_after=_aware("created_after", created_after),
        created_before=_aware("created_before", created_before),
    )


def _aware(name: str, moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    check_instance(name, moment, datetime, "a datetime")
    if moment.utcoffset() is None:
        msg = f"{name} must have a timezone: datetime(..., tzinfo=UTC)"
        raise ConfigurationError(msg)
    return moment
