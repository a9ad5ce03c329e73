"""Waiting for jobs, through the client and the emulator's moving jobs."""

from __future__ import annotations

import asyncio
import itertools
import pickle
from datetime import timedelta

import pytest
import pytest_asyncio

from gradient_async import (
    Client,
    ConfigurationError,
    IndexingJobFailedError,
    IndexingJobPhase,
    IndexingJobStatus,
    IndexingJobTimeoutError,
    NotFoundError,
    RateLimit,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.emulator import Emulator, Fault
from tests.support.virtual_time import now

Phase = IndexingJobPhase
Status = IndexingJobStatus

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


@pytest_asyncio.fixture
async def crowd(api: Emulator, client: Client) -> dict[str, float]:
    """Start 100 jobs that finish over 60 s; return when each of them finishes."""
    api.add_jobs(1000)
    ends: dict[str, float] = {}
    async with Client(
        api.token, base_url=api.url, rate_limit=RateLimit(None)
    ) as creator:
        for number in range(100):
            base, (source,) = await create_base(creator, BUCKET)
            # Each job is pending for 2 s before its data source is read.
            seconds = 0.1 + number * 0.58
            api.plan_source(source, seconds=seconds)
            job = await creator.indexing_jobs.create(base)
            ends[job.uuid] = now() + 2 + seconds
    api.requests.clear()
    return ends


async def test_wait_all(api: Emulator, client: Client, crowd: dict[str, float]) -> None:
    """Jobs are returned in the order given, for one page per round and no `get`."""
    uuids = sorted(crowd)

    jobs = await client.indexing_jobs.wait_all(uuids)

    assert uuids == [job.uuid for job in jobs]
    assert {"1"} == {request.query["page"] for request in api.requests}
    assert len(api.requests) < 20


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


async def test_wait(client: Client) -> None:
    """The finished job is returned."""
    base, _ = await create_base(client, BUCKET)
    started = await client.indexing_jobs.create(base)

    job = await client.indexing_jobs.wait(started.uuid)

    assert (Phase.SUCCEEDED, Status.COMPLETED) == (job.phase, job.status)
    assert job.succeeded


async def test_failed_job(client: Client) -> None:
    """A failed job raises an error that carries the job and its data sources."""
    base, (source,) = await create_base(client, CRAWLER)
    started = await client.indexing_jobs.create(base)

    with pytest.raises(IndexingJobFailedError) as caught:
        await client.indexing_jobs.wait(started.uuid)
    error = caught.value
    (failed,) = error.job.failed_sources

    assert (Phase.FAILED, Status.FAILED) == (error.job.phase, error.job.status)
    assert source == failed.data_source_uuid
    assert failed.error_msg is not None
    assert failed.error_msg in str(error)
    assert error.job == pickle.loads(pickle.dumps(error)).job


async def test_failed_job_without_check(client: Client) -> None:
    """With `check=False` a failed job is returned."""
    base, _ = await create_base(client, CRAWLER)
    started = await client.indexing_jobs.create(base)

    job = await client.indexing_jobs.wait(started.uuid, check=False)

    assert Phase.FAILED is job.phase
    assert not job.succeeded


@pytest.mark.parametrize("seconds", [0.5, 5.0, 61.0])
async def test_deadline(seconds: float, api: Emulator, client: Client) -> None:
    """Waiting ends within half a second before the timeout, and not after it."""
    base, (source,) = await create_base(client, BUCKET)
    api.plan_source(source, seconds=1000)
    started = await client.indexing_jobs.create(base)
    started_at = now()

    with pytest.raises(IndexingJobTimeoutError, match=started.uuid) as caught:
        await client.indexing_jobs.wait(started.uuid, timeout=seconds)

    assert seconds - 0.5 <= now() - started_at <= seconds + 0.01
    assert [started.uuid] == [job.uuid for job in caught.value.jobs]
    assert isinstance(caught.value, TimeoutError)


async def test_cancel_on_timeout(api: Emulator, client: Client) -> None:
    """With `cancel_on_timeout` the job is cancelled at the timeout."""
    base, (source,) = await create_base(client, BUCKET)
    api.plan_source(source, seconds=1000)

    with pytest.raises(IndexingJobTimeoutError) as caught:
        await client.indexing_jobs.run(base, timeout=10, cancel_on_timeout=True)
    (job,) = caught.value.jobs

    assert Phase.CANCELLED is job.phase
    assert Phase.CANCELLED is (await client.indexing_jobs.get(job.uuid)).phase


@pytest.mark.parametrize("phase", ["", '"phase": "BATCH_JOB_PHASE_DREAMING",'])
async def test_unknown_phase(phase: str, api: Emulator, client: Client) -> None:
    """A job with a missing or new phase ends with the timeout, after an hour."""
    body = b'{"job": {%b "uuid": "a"}}' % phase.encode()
    api.fail(Fault(body=body, path=f"{LIST}/*", times=None))
    started_at = now()

    with pytest.raises(IndexingJobTimeoutError, match="unknown to this version"):
        await client.indexing_jobs.wait("a")

    assert 3600.0 == pytest.approx(now() - started_at, abs=1)


async def test_unknown_job(client: Client) -> None:
    """Waiting for an unknown id raises at once."""
    started_at = now()

    with pytest.raises(NotFoundError):
        await client.indexing_jobs.wait("nothing")
    with pytest.raises(NotFoundError):
        await client.indexing_jobs.wait_all(["nothing", "nowhere"])

    assert now() == pytest.approx(started_at, abs=0.01)


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
