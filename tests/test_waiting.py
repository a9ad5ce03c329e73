"""Waiting for jobs, from the client down to the emulator's moving jobs."""

from __future__ import annotations

import asyncio
import itertools
import logging
import pickle
from datetime import timedelta

import pytest
import pytest_asyncio

from gradient_async import (
    Client,
    ConfigurationError,
    ConflictError,
    IndexingJobFailedError,
    IndexingJobPhase,
    IndexingJobRunningError,
    IndexingJobStatus,
    IndexingJobTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimit,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.emulator import Emulator, Fault
from tests.support.streams import take

Phase = IndexingJobPhase
Status = IndexingJobStatus

LIST = "/v2/gen-ai/indexing_jobs"
BUCKET = SpacesDataSource(bucket_name="handbook", region="nyc3")
CRAWLER = WebCrawlerDataSource(base_url="https://docs.example.invalid/")


def now() -> float:
    """Give the virtual time."""
    return asyncio.get_running_loop().time()


async def make_base(
    client: Client, *sources: SpacesDataSource | WebCrawlerDataSource
) -> tuple[str, list[str]]:
    """Make a knowledge base, and give its id and those of its data sources."""
    models = await client.models.list(usecases="knowledgebase")
    base = await client.knowledge_bases.create(
        "Handbook", embedding_model_uuid=models.items[0].uuid, region="tor1"
    )
    made = [await client.data_sources.create(base.uuid, it) for it in sources]
    return base.uuid, [source.uuid for source in made]


def sent(api: Emulator, method: str, path: str) -> int:
    """Count the requests of this method whose path begins so."""
    return sum(
        request.method == method and request.path.startswith(path)
        for request in api.requests
    )


@pytest_asyncio.fixture
async def crowd(api: Emulator, client: Client) -> dict[str, float]:
    """Let 100 jobs end evenly over 60 s, before 1,000 others; give when each ends."""
    api.add_jobs(1000)
    ends: dict[str, float] = {}
    async with Client(api.token, base_url=api.url, rate_limit=RateLimit(None)) as maker:
        for number in range(100):
            base, (source,) = await make_base(maker, BUCKET)
            # Each job is pending for 2 s before its source is read.
            seconds = 0.1 + number * 0.58
            api.plan_source(source, seconds=seconds)
            job = await maker.indexing_jobs.create(base)
            ends[job.uuid] = now() + 2 + seconds
    api.requests.clear()
    return ends


async def test_as_completed_gives_jobs_as_they_end(
    api: Emulator, client: Client, crowd: dict[str, float]
) -> None:
    """A hundred jobs cost one list page a round and no get, and come as they end."""
    began = now()
    found: dict[str, float] = {}
    async for job in client.indexing_jobs.as_completed(crowd):
        assert job.succeeded
        found[job.uuid] = now()
    pages = [request.query["page"] for request in api.requests]

    assert list(crowd) == list(found)
    # One page a round: each round begins with the first, and none reads on.
    assert {"1"} == set(pages)
    assert len(pages) == sent(api, "GET", LIST) == len(api.requests) < 20
    assert 0 == sent(api, "GET", LIST + "/")
    for uuid, end in crowd.items():
        # Each pause is half as long as all before it and 1 s together; chance makes
        # of them 0.8 to 1.2 times as much.
        assert end <= found[uuid] <= end + 1.2 + 0.75 * (end - began)


async def test_wait_all_gives_the_order_asked_for(
    api: Emulator, client: Client, crowd: dict[str, float]
) -> None:
    """Waiting for all gives them in the order given, one page a round and no get."""
    uuids = sorted(crowd)

    jobs = await client.indexing_jobs.wait_all(uuids)

    assert uuids == [job.uuid for job in jobs]
    assert {"1"} == {request.query["page"] for request in api.requests}
    assert len(api.requests) < 20


async def test_watch_gives_each_change(api: Emulator, client: Client) -> None:
    """Watching gives a job at once and on every change, and ends with its end."""
    base, sources = await make_base(client, BUCKET, BUCKET, BUCKET)
    for source in sources:
        api.plan_source(source, seconds=30)
    started = await client.indexing_jobs.create(base)

    seen = [job async for job in client.indexing_jobs.watch(started.uuid)]

    assert Phase.PENDING is seen[0].phase
    assert [0, 1, 2, 3] == sorted({job.completed_datasources for job in seen})
    assert all(one != other for one, other in itertools.pairwise(seen))
    assert [False] * (len(seen) - 1) + [True] == [job.is_finished for job in seen]
    assert timedelta(seconds=90) == seen[-1].duration


async def test_wait_gives_the_finished_job(client: Client) -> None:
    """Waiting gives the job as it is at its end."""
    base, _ = await make_base(client, BUCKET)
    started = await client.indexing_jobs.create(base)

    job = await client.indexing_jobs.wait(started.uuid)

    assert (Phase.SUCCEEDED, Status.COMPLETED) == (job.phase, job.status)
    assert job.succeeded


async def test_a_failed_job_is_an_error(client: Client) -> None:
    """A job that failed raises, with the job, and each source's code and details."""
    base, (source,) = await make_base(client, CRAWLER)
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


async def test_a_failed_job_without_check(client: Client) -> None:
    """With check=False a failed job is given like any other."""
    base, _ = await make_base(client, CRAWLER)
    started = await client.indexing_jobs.create(base)

    job = await client.indexing_jobs.wait(started.uuid, check=False)

    assert Phase.FAILED is job.phase
    assert not job.succeeded


async def test_a_cancelled_job_is_an_error(client: Client) -> None:
    """A job that somebody cancels while it is waited for raises."""
    base, _ = await make_base(client, BUCKET)
    started = await client.indexing_jobs.create(base)
    waiting = asyncio.ensure_future(client.indexing_jobs.wait(started.uuid))
    await asyncio.sleep(3)

    await client.indexing_jobs.cancel(started.uuid)
    with pytest.raises(IndexingJobFailedError, match="cancelled") as caught:
        await waiting

    assert Phase.CANCELLED is caught.value.job.phase


async def test_a_partial_job_is_given_with_a_warning(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A partial job is given, and the log warns of the sources that failed."""
    base, (_, bad) = await make_base(client, BUCKET, CRAWLER)

    with caplog.at_level(logging.WARNING, "gradient_async"):
        job = await client.indexing_jobs.run(base)

    assert job.is_partial
    assert not job.succeeded
    assert [bad] == [source.data_source_uuid for source in job.failed_sources]
    assert any(bad in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("seconds", [0.5, 5.0, 61.0])
async def test_the_deadline_is_not_overshot(
    seconds: float, api: Emulator, client: Client
) -> None:
    """Waiting ends when its time is up, even while the server is silent."""
    base, (source,) = await make_base(client, BUCKET)
    api.plan_source(source, seconds=1000)
    started = await client.indexing_jobs.create(base)
    began = now()

    with pytest.raises(IndexingJobTimeoutError, match=started.uuid) as caught:
        await client.indexing_jobs.wait(started.uuid, timeout=seconds)

    assert seconds - 0.5 <= now() - began <= seconds + 0.01
    assert [started.uuid] == [job.uuid for job in caught.value.jobs]
    assert isinstance(caught.value, TimeoutError)


async def test_the_deadline_holds_while_the_server_hangs(
    api: Emulator, client: Client
) -> None:
    """A request without an answer does not make the waiting longer."""
    base, _ = await make_base(client, BUCKET)
    started = await client.indexing_jobs.create(base)
    api.fail(Fault(hang=True, method="GET", times=None))
    began = now()

    with pytest.raises(IndexingJobTimeoutError):
        await client.indexing_jobs.wait(started.uuid, timeout=7)

    assert 7.0 == pytest.approx(now() - began, abs=0.01)


async def test_a_timeout_can_cancel_the_job(api: Emulator, client: Client) -> None:
    """With cancel_on_timeout, the job is cancelled when its time is up."""
    base, (source,) = await make_base(client, BUCKET)
    api.plan_source(source, seconds=1000)

    with pytest.raises(IndexingJobTimeoutError) as caught:
        await client.indexing_jobs.run(base, timeout=10, cancel_on_timeout=True)
    (job,) = caught.value.jobs

    assert Phase.CANCELLED is job.phase
    assert Phase.CANCELLED is (await client.indexing_jobs.get(job.uuid)).phase


async def test_a_timeout_leaves_the_job_alone(api: Emulator, client: Client) -> None:
    """Without it, nothing is cancelled."""
    base, (source,) = await make_base(client, BUCKET)
    api.plan_source(source, seconds=1000)

    with pytest.raises(IndexingJobTimeoutError) as caught:
        await client.indexing_jobs.run(base, timeout=10)
    (job,) = caught.value.jobs

    assert 0 == sent(api, "PUT", LIST)
    assert Phase.RUNNING is (await client.indexing_jobs.get(job.uuid)).phase


@pytest.mark.parametrize("phase", ["", '"phase": "BATCH_JOB_PHASE_DREAMING",'])
async def test_an_unknown_phase_does_not_wait_for_ever(
    phase: str, api: Emulator, client: Client
) -> None:
    """A job whose phase is missing or new ends the waiting, by default in an hour."""
    body = b'{"job": {%b "uuid": "a"}}' % phase.encode()
    api.fail(Fault(body=body, path=f"{LIST}/*", times=None))
    began = now()

    with pytest.raises(IndexingJobTimeoutError, match="unknown to this version"):
        await client.indexing_jobs.wait("a")

    assert 3600.0 == pytest.approx(now() - began, abs=1)


async def test_an_outage_is_waited_out(api: Emulator, client: Client) -> None:
    """Failures that pass do not end the waiting once it has begun well."""
    base, (source,) = await make_base(client, BUCKET)
    api.plan_source(source, seconds=60)
    started = await client.indexing_jobs.create(base)
    waiting = asyncio.ensure_future(client.indexing_jobs.wait(started.uuid))
    await asyncio.sleep(5)

    api.fail(Fault(status=503, times=8))
    job = await waiting

    assert job.succeeded


async def test_a_job_that_is_not_there(client: Client) -> None:
    """Waiting for an unknown id raises at once."""
    began = now()

    with pytest.raises(NotFoundError):
        await client.indexing_jobs.wait("nothing")
    with pytest.raises(NotFoundError):
        await client.indexing_jobs.wait_all(["nothing", "nowhere"])

    assert now() == pytest.approx(began, abs=0.01)


async def test_run_starts_and_waits(api: Emulator, client: Client) -> None:
    """Running starts one job, of the sources asked for, and gives it at its end."""
    base, (first, _) = await make_base(client, BUCKET, CRAWLER)

    job = await client.indexing_jobs.run(base, data_source_uuids=[first])

    assert job.succeeded
    assert (first,) == job.data_source_uuids
    assert 1 == sent(api, "POST", LIST)


async def test_run_refuses_a_second_job(api: Emulator, client: Client) -> None:
    """Where a job is running, none is started, and the error names it."""
    base, _ = await make_base(client, BUCKET)
    first = await client.indexing_jobs.create(base)

    with pytest.raises(IndexingJobRunningError, match=first.uuid) as caught:
        await client.indexing_jobs.run(base)

    assert first.uuid == caught.value.job.uuid
    assert 1 == sent(api, "POST", LIST)


async def test_run_names_a_job_that_was_quicker(api: Emulator, client: Client) -> None:
    """A job that somebody else starts in between is named too."""
    base, _ = await make_base(client, BUCKET)
    jobs = f"/v2/gen-ai/knowledge_bases/{base}/indexing_jobs"
    # The first look sees nothing of the job that the server then refuses for.
    api.fail(Fault(body=b'{"jobs": [], "meta": {}}', path=jobs))
    first = await client.indexing_jobs.create(base)

    with pytest.raises(IndexingJobRunningError, match=first.uuid):
        await client.indexing_jobs.run(base)

    assert 2 == sent(api, "POST", LIST)


async def test_run_passes_other_conflicts_on(api: Emulator, client: Client) -> None:
    """A conflict that no running job explains comes out as it is."""
    base, _ = await make_base(client, BUCKET)
    api.fail(Fault(status=409, method="POST"))

    with pytest.raises(ConflictError):
        await client.indexing_jobs.run(base)


async def test_a_lost_start_is_not_repeated(api: Emulator, client: Client) -> None:
    """A start whose answer is lost was done once, and the job can be found."""
    base, _ = await make_base(client, BUCKET)
    api.fail(Fault(lose=True, method="POST", path=LIST))

    with pytest.raises(OutcomeUnknownError):
        await client.indexing_jobs.run(base)
    page = await client.indexing_jobs.list_for_knowledge_base(base)

    assert 1 == sent(api, "POST", LIST) == len(page.items)


@pytest.mark.parametrize("seconds", [0, -1, None, float("inf"), float("nan"), "60"])
async def test_impossible_timeouts(
    seconds: float, api: Emulator, client: Client
) -> None:
    """A timeout that is none is refused before anything is sent."""
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


async def test_leaving_the_loop_leaves_nothing(api: Emulator, client: Client) -> None:
    """After a break no task runs and no request is under way."""
    base, _ = await make_base(client, BUCKET)
    started = await client.indexing_jobs.create(base)

    await take(client.indexing_jobs.watch(started.uuid), 1)

    assert 0 == api.in_flight
    asked = len(api.requests)
    await asyncio.sleep(100)
    assert asked == len(api.requests)


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4, 0.8])
async def test_an_end_before_a_slow_last_look(
    delay: float, api: Emulator, client: Client
) -> None:
    """A job that ended in time is given, though the answers became slower by then."""
    base, (source,) = await make_base(client, BUCKET)
    api.plan_source(source, seconds=110)
    started = await client.indexing_jobs.create(base)
    waiting = asyncio.ensure_future(
        client.indexing_jobs.wait(started.uuid, timeout=120)
    )
    await asyncio.sleep(111)

    api.fail(Fault(delay=max(delay, 0.001), method="GET", times=None))
    job = await waiting

    assert job.succeeded
