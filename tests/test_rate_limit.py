"""Many concurrent calls, against a server that enforces limits like the API."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import Client, DeadlineExceededError, RateLimit, Window
from gradient_async.emulator import Emulator
from gradient_async.emulator import Window as ServerWindow
from tests.support.virtual_time import now

CALLS = 300

# The server accepts 25 a second up to 100, then nothing until 10 s after the first:
# the last 25 of 300 can arrive 23 s after the first at the earliest.
IDEAL = 23.0


async def call_all_at_once(api: Emulator, rate_limit: RateLimit) -> None:
    """Start 300 calls at once, each with its number in the path."""
    client = Client(api.token, base_url=api.url, timeout=120.0, rate_limit=rate_limit)
    async with client:
        calls = (
            client.request("GET", f"/v2/gen-ai/indexing_jobs/job-{number}")
            for number in range(CALLS)
        )
        await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("count_refused", [True, False])
async def test_full_speed_without_429(*, count_refused: bool) -> None:
    """300 calls with varying latency get no 429, at 97 % of the allowed rate."""
    limits = (ServerWindow(25, 1.0), ServerWindow(100, 10.0))
    async with Emulator(
        jobs=1, limits=limits, count_refused=count_refused, latency=0.01, jitter=0.02
    ) as api:
        began = now()
        await call_all_at_once(api, RateLimit([Window(25, 1.0), Window(100, 10.0)]))

    assert {404} == {request.status for request in api.requests}
    assert CALLS == len(api.requests)
    assert api.requests[-1].at - began <= IDEAL / 0.97


async def test_the_token_is_used_elsewhere() -> None:
    """If others use half the limit, calls slow down, and hardly any gets a 429."""
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


async def test_calls_that_would_be_late_do_not_wait() -> None:
    """Of 40 calls at once, those beyond the limit fail at once, and say how long."""
    async with (
        Emulator(limits=None) as api,
        Client(
            api.token,
            base_url=api.url,
            timeout=6.0,
            max_concurrency=40,
            rate_limit=RateLimit([Window(20, 60.0)]),
        ) as client,
    ):
        start = now()
        calls = [client.request("GET", "/v2/gen-ai/regions") for _ in range(40)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        elapsed = now() - start
    refused = [it for it in results if isinstance(it, DeadlineExceededError)]

    assert elapsed < 1.0
    assert (20, 20) == (len(api.requests), len(refused))
    assert all(59.0 < (error.retry_after or 0) <= 60.0 for error in refused)
