"""Closing the client while jobs are waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest

from gradient_async import Client, ClientClosedError, IndexingJob
from gradient_async.emulator import Emulator, Fault
from gradient_async.resources import IndexingJobs

Waiting: TypeAlias = Callable[[IndexingJobs, tuple[str, ...]], Awaitable[object]]
"""Something that waits for jobs until they have ended."""


async def drain(stream: AsyncIterator[IndexingJob]) -> None:
    """Take all that comes."""
    async for _ in stream:
        pass


WAYS: dict[str, Waiting] = {
    "watch": lambda jobs, uuids: drain(jobs.watch(uuids[0])),
    "wait": lambda jobs, uuids: jobs.wait(uuids[0]),
    "wait_all": lambda jobs, uuids: jobs.wait_all(uuids),
    "as_completed": lambda jobs, uuids: drain(jobs.as_completed(uuids)),
    "wait, cancelling": lambda jobs, uuids: jobs.wait(
        uuids[0], timeout=300, cancel_on_timeout=True
    ),
    "as_completed, cancelling": lambda jobs, uuids: drain(
        jobs.as_completed(uuids, timeout=300, cancel_on_timeout=True)
    ),
}

EACH_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def now() -> float:
    """Give the virtual time."""
    return asyncio.get_running_loop().time()


async def running_jobs(client: Client) -> tuple[str, ...]:
    """Give the ids of jobs that run on."""
    found = client.indexing_jobs.list(phases="running")
    uuids = tuple([job.uuid async for job in found])
    assert len(uuids) > 1
    return uuids


@EACH_WAY
@pytest.mark.parametrize("after", [0.5, 100.0, 299.95])
async def test_closing_ends_the_waiting(
    after: float, way: Waiting, api: Emulator
) -> None:
    """A wait that sleeps ends at once when its client is closed, and asks no more."""
    client = Client(api.token, base_url=api.url)
    uuids = await running_jobs(client)
    began = now()
    waiting = asyncio.ensure_future(way(client.indexing_jobs, uuids))
    await asyncio.sleep(after)
    asked = len(api.requests)
    assert 0 == api.in_flight
    assert not waiting.done()
    await client.aclose()
    with pytest.raises(ClientClosedError, match="the client was closed meanwhile"):
        await waiting

    assert after == pytest.approx(now() - began, abs=0.01)
    assert asked == len(api.requests)


@EACH_WAY
async def test_closing_ends_a_look(way: Waiting, api: Emulator) -> None:
    """So does a wait whose look is under way, and which would let failures pass."""
    client = Client(api.token, base_url=api.url)
    uuids = await running_jobs(client)
    waiting = asyncio.ensure_future(way(client.indexing_jobs, uuids))
    await asyncio.sleep(0.5)
    api.fail(Fault(hang=True, times=None))
    await asyncio.sleep(1)
    assert 1 == api.in_flight
    began = now()
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await waiting

    assert began == pytest.approx(now(), abs=0.01)


@EACH_WAY
async def test_waiting_with_a_closed_client(way: Waiting, api: Emulator) -> None:
    """With a client that is closed, no wait begins."""
    client = Client(api.token, base_url=api.url)
    await client.aclose()
    with pytest.raises(ClientClosedError, match="the client is closed"):
        await way(client.indexing_jobs, ("a", "b"))

    assert [] == api.requests


async def test_closing_between_two_items(api: Emulator) -> None:
    """A loop that was left does not go on with a closed client."""
    client = Client(api.token, base_url=api.url)
    first, *_ = await running_jobs(client)
    watch = client.indexing_jobs.watch(first)
    await anext(watch)
    asked = len(api.requests)
    await client.aclose()
    for _ in range(2):
        with pytest.raises(ClientClosedError):
            await anext(watch)

    assert asked == len(api.requests)
