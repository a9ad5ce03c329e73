"""Calls through a proxy that harms half of the connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from gradient_async import (
    Client,
    DeadlineExceededError,
    OutcomeUnknownError,
    TransportError,
)
from gradient_async.emulator import Emulator
from tests.support.toxic_proxy import TOXICS, Toxic, ToxicProxy

TIMEOUT = 30.0
KNOWN = (DeadlineExceededError, OutcomeUnknownError, TransportError)

Use = Callable[[Client, Emulator], Awaitable[None]]


async def get(client: Client, api: Emulator) -> None:
    """Fetch a list, ten times at once."""
    calls = (client.regions.list() for _ in range(10))
    results = await asyncio.gather(*calls, return_exceptions=True)
    errors = [it for it in results if isinstance(it, BaseException)]

    assert [] == [it for it in errors if not isinstance(it, KNOWN)]


async def post(client: Client, api: Emulator) -> None:
    """Create schedules, each of which the API accepts at most once."""
    bases = [base.uuid async for base in client.knowledge_bases.list()]
    before = len(api.requests)
    for base in bases[:5]:
        with suppress(*KNOWN):
            await client.scheduled_indexing.create(base, days=[1], time="06:30")
    posts = [it for it in api.requests[before:] if it.method == "POST"]
    created = [it for it in posts if it.status == 200]

    # A second one would be refused as a conflict, which nothing here expects.
    assert 0 < len(created) == len(posts) <= len(bases[:5])


async def paginate(client: Client, api: Emulator) -> None:
    """Read a list of several pages, and go on where it fails."""
    seen: list[str] = []
    jobs = client.iter_indexing_jobs(per_page=7)
    for _ in range(20):
        with suppress(*KNOWN):
            async for job in jobs:
                seen.append(job.uuid)

    assert 60 == len(seen) == len(set(seen))


@pytest.mark.parametrize("use", [get, post, paginate], ids=lambda it: it.__name__)
@pytest.mark.parametrize("toxic", TOXICS, ids=lambda it: it.__name__)
async def test_toxics(toxic: Toxic, use: Use, api: Emulator) -> None:
    """
    Calls succeed or fail as documented, within their deadline.

    No item is lost or repeated, nothing is created twice, and no connection stays.
    """
    waits: list[float] = []
    async with ToxicProxy(api.url, toxic, seed=1) as proxy:
        client = Client(
            api.token,
            base_url=proxy.url,
            timeout=TIMEOUT,
            on_attempt=lambda it: waits.append(it.waited + it.seconds),
        )
        async with client:
            await use(client, api)
            transport = client._caller.transport
            connector = transport._own.connector  # type: ignore[attr-defined]
            assert set() == connector._acquired
            assert 0 == client._caller.lifetime.running

    assert max(waits) < TIMEOUT + 1.0
