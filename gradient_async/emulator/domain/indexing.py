"""Starting indexing jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.timestamps import SECOND, parse_timestamp
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.runs import JobRun, SourcePlan, SourceRun
from gradient_async.emulator.domain.knowledge_bases.data_sources import DataSource
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import KnowledgeBase
from gradient_async.emulator.domain.storage import ObjectStore, StoredObject

_DEFAULT_SECONDS: Final = 8.0
_INDEXED: Final = {"DATA_SOURCE_STATUS_UPDATED", "DATA_SOURCE_STATUS_NOT_UPDATED"}
_NOT_UPLOADED: Final = SourcePlan(
    error_msg="source_not_found",
    error_details="No file was uploaded under the stored object key.",
)
_NO_CREDENTIALS: Final = (
    "The knowledge base's database credentials are missing: its database is still "
    "being created."
)
_UNREACHABLE: Final = SourcePlan(
    error_msg="source_not_found",
    error_details="The host of the base URL could not be resolved.",
)


def start_job(
    account: Account,
    knowledge_base: KnowledgeBase,
    source_uuids: Sequence[str],
    store: ObjectStore,
    now: int,
) -> Job:
    """
    Start indexing some data sources of a knowledge base, or all if none are named.

    Raises:
        ApiError: A data source does not exist, there are none, or another job of the
            knowledge base has not ended, or its database does not exist yet.
    """
    available = knowledge_base.data_sources
    # `dict.fromkeys` removes duplicates and keeps the order, which a set does not.
    uuids = list(dict.fromkeys(source_uuids)) or list(available)
    if not uuids:
        raise ApiError(422, "The knowledge base has no data sources to index.")
    if not set(uuids) <= set(available):
        raise ApiError(422, "A data source does not belong to the knowledge base.")
    if not knowledge_base.is_online(now):
        raise ApiError(400, _NO_CREDENTIALS)
    unfinished = account.jobs.unfinished(knowledge_base.uuid, now)
    if unfinished:
        running = unfinished[0].uuid
        msg = f"The knowledge base already has an indexing job running: {running}"
        raise ApiError(409, msg)
    return add_job(account, knowledge_base, uuids, store, now).at(now)


def add_job(
    account: Account,
    knowledge_base: KnowledgeBase,
    source_uuids: Sequence[str],
    store: ObjectStore,
    now: int,
) -> JobRun:
    """Add a job, which waits for the knowledge base's database."""
    available = knowledge_base.data_sources
    run = JobRun(
        uuid=account.create_id(),
        knowledge_base_uuid=knowledge_base.uuid,
        created_at=now,
        ready_at=knowledge_base.online_at,
        sources=tuple(
            _plan_source_run(account, knowledge_base, available[uuid], store, now)
            for uuid in source_uuids
        ),
    )
    account.jobs.add(run)
    return run


def _plan_source_run(
    account: Account,
    knowledge_base: KnowledgeBase,
    source: DataSource,
    store: ObjectStore,
    now: int,
) -> SourceRun:
    plan = account.plans.get(source.uuid, SourcePlan())
    seconds = _DEFAULT_SECONDS if plan.seconds is None else plan.seconds
    files, size = source.measure()
    stored = store.get(source.object_key, account.index) if source.object_key else None
    last = account.jobs.last_source_job(knowledge_base.uuid, source.uuid, now)
    return SourceRun(
        uuid=source.uuid,
        files=files,
        # The uploaded file counts, whatever size the data source claims.
        size=size if stored is None else stored.size,
        duration=round(seconds * SECOND),
        is_unchanged=last is not None and _is_current(last, source, stored),
        # What a test has planned happens, whatever the state of the data source.
        failure=plan if plan.error_msg else _find_failure(source, stored),
    )


def _is_current(
    last: Mapping[str, object], source: DataSource, stored: StoredObject | None
) -> bool:
    """Whether the last job indexed a data source in its present state."""
    changed_at = max(source.updated_at, 0 if stored is None else stored.at)
    is_indexed = last["status"] in _INDEXED
    return is_indexed and changed_at <= parse_timestamp(str(last["started_at"]))


def _find_failure(source: DataSource, stored: StoredObject | None) -> SourcePlan | None:
    """Return how a data source fails if it cannot be read."""
    if source.object_key is not None and stored is None:
        return _NOT_UPLOADED
    return _UNREACHABLE if source.is_unreachable else None
