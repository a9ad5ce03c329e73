"""What jobs have to do with knowledge bases: starting them, and what they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.bases.data_sources import DataSource
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.job_changes import (
    indexed_sources,
    is_going,
    source_uuids,
)
from gradient_async.emulator.jobs.runs import Run
from gradient_async.emulator.jobs.source_runs import SourcePlan, SourceRun
from gradient_async.emulator.storage.object_store import ObjectStore, StoredObject
from gradient_async.emulator.timestamps import SECOND, moment

_SECONDS: Final = 8.0
_INDEXED: Final = {"DATA_SOURCE_STATUS_UPDATED", "DATA_SOURCE_STATUS_NOT_UPDATED"}
_NOT_UPLOADED: Final = SourcePlan(
    error_msg="source_not_found",
    error_details="No file was uploaded under the stored object key.",
)
_NO_HOST: Final = SourcePlan(
    error_msg="source_not_found",
    error_details="The host of the base URL could not be resolved.",
)


def start_job(
    account: Account,
    base: KnowledgeBase,
    named: Sequence[str],
    store: ObjectStore,
    now: int,
) -> Job:
    """
    Start to index some sources of a knowledge base, or all if none is named.

    Raises:
        RefusalError: There are no such sources, or a job of the base has not ended.
    """
    uuids = list(dict.fromkeys(named)) or list(base.sources)
    if not uuids:
        raise RefusalError(422, "The knowledge base has no data sources to index.")
    if not set(uuids) <= set(base.sources):
        msg = "A data source does not belong to the knowledge base."
        raise RefusalError(422, msg)
    going = going_jobs(account, base, now)
    if going:
        raise RefusalError(409, f"Indexing job {going[0].uuid} has not ended yet.")
    sources = [base.sources[uuid] for uuid in uuids]
    run = Run(
        uuid=account.identities.make(),
        knowledge_base_uuid=base.uuid,
        created_at=now,
        sources=tuple(_plan_run(account, base, it, store, now) for it in sources),
    )
    account.jobs.add(run)
    return run.at(now)


def going_jobs(account: Account, base: KnowledgeBase, now: int) -> list[Job]:
    """List the jobs of a knowledge base that have not ended, newest first."""
    return [job for job in account.jobs.of_base(base.uuid, now) if is_going(job)]


def last_job(account: Account, base: KnowledgeBase, now: int) -> Job | None:
    """Give the newest job of a knowledge base, if it has one."""
    return next(account.jobs.of_base(base.uuid, now), None)


def last_indexing(
    account: Account, base: KnowledgeBase, uuid: str, now: int
) -> Mapping[str, object] | None:
    """Give a source's part in the newest job that has got to it, if one has."""
    parts = (
        part
        for job in account.jobs.of_base(base.uuid, now)
        for part in indexed_sources(job)
        # Of a cancelled job, some sources may never have had their turn.
        if part["data_source_uuid"] == uuid and "started_at" in part
    )
    return next(parts, None)


def is_being_read(account: Account, base: KnowledgeBase, uuid: str, now: int) -> bool:
    """Tell whether a job that has not ended reads a source, or is going to."""
    return any(uuid in source_uuids(job) for job in going_jobs(account, base, now))


def _plan_run(
    account: Account,
    base: KnowledgeBase,
    source: DataSource,
    store: ObjectStore,
    now: int,
) -> SourceRun:
    """Decide what will come of a source in a job that starts now."""
    plan = account.plans.get(source.uuid, SourcePlan())
    seconds = _SECONDS if plan.seconds is None else plan.seconds
    files, size = source.measure()
    stored = store.find(source.object_key, account.index) if source.object_key else None
    part = last_indexing(account, base, source.uuid, now)
    return SourceRun(
        uuid=source.uuid,
        files=files,
        # A file is as large as it is, whatever its data source says.
        size=size if stored is None else stored.size,
        duration=round(seconds * SECOND),
        is_unchanged=part is not None and _has_seen(part, source, stored),
        failure=plan if plan.error_msg else _own_failure(source, stored),
    )


def _has_seen(
    part: Mapping[str, object], source: DataSource, stored: StoredObject | None
) -> bool:
    """Tell whether a source was indexed as it is now."""
    changed_at = max(source.updated_at, 0 if stored is None else stored.at)
    is_indexed = part["status"] in _INDEXED
    return is_indexed and changed_at <= moment(str(part["started_at"]))


def _own_failure(source: DataSource, stored: StoredObject | None) -> SourcePlan | None:
    """Tell why a source cannot be read, if it cannot."""
    if source.object_key is not None and stored is None:
        return _NOT_UPLOADED
    return _NO_HOST if source.leads_nowhere else None
