"""Real processes on one token: an emulator that refuses too many, and real deaths."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator import Window as ServerWindow
from tests.shared.pacing_worker import start_workers
from tests.shared.redis_server import RedisServer
from tests.support.virtual_time import now

pytestmark = pytest.mark.real_time

WINDOWS: Final = ((10, 0.4), (30, 1.5))


async def wait_for(api: Emulator, count: int) -> None:
    """Wait until this many requests have arrived."""
    async with asyncio.timeout(60):
        while len(api.requests) < count:
            await asyncio.sleep(0.01)


def count_names(api: Emulator, first: int = 0) -> Counter[str]:
    """Count the requests of each process, from one of them on."""
    return Counter(it.path.rpartition("/")[2][0] for it in api.requests[first:])


def limits() -> Sequence[ServerWindow]:
    """Return the limits that the emulator enforces."""
    return [ServerWindow(*window) for window in WINDOWS]


async def test_processes_that_die(server: RedisServer) -> None:
    """
    Three processes stay within one limit and share it; one that dies is not missed.

    Then the server dies as well, and comes back.
    """
    async with Emulator(jobs=1, limits=limits(), latency=0.01) as api:
        with start_workers(
            "abc",
            api_url=api.url,
            token=api.token,
            redis_url=server.url,
            windows=WINDOWS,
        ) as workers:
            await wait_for(api, 1)
            while len(count_names(api)) < 3:
                await asyncio.sleep(0.01)
            first, began = len(api.requests), now()
            await wait_for(api, first + 60)
            # 3 s if nothing is lost; slow machines lose something.
            assert now() - began < 6
            fair = 20
            assert 0.6 * fair <= min(count_names(api, first).values())

            workers[1].kill()
            first = len(api.requests) + 10
            await wait_for(api, first + 20)
            assert {"a", "c"} == count_names(api, first).keys()

            server.kill()
            first = len(api.requests) + 10
            await wait_for(api, first + 15)
            server.start()
            await wait_for(api, first + 40)

    # Requests of a process that was killed have no response.
    assert {404} == {request.status for request in api.requests} - {None}
