"""The public face, used as callers use it: every type is what they would expect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import assert_type

from gradient_async import (
    JSON,
    Client,
    IndexedDataSource,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    Page,
    Paginator,
    Position,
    RateLimit,
    RetryPolicy,
    StatusError,
    Window,
)


async def stream(client: Client) -> None:
    """Stream jobs, a page at a time too."""
    jobs = client.iter_indexing_jobs(statuses=["failed"], max_items=10)
    assert_type(jobs, Paginator[IndexingJob])
    async for job in jobs:
        assert_type(job, IndexingJob)
    assert_type(jobs.pages(), AsyncIterator[Page[IndexingJob]])
    async for page in client.indexing_jobs.list().pages():
        assert_type(page.items, tuple[IndexingJob, ...])
        assert_type(page.total, int | None)
    assert_type(await jobs, Page[IndexingJob])
    assert_type(await jobs.collect(), list[IndexingJob])
    assert_type(jobs.position, Position)
    assert_type(jobs.total, int | None)


async def read(client: Client) -> None:
    """Read one job."""
    job = await client.indexing_jobs.get("uuid")
    assert_type(job.status, IndexingJobStatus)
    assert_type(job.phase, IndexingJobPhase)
    assert_type(job.total_tokens, int)
    assert_type(job.created_at, datetime | None)
    assert_type(job.duration, timedelta | None)
    assert_type(job.failed_sources, tuple[IndexedDataSource, ...])
    assert_type(await client.request("GET", "/v2/gen-ai/agents"), JSON)


async def token() -> str:
    """Give a token."""
    return "token"


async def open_clients() -> None:
    """Open clients in every way."""
    async with Client() as client:
        assert_type(client, Client)
    Client(lambda: "token", rate_limit=RateLimit(None))
    Client(token, rate_limit=RateLimit([Window(25, 1.0)]), retry=RetryPolicy())


def explain(error: StatusError) -> None:
    """Look into an error."""
    assert_type(error.status, int)
    assert_type(error.retry_after, float | None)
    assert_type(error.request_id, str | None)
    assert_type(error.elapsed, float)
