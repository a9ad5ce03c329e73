"""Follow what happens to jobs: to all of them, or to those named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, cast

from gradient_async.changes import Feed, FeedEvent, JobEvent, JobEventKind, JobState
from gradient_async.client import Client
from gradient_async.models import IndexingJob

Put: TypeAlias = Callable[[FeedEvent], None]
"""A function that gets each event."""

_FOREVER: Final = 365 * 86_400.0
"""Seconds for which a job is followed: until it ends."""


async def follow_all(feed: Feed, put: Put) -> None:
    """Pass on every event of a feed, and close it when cancelled."""
    async with feed:
        async for event in feed.listen():
            # Only a heartbeat would be None.
            put(cast(FeedEvent, event))


async def follow_job(
    client: Client, account: str, uuid: str, put: Put, *, seconds: float = _FOREVER
) -> None:
    """
    Pass on each change of a job, until it has ended.

    Raises:
        IndexingJobTimeoutError: The job has not ended within so many seconds.
        NotFoundError: There is no such job.
    """
    previous = None
    async for job in client.indexing_jobs.watch(uuid, timeout=seconds):
        kind = _kind_of(job, is_first=previous is None)
        put(JobEvent(account=account, kind=kind, job=job, previous=previous))
        previous = JobState.of(job)


def _kind_of(job: IndexingJob, *, is_first: bool) -> JobEventKind:
    if job.is_finished:
        return JobEventKind.APPEARED if is_first else JobEventKind.ENDED
    return JobEventKind.RUNNING if is_first else JobEventKind.CHANGED
