"""Waiting for jobs, through the client and the emulator's moving jobs."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from gradient_async import (
    Client,
    ConfigurationError,
    IndexingJobPhase,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.emulator import Emulator, Fault

Phase = IndexingJobPhase

LIST = "/v2/gen-ai/indexing_jobs"
BUCKET = SpacesDataSource(bucket_name="handbook", region="nyc3")
CRAWLER = WebCrawlerDataSource(base_url="https://docs.example.invalid/")


async def create_base(
    client: Client, *sources: SpacesDataSource | WebCrawlerDataSource
) -> tuple[str, list[str]]:
    """Create a knowledge base; return its id and those of its data sources."""
    models = await client.models.list(usecases="knowledgebase")
    base = await client.knowledge_bases.create(
        "Handbook", embedding_model_uuid=models.items[0].uuid, region="tor1"
    )
    made = [await client.data_sources.create(base.uuid, it) for it in sources]
    return base.uuid, [source.uuid for source in made]


def count_requests(api: Emulator, method: str, path: str) -> int:
    """Count the requests with this method and path prefix."""
    return sum(
        request.method == method and request.path.startswith(path)
        for request in api.requests
    )


async def test_watch(api: Emulator, client: Client) -> None:
    """The job is yielded at once, on each change, and last when finished."""
    base, sources = await create_base(client, BUCKET, BUCKET, BUCKET)
    for source in sources:
        api.plan_source(source, seconds=30)
    started = await client.indexing_jobs.create(base)

    states = [job async for job in client.indexing_jobs.watch(started.uuid)]

    assert Phase.PENDING is states[0].phase
    assert [0, 1, 2, 3] == sorted({job.completed_datasources for job in states})
    assert all(one != other for one, other in itertools.pairwise(states))
    assert [False] * (len(states) - 1) + [True] == [job.is_finished for job in states]
    assert timedelta(seconds=90) == states[-1].duration


async def test_run(api: Emulator, client: Client) -> None:
    """One job is started for these data sources, and returned once finished."""
    base, (first, _) = await create_base(client, BUCKET, CRAWLER)

    job = await client.indexing_jobs.run(base, data_source_uuids=[first])

    assert job.succeeded
    assert (first,) == job.data_source_uuids
    assert 1 == count_requests(api, "POST", LIST)


@pytest.mark.parametrize("seconds", [0, -1, None, float("inf"), float("nan"), "60"])
async def test_invalid_timeouts(seconds: float, api: Emulator, client: Client) -> None:
    """An invalid timeout is refused before anything is sent."""
    jobs = client.indexing_jobs

    with pytest.raises(ConfigurationError, match="timeout"):
        await jobs.run("a", timeout=seconds)
    with pytest.raises(ConfigurationError, match="timeout"):
        await jobs.wait("a", timeout=seconds)
    with pytest.raises(ConfigurationError, match="timeout"):
        await jobs.wait_all(["a"], timeout=seconds)
    with pytest.raises(ConfigurationError, match="timeout"):
        jobs.watch("a", timeout=seconds)
    with pytest.raises(ConfigurationError, match="timeout"):
        jobs.as_completed(["a"], timeout=seconds)

    assert [] == api.requests


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4, 0.8])
async def test_slow_last_poll(delay: float, api: Emulator, client: Client) -> None:
    """A job that finished in time is returned even if responses have slowed down."""
    base, (source,) = await create_base(client, BUCKET)
    api.plan_source(source, seconds=110)
    started = await client.indexing_jobs.create(base)
    waiting = asyncio.ensure_future(
        client.indexing_jobs.wait(started.uuid, timeout=120)
    )
    await asyncio.sleep(111)

    api.fail(Fault(delay=max(delay, 0.001), method="GET", times=None))
    job = await waiting

    assert job.succeeded
