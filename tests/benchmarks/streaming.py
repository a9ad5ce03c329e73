"""Time to stream 5,000 jobs, by prefetch and the server's latency."""

from __future__ import annotations

import asyncio
import time

from gradient_async import Client, RateLimit
from gradient_async.emulator import Emulator

_JOBS = 5000


async def stream(latency: float, prefetch: int) -> float:
    """Stream all jobs once, and return the seconds it took."""
    async with Emulator(jobs=_JOBS, limits=None, latency=latency) as api:
        client = Client(api.token, base_url=api.url, rate_limit=RateLimit(None))
        # The emulator computes jobs when they are first read.
        api.jobs()
        async with client:
            began = time.perf_counter()
            count = 0
            async for _ in client.iter_indexing_jobs(prefetch=prefetch):
                count += 1
            took = time.perf_counter() - began
    assert _JOBS == count
    return took


def main() -> None:
    """Print the time for each combination."""
    print(f"{_JOBS:,} jobs, 200 a page; client and server share one core")
    for latency in (0.0, 0.05, 0.2):
        for prefetch in (1, 4, 16):
            took = asyncio.run(stream(latency, prefetch))
            print(f"latency {latency:4.2f} s, prefetch {prefetch:2}: {took:6.2f} s")


main()
