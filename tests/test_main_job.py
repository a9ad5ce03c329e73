"""The main use: every indexing job, across all pages, from a real server."""

from __future__ import annotations

import asyncio
import pickle

import pytest

from gradient_async import (
    Client,
    DecodeError,
    IndexingJobStatus,
    PaginationError,
    RateLimit,
    ServerError,
)
from gradient_async.emulator import Emulator, Fault
from tests.support.streams import take

LIST = "/v2/gen-ai/indexing_jobs"


@pytest.mark.parametrize("prefetch", [1, 4, 16])
@pytest.mark.parametrize("growth", [0, 500], ids=["quiet", "growing"])
async def test_streams_every_job(prefetch: int, growth: int) -> None:
    """Each of 5,000 jobs is yielded once, in order, even while 500 more appear."""
    async with Emulator(jobs=5000, latency=0.1, jitter=0.1) as api:
        uuids = api.job_uuids()
        if growth:
            api.grow(growth, per_request=20)
        async with Client(api.token, base_url=api.url) as client:
            jobs = client.iter_indexing_jobs(prefetch=prefetch)
            streamed = [job.uuid async for job in jobs]
        grown = len(api.job_uuids()) - len(uuids)

    assert list(uuids) == streamed
    assert growth == grown
    assert not jobs.drift


async def test_jobs_have_the_fields_of_the_server(
    api: Emulator, client: Client
) -> None:
    """The fields of a job are those that the server sent."""
    for raw, job in zip(
        api.jobs(), await client.iter_indexing_jobs().collect(), strict=True
    ):
        assert raw["uuid"] == job.uuid
        assert raw["knowledge_base_uuid"] == job.knowledge_base_uuid
        assert raw["phase"] == job.phase
        assert raw["status"] == job.status
        assert int(str(raw["total_tokens"])) == job.total_tokens
        assert raw["data_source_uuids"] == list(job.data_source_uuids)
        assert (raw.get("finished_at") is None) == (job.finished_at is None)


async def test_sends_nothing_before_the_first_item(
    api: Emulator, client: Client
) -> None:
    """Creating the stream sends no request."""
    client.iter_indexing_jobs()
    await asyncio.sleep(1)

    assert [] == api.requests


@pytest.mark.parametrize("per_page", [4, 200])
async def test_break_leaves_nothing(per_page: int) -> None:
    """After a break at item 10, no task is left and no request is in flight."""
    async with Emulator(jobs=5000, latency=0.5) as api:
        async with Client(api.token, base_url=api.url) as client:
            mine = asyncio.all_tasks()
            await take(client.iter_indexing_jobs(per_page=per_page), 10)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            left = asyncio.all_tasks() - mine
            # The server has tasks of its own, one for each connection and request.
            assert not [task for task in left if "RequestHandler" not in repr(task)]
            assert "0 calls" in repr(client)
            await asyncio.sleep(5)
            assert 0 == api.in_flight
    pages = {request.query["page"] for request in api.requests}
    # At 4 a page, item 10 is on page 3: two pages read, and 4 prefetched.
    assert len(pages) <= (1 if per_page == 200 else 2 + 4)


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_failed_page(prefetch: int) -> None:
    """Page 7 of 20 raises after the items of page 6; iterating on requests it again."""
    async with Emulator(jobs=4000, limits=None) as api:
        api.fail(Fault(status=501, page=7, times=2))
        async with Client(api.token, base_url=api.url) as client:
            jobs = client.iter_indexing_jobs(prefetch=prefetch)
            streamed = []
            for _ in range(2):
                with pytest.raises(ServerError):
                    async for job in jobs:
                        streamed.append(job.uuid)
                assert 6 * 200 == len(streamed)
            async for job in jobs:
                streamed.append(job.uuid)

    assert list(api.job_uuids()) == streamed


async def test_position_survives_pickle() -> None:
    """A pickled position resumes in another client, even after the list has grown."""
    async with Emulator(jobs=1000, limits=None) as api:
        uuids = api.job_uuids()
        async with Client(api.token, base_url=api.url) as client:
            jobs = client.iter_indexing_jobs()
            first = await jobs.collect(max_items=450)
            kept = pickle.dumps(jobs.position)
        api.add_jobs(333)
        async with Client(api.token, base_url=api.url) as client:
            rest = await client.iter_indexing_jobs(start=pickle.loads(kept)).collect()

    assert list(uuids) == [job.uuid for job in first + rest]


async def test_filters(api: Emulator, client: Client) -> None:
    """Filters keep the matching jobs, and no others."""
    everything = await client.iter_indexing_jobs().collect()
    base = everything[0].knowledge_base_uuid
    middle = everything[30].created_at
    assert middle is not None

    failed = client.iter_indexing_jobs(statuses=["failed", IndexingJobStatus.PARTIAL])
    of_base = client.iter_indexing_jobs(knowledge_base_uuid=base)
    running = client.iter_indexing_jobs(phases="running")
    newer = client.iter_indexing_jobs(created_after=middle, max_items=20)
    older = client.iter_indexing_jobs(created_before=middle)

    bad = {IndexingJobStatus.FAILED, IndexingJobStatus.PARTIAL}
    assert [j for j in everything if j.status in bad] == await failed.collect()
    assert [
        j for j in everything if j.knowledge_base_uuid == base
    ] == await of_base.collect()
    assert [
        j for j in everything if "RUNNING" in j.phase.value
    ] == await running.collect()
    assert everything[:20] == await newer.collect()
    assert everything[31:] == await older.collect()


async def test_accounts_do_not_mix() -> None:
    """Each token lists the jobs of its own account."""
    async with Emulator(jobs=30, accounts=2) as api:
        for token in api.tokens:
            async with Client(token, base_url=api.url) as client:
                jobs = await client.iter_indexing_jobs().collect()
            assert list(api.job_uuids(token)) == [job.uuid for job in jobs]


async def test_a_repeated_page() -> None:
    """A server that repeats a page yields its job once, then raises."""
    body = (
        b'{"jobs": [{"uuid": "u"}], "meta": {"page": 123, "pages": 123, "total": 123},'
        b' "links": {"pages": {"next": "example string"}}}'
    )
    async with Emulator(jobs=1) as api:
        api.fail(Fault(body=body, times=None))
        async with Client(api.token, base_url=api.url) as client:
            streamed = []
            with pytest.raises(PaginationError) as caught:
                async for job in client.iter_indexing_jobs():
                    streamed.append(job.uuid)

    assert ["u"] == streamed
    assert (2, LIST) == (caught.value.page, caught.value.path)


async def test_concurrent_streams() -> None:
    """Streams that share a client do not affect each other."""
    async with Emulator(jobs=450, limits=None, jitter=0.2) as api:
        client = Client(api.token, base_url=api.url, rate_limit=RateLimit(None))
        async with client:
            streams = await asyncio.gather(
                *(client.iter_indexing_jobs(per_page=50).collect() for _ in range(8))
            )

    for jobs in streams:
        assert list(api.job_uuids()) == [job.uuid for job in jobs]


async def test_a_response_without_a_list(api: Emulator, client: Client) -> None:
    """JSON from another service is an error, not an empty list of jobs."""
    api.fail(Fault(body=b'{"status": "please log in"}'))

    with pytest.raises(DecodeError, match="neither") as caught:
        await client.iter_indexing_jobs().collect()

    assert LIST == caught.value.path
    assert api.requests[0].request_id == caught.value.request_id
