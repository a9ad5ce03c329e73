"""Many calls at once, against a server that counts like the real one."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import Client, RateLimit, Window
from gradient_async.emulator import Emulator, ReceivedRequest
from gradient_async.emulator import Window as ServerWindow

CALLS = 600

# The server takes 25 a second until 100 are in, and goes on 10 s after the first:
# the last 25 of 600 can come 53 s after the first, at the earliest.
IDEAL = 53.0


async def call_all_at_once(api: Emulator, rate_limit: RateLimit) -> None:
    """Make 600 calls at once, each with its number in the path."""
    client = Client(api.token, base_url=api.url, timeout=120.0, rate_limit=rate_limit)
    async with client:
        calls = (
            client.request("GET", f"/v2/gen-ai/indexing_jobs/job-{number}")
            for number in range(CALLS)
        )
        await asyncio.gather(*calls, return_exceptions=True)


def number_of(request: ReceivedRequest) -> int:
    """Give the number in the path."""
    return int(request.path.rpartition("-")[2])


@pytest.mark.parametrize("count_refused", [True, False])
async def test_full_speed_without_refusals(*, count_refused: bool) -> None:
    """600 calls on varying ways meet no 429, at 97 % of the speed allowed or more."""
    limits = (ServerWindow(25, 1.0), ServerWindow(100, 10.0))
    async with Emulator(
        jobs=1, limits=limits, count_refused=count_refused, latency=0.01, jitter=0.02
    ) as api:
        began = asyncio.get_running_loop().time()
        await call_all_at_once(api, RateLimit([Window(25, 1.0), Window(100, 10.0)]))

    assert {404} == {request.status for request in api.requests}
    assert CALLS == len(api.requests)
    assert api.requests[-1].at - began <= IDEAL / 0.97


async def test_first_come_first_served() -> None:
    """Where no way is longer than another, calls arrive in the order they were made."""
    limits = (ServerWindow(25, 1.0), ServerWindow(100, 10.0))
    async with Emulator(jobs=1, limits=limits) as api:
        await call_all_at_once(api, RateLimit([Window(25, 1.0), Window(100, 10.0)]))

    assert list(range(CALLS)) == [number_of(request) for request in api.requests]


async def test_somebody_else_uses_the_token() -> None:
    """Half the limit used elsewhere slows the calls down; hardly any are refused."""
    limits = (ServerWindow(50, 1.0), ServerWindow(100, 100.0))
    rate_limit = RateLimit([Window(50, 1.0), Window(100, 100.0)])
    async with Emulator(jobs=1, limits=limits) as api:
        elsewhere = Client(api.token, base_url=api.url)
        here = Client(
            api.token, base_url=api.url, rate_limit=rate_limit, timeout=1000.0
        )
        async with elsewhere, here:
            for _ in range(49):
                await elsewhere.request("GET", "/v2/gen-ai/indexing_jobs")
            await asyncio.sleep(2)
            for _ in range(200):
                await here.request("GET", "/v2/gen-ai/indexing_jobs")

    refused = [request for request in api.requests if request.status == 429]
    assert len(refused) <= 2
