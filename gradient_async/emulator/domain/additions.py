"""What tests add to an account: knowledge bases, and jobs with a given status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import MINUTE, SECOND
from gradient_async.emulator.domain.jobs.runs import JobRun, SourcePlan, SourceRun
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    REGION_CODES,
)
from gradient_async.emulator.domain.knowledge_bases.data_sources import DataSource
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import (
    KnowledgeBase,
    Owner,
    read_knowledge_base,
)

# Not new: the platform starts the first job of a new knowledge base by itself.
_AGE: Final = 24 * 60 * MINUTE
_SOURCE_TIME: Final = 8 * SECOND
# While the first data source is being indexed.
_HALFWAY: Final = 4 * SECOND
_LONG_AFTER: Final = 10**9 * SECOND
_AGES: Final = {
    "pending": 0,
    "in_progress": _HALFWAY,
    "completed": _LONG_AFTER,
    "no_changes": _LONG_AFTER,
    "partial": _LONG_AFTER,
    "failed": _LONG_AFTER,
    "cancelled": _HALFWAY,
}
_WITH_ERRORS: Final = {"partial", "failed"}
_DEFAULT_ERROR: Final = SourcePlan(
    error_msg="source_not_found",
    error_details="The data source does not exist any more.",
)


def check_status(status: str, *, has_error: bool) -> None:
    """Raise a ValueError unless a job can have a status, and an error with it."""
    if status not in _AGES:
        msg = f"status must be one of {', '.join(_AGES)}, not {status!r}"
        raise ValueError(msg)
    if has_error and status not in _WITH_ERRORS:
        msg = f"a {status} job has no error: use the status failed or partial"
        raise ValueError(msg)


def create_job(
    knowledge_base: KnowledgeBase,
    *,
    uuid: str,
    status: str,
    error: SourcePlan,
    created_at: int,
) -> JobRun:
    """
    Create a job of all data sources, which stays as it is.

    If it failed, all data sources did; if it is partial, the last one, and a single one
    in part. An empty error is replaced by a usual one. If there are no data sources,
    that is a ValueError.
    """
    if not knowledge_base.data_sources:
        msg = "the knowledge base has no data sources, so no job can index it"
        raise ValueError(msg)
    run = JobRun(
        uuid=uuid,
        knowledge_base_uuid=knowledge_base.uuid,
        created_at=created_at,
        sources=_plan_sources(
            [*knowledge_base.data_sources.values()],
            status,
            error if error.error else _DEFAULT_ERROR,
        ),
    )
    time = created_at + _AGES[status]
    if status == "cancelled":
        return run.cancel(time)
    return attrs.evolve(run, frozen_at=time)


def create_knowledge_base(
    name: str, sources: int, create_id: Callable[[], str], owner: Owner, now: int
) -> KnowledgeBase:
    """Create a knowledge base, a day old: buckets and websites in turn."""
    request = {
        "name": name,
        "embedding_model_uuid": next(iter(EMBEDDING_MODELS)),
        "region": min(REGION_CODES),
        "datasources": [_describe_source(number) for number in range(1, sources + 1)],
    }
    return read_knowledge_base(
        Message(request), create_id, owner, now - _AGE, database_time=0
    )


def _plan_sources(
    sources: list[DataSource], status: str, error: SourcePlan
) -> tuple[SourceRun, ...]:
    failures = _plan_failures(len(sources), status, error)
    return tuple(
        _plan_source(source, failure, is_unchanged=status == "no_changes")
        for source, failure in zip(sources, failures, strict=True)
    )


def _plan_failures(
    count: int, status: str, error: SourcePlan
) -> list[SourcePlan | None]:
    """Return how each data source fails, if it does."""
    if status == "failed":
        return [error] * count
    if status == "partial":
        share = 1.0 if count > 1 else 0.25
        return [*[None] * (count - 1), attrs.evolve(error, failed=share)]
    return [None] * count


def _plan_source(
    source: DataSource, failure: SourcePlan | None, *, is_unchanged: bool
) -> SourceRun:
    files, size = source.measure()
    return SourceRun(
        uuid=source.uuid,
        files=files,
        size=size,
        duration=_SOURCE_TIME,
        is_unchanged=is_unchanged,
        failure=failure,
    )


def _describe_source(number: int) -> dict[str, object]:
    if number % 2:
        return {"spaces_data_source": {"bucket_name": f"files-{number}"}}
    url = f"https://website-{number}.example.com"
    return {"web_crawler_data_source": {"base_url": url}}
