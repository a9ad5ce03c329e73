"""Hours of polling, in virtual time, with one percent of each kind of fault."""

from __future__ import annotations

import asyncio
import gc
import os
import random

import attrs

from gradient_async import Client, GradientError, RateLimit, Window
from gradient_async.emulator import Emulator, Fault
from gradient_async.emulator.core.limiter import Window as ServerWindow
from tests.scenarios.leaks import count_fds, measure_memory, other_tasks, settle
from tests.support.oracle import violations

HOURS = int(os.environ.get("SOAK_HOURS", "6"))
"""Length of the run, in virtual hours: a quarter of a day, unless one asks for more."""

PERIOD = 600.0
"""Seconds from one burst of calls to the next."""

WINDOWS = [(8, 60.0), (60, 3600.0)]
"""The limits: a burst fills the first, and bursts of an hour nearly the second."""

FAULTS = [
    Fault(drop=True),
    Fault(lose=True),
    Fault(hang=True),
    Fault(delay=45.0),
    Fault(cut=20),
    Fault(drip=0.01, cut=50),
    Fault(status=429, headers={"retry-after": "7"}),
    Fault(status=429),
    Fault(status=500),
    Fault(status=502),
    Fault(status=503, headers={"retry-after": "3"}),
    Fault(status=504),
    Fault(status=404),
    Fault(status=302, headers={"location": "https://elsewhere.example"}),
    Fault(body=b"<html>", content_type="text/html"),
    Fault(body=b'{"jobs": [5], "job": 5}'),
    Fault(headers={"retry-after": "-1"}),
]


@attrs.frozen
class Footprint:
    """What the process uses at one moment."""

    tasks: int
    fds: int
    memory: int


async def measure() -> Footprint:
    """Measure between two bursts, when only the connections are open."""
    await settle(20)
    gc.collect()
    return Footprint(len(other_tasks()), count_fds(), measure_memory())


async def poll(client: Client, rng: random.Random) -> int:
    """Make one of the usual calls; return the number of errors."""
    jobs = client.indexing_jobs
    page = await client.iter_indexing_jobs(per_page=50)
    uuid = rng.choice(page.items).uuid
    calls = [
        client.iter_indexing_jobs(per_page=50, max_items=120).collect(),
        jobs.get(uuid),
        client.knowledge_bases.list().collect(),
        jobs.cancel(uuid),
    ]
    results = await asyncio.gather(*calls, return_exceptions=True)
    errors = [it for it in results if isinstance(it, BaseException)]
    assert all(isinstance(error, GradientError) for error in errors)
    return len(errors)


async def test_hours_of_polling() -> None:
    """Tasks, sockets and memory stay the same, and no limit is ever exceeded."""
    rng = random.Random(7)
    limits = [ServerWindow(*window) for window in WINDOWS]
    rate_limit = RateLimit([Window(*window) for window in WINDOWS])
    arrivals: list[float] = []
    footprints: list[Footprint] = []
    failures = bursts = 0
    async with (
        Emulator(jobs=200, limits=limits, count_refused=True, latency=0.1) as api,
        Client(api.token, base_url=api.url, rate_limit=rate_limit) as client,
    ):
        loop = asyncio.get_running_loop()
        end = loop.time() + HOURS * 3600
        while loop.time() < end:
            api.fail(*(fault for fault in FAULTS if rng.random() < 0.01 * 7))
            bursts += 1
            try:
                failures += await poll(client, rng)
            except GradientError:
                failures += 1
            arrivals += [request.at for request in api.requests]
            api.requests.clear()
            if bursts % 6 == 0:
                footprints.append(await measure())
            await asyncio.sleep(PERIOD * (0.5 + rng.random()))

    # The first hour fills caches and pools.
    first, *_, last = footprints
    # Each of at most 16 connections has two ends here, and a task that serves it.
    assert max(it.tasks for it in footprints) <= first.tasks + 16
    assert max(it.fds for it in footprints) <= first.fds + 2 * 16
    assert last.memory - first.memory < 8_000_000
    assert [] == violations(rate_limit.windows, arrivals)
    assert len(arrivals) > 4 * bursts
    assert failures > 0
