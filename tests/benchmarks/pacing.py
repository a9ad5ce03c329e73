"""Pacing of 600 concurrent calls, limited to 25 a second and 100 in ten seconds."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter

from gradient_async import Client, NotFoundError, RateLimit, Window
from gradient_async.emulator import Emulator
from gradient_async.emulator import Window as ServerWindow

_CALLS = 600
# 25 each second until 100 are sent, then the same every 10 s: the last 25 at 53 s.
_IDEAL = 53.0


async def measure() -> None:
    """Print how fast, with which statuses and in which order the calls arrived."""
    limits = (ServerWindow(25, 1.0), ServerWindow(100, 10.0))
    rate_limit = RateLimit([Window(25, 1.0), Window(100, 10.0)])
    order: list[int] = []

    async with Emulator(jobs=1, limits=limits) as api:
        client = Client(
            api.token, base_url=api.url, rate_limit=rate_limit, timeout=120.0
        )

        async def call(number: int) -> None:
            try:
                await client.indexing_jobs.get(f"job-{number}")
            except NotFoundError:
                order.append(number)

        async with client:
            began = time.perf_counter()
            await asyncio.gather(*(call(number) for number in range(_CALLS)))
            took = time.perf_counter() - began

    arrived = [int(request.path.rpartition("-")[2]) for request in api.requests]
    inversions = sum(a > b for a, b in itertools.pairwise(arrived))
    print(f"{_CALLS} calls in {took:.2f} s, {_IDEAL / took:.1%} of the allowed speed")
    print(f"responses by status: {dict(Counter(r.status for r in api.requests))}")
    print(f"out of order on arrival: {inversions}")


asyncio.run(measure())
