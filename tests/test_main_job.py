"""The main use: every indexing job, across all pages, from a real server."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import (
    Client,
)
from gradient_async.emulator import Emulator
from tests.support.streams import take

LIST = "/v2/gen-ai/indexing_jobs"


@pytest.mark.parametrize("prefetch", [1, 4, 16])
@pytest.mark.parametrize("growth", [0, 200], ids=["quiet", "growing"])
async def test_streams_every_job(prefetch: int, growth: int) -> None:
    """Each of 2,000 jobs is yielded once, in order, even while 200 more appear."""
    async with Emulator(jobs=2000, latency=0.1, jitter=0.1) as api:
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


@pytest.mark.parametrize("per_page", [4, 200])
async def test_break_leaves_nothing(per_page: int) -> None:
    """After a break at item 10, no task is left and no request is in flight."""
    async with Emulator(jobs=1000, latency=0.5) as api:
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
