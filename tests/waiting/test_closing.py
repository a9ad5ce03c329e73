"""Closing the client while jobs are being waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest

from gradient_async import Client, ClientClosedError, IndexingJob
from gradient_async.emulator import Emulator, Fault
from gradient_async.resources import IndexingJobs
from tests.support.virtual_time import now

WaitMethod: TypeAlias = Callable[[IndexingJobs, tuple[str, ...]], Awaitable[object]]
"""A call that waits until jobs have finished."""


async def drain(stream: AsyncIterator[IndexingJob]) -> None:
    """Consume the stream."""
    async for _ in stream:
        pass


METHODS: dict[str, WaitMethod] = {
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

EACH_METHOD = pytest.mark.parametrize(
    "wait_method", METHODS.values(), ids=METHODS.keys()
)


async def running_jobs(client: Client) -> tuple[str, ...]:
    """Return the ids of jobs that never finish."""
    found = client.indexing_jobs.list(phases="running")
    uuids = tuple([job.uuid async for job in found])
    assert len(uuids) > 1
    return uuids


@EACH_METHOD
@pytest.mark.parametrize("after", [0.5, 100.0, 299.95])
async def test_closing_ends_a_sleeping_wait(
    after: float, wait_method: WaitMethod, api: Emulator
) -> None:
    """Closing the client ends a sleeping wait at once, without more requests."""
    client = Client(api.token, base_url=api.url)
    uuids = await running_jobs(client)
    started = now()
    waiting = asyncio.ensure_future(wait_method(client.indexing_jobs, uuids))
    await asyncio.sleep(after)
    requests_before = len(api.requests)
    assert 0 == api.in_flight
    assert not waiting.done()
    await client.aclose()
    with pytest.raises(ClientClosedError, match="client was closed during the call"):
        await waiting

    assert after == pytest.approx(now() - started, abs=0.01)
    assert requests_before == len(api.requests)


@EACH_METHOD
async def test_closing_ends_a_running_poll(
    wait_method: WaitMethod, api: Emulator
) -> None:
    """Closing also ends a poll in progress, although failures are tolerated."""
    client = Client(api.token, base_url=api.url)
    uuids = await running_jobs(client)
    waiting = asyncio.ensure_future(wait_method(client.indexing_jobs, uuids))
    await asyncio.sleep(0.5)
    api.fail(Fault(hang=True, times=None))
    await asyncio.sleep(1)
    assert 1 == api.in_flight
    started = now()
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await waiting

    assert started == pytest.approx(now(), abs=0.01)


@EACH_METHOD
async def test_waiting_with_a_closed_client(
    wait_method: WaitMethod, api: Emulator
) -> None:
    """With a closed client, no wait starts."""
    client = Client(api.token, base_url=api.url)
    await client.aclose()
    with pytest.raises(ClientClosedError, match="the client is closed"):
        await wait_method(client.indexing_jobs, ("a", "b"))

    assert [] == api.requests


async def test_closing_between_two_items(api: Emulator) -> None:
    """An iteration does not continue once its client is closed."""
    client = Client(api.token, base_url=api.url)
    first, *_ = await running_jobs(client)
    watch = client.indexing_jobs.watch(first)
    await anext(watch)
    requests_before = len(api.requests)
    await client.aclose()
    for _ in range(2):
        with pytest.raises(ClientClosedError):
            await anext(watch)

    assert requests_before == len(api.requests)
