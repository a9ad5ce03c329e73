"""Waits for jobs and databases that take no time."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import (
    Client,
    ClientClosedError,
    DatabaseTimeoutError,
    IndexingJob,
    IndexingJobTimeoutError,
    SpacesDataSource,
)
from gradient_async.emulator import AddedKnowledgeBase, Emulator
from gradient_async.testing import skip_waits


@pytest.fixture
def base(api: Emulator) -> AddedKnowledgeBase:
    """Add a knowledge base that no job indexes."""
    return api.add_knowledge_base("handbook", sources=4)


def now() -> float:
    """Return the time of the event loop."""
    return asyncio.get_running_loop().time()


def seconds(job: IndexingJob) -> int:
    """Return how long a job took from its creation to its end."""
    assert job.created_at is not None
    assert job.finished_at is not None
    return round((job.finished_at - job.created_at).total_seconds())


async def test_a_wait_takes_no_time(
    api: Emulator, client: Client, base: AddedKnowledgeBase
) -> None:
    """A job of 34 s is polled as always and ends, while no time passes."""
    started = now()
    with skip_waits(api.advance):
        job = await client.indexing_jobs.run(base.uuid)

    assert 34 == seconds(job)
    assert started == pytest.approx(now(), abs=0.1)
    polls = [it for it in api.requests if it.path.endswith(job.uuid)]
    assert 5 <= len(polls) <= 9


async def test_each_change_is_seen(
    api: Emulator, client: Client, base: AddedKnowledgeBase
) -> None:
    """A watch sees the job progress from pending to completed."""
    job = await client.indexing_jobs.create(base.uuid)
    with skip_waits(api.advance):
        phases = [
            it.phase.short_name async for it in client.indexing_jobs.watch(job.uuid)
        ]

    assert ["pending", "running", "succeeded"] == list(dict.fromkeys(phases))


async def test_a_timeout_takes_no_time(
    api: Emulator, client: Client, base: AddedKnowledgeBase
) -> None:
    """A job that never ends leads to the error after an hour that takes no time."""
    api.plan_source(base.source_uuids[0], seconds=1e6)
    started = now()
    with skip_waits(api.advance):
        with pytest.raises(IndexingJobTimeoutError) as caught:
            await client.indexing_jobs.run(base.uuid, cancel_on_timeout=True)

    assert 3600 == pytest.approx(caught.value.elapsed, abs=1)
    assert ["cancelled"] == [job.phase.short_name for job in caught.value.jobs]
    assert started == pytest.approx(now(), abs=0.1)


async def test_databases() -> None:
    """The wait for a database is skipped too, and so is its timeout."""
    async with Emulator(jobs=0, database_seconds=300) as slow:
        async with Client(slow.token, base_url=slow.url) as client:
            models = await client.models.list(usecases="knowledgebase")
            base = await client.knowledge_bases.create(
                "handbook",
                region="tor1",
                embedding_model_uuid=models.items[0].uuid,
                data_sources=[SpacesDataSource(bucket_name="b", region="tor1")],
            )
            started = now()
            with skip_waits(slow.advance):
                with pytest.raises(DatabaseTimeoutError):
                    await client.knowledge_bases.wait_until_online(
                        base.uuid, timeout=60
                    )
                job = await client.indexing_jobs.run(base.uuid)

    assert job.succeeded
    assert started == pytest.approx(now(), abs=0.1)


async def test_several_waits_at_once(api: Emulator, client: Client) -> None:
    """Waits in several tasks do not disturb each other."""
    bases = [api.add_knowledge_base(f"base {n}", sources=n) for n in range(1, 6)]
    with skip_waits(api.advance):
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(client.indexing_jobs.run(base.uuid, timeout=120))
                for base in bases
            ]

    assert [n * 8 + 2 for n in range(1, 6)] == [seconds(it.result()) for it in tasks]


async def test_skipped_seconds_are_reported(api: Emulator, client: Client) -> None:
    """The pauses add up to the timeout; without a function, nothing moves."""
    uuid = api.add_job(api.add_knowledge_base("handbook"), status="in_progress")
    pauses = list[float]()
    with skip_waits(pauses.append):
        with pytest.raises(IndexingJobTimeoutError):
            await client.indexing_jobs.wait(uuid, timeout=60)
    assert 60 == pytest.approx(sum(pauses), abs=0.5)

    with skip_waits(), pytest.raises(IndexingJobTimeoutError):
        await client.indexing_jobs.wait(uuid, timeout=60)


async def test_afterwards_waits_take_their_time(
    api: Emulator, client: Client, base: AddedKnowledgeBase
) -> None:
    """After the block, also one in a block or with an error, waiting sleeps again."""
    uuid = api.add_job(base, status="pending")
    with pytest.raises(ZeroDivisionError), skip_waits():
        with skip_waits(api.advance):
            pass
        with pytest.raises(IndexingJobTimeoutError):
            await client.indexing_jobs.wait(uuid, timeout=30)
        _ = 1 / 0
    started = now()
    with pytest.raises(IndexingJobTimeoutError):
        await client.indexing_jobs.wait(uuid, timeout=30)

    assert 30 == pytest.approx(now() - started, abs=0.5)


async def test_a_closed_client_ends_the_wait(api: Emulator) -> None:
    """A client that is closed during a wait raises as always."""
    uuid = api.add_job(api.add_knowledge_base("handbook"), status="pending")
    client = Client(api.token, base_url=api.url)
    with skip_waits():
        waiting = asyncio.create_task(client.indexing_jobs.wait(uuid, timeout=3600))
        while not api.requests:
            await asyncio.sleep(0)
        await client.aclose()
        with pytest.raises(ClientClosedError):
            await waiting
