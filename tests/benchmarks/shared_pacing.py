"""
Processes that share one token, limited to 25 requests a second and 100 in ten seconds.

`python -m tests.benchmarks.shared_pacing` runs three of them beside an emulator and a
server of Redis: undisturbed, with one killed, and with the server stopped for 5 s with
and without its data, or hanging. Then it measures what a request costs.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

from gradient_async import Pacer, Pacing, RateLimit, Window
from gradient_async.emulator import Emulator
from gradient_async.emulator import Window as ServerWindow
from gradient_async.shared import SharedPacing, SharedStore
from tests.shared.pacing_worker import KEY, start_workers
from tests.shared.redis_server import RedisServer, run_redis

_WINDOWS: Final = ((25, 1.0), (100, 10.0))
_SECONDS: Final = 34.0
_REQUESTS: Final = 4000

Workers: TypeAlias = Sequence[subprocess.Popen[bytes]]
Disturbance: TypeAlias = Callable[[RedisServer, Workers], Awaitable[None]]
Arrival: TypeAlias = tuple[float, str, int | None]
"""Time, path and status of a request."""


async def run(title: str, disturb: Disturbance, *options: str) -> None:
    """Run three processes, and print what arrived."""
    limits = [ServerWindow(*it) for it in _WINDOWS]
    with run_redis(*options) as server:
        async with Emulator(jobs=1, limits=limits, latency=0.02) as api:
            with start_workers(
                "abc",
                api_url=api.url,
                token=api.token,
                redis_url=server.url,
                windows=_WINDOWS,
            ) as workers:
                arrivals = await collect(api, disturb(server, workers))
    report(title, arrivals)


async def collect(api: Emulator, disturbing: Awaitable[None]) -> list[Arrival]:
    """Return what arrives in some seconds after the first request."""
    while not api.requests:
        await asyncio.sleep(0.01)
    began = api.requests[0].at
    await asyncio.gather(disturbing, asyncio.sleep(_SECONDS))
    arrivals = [(it.at - began, it.path, it.status) for it in api.requests]
    return [it for it in arrivals if it[0] < _SECONDS]


def report(title: str, arrivals: Sequence[Arrival]) -> None:
    """Print the figures."""
    statuses = Counter(status for _, _, status in arrivals)
    names = Counter(path.rpartition("/")[2][0] for _, path, _ in arrivals)
    per_second = Counter(int(at) for at, _, _ in arrivals)
    # 25 in each of the first four seconds of every ten.
    allowed = sum(25 for second in range(int(_SECONDS)) if second % 10 < 4)
    print(
        f"{title}: {len(arrivals)} requests, {len(arrivals) / allowed:.1%} of allowed"
    )
    print(f"  refused: {statuses[429]}")
    shares = {name: count / len(arrivals) * 3 for name, count in sorted(names.items())}
    print("  of the fair share:", *(f"{it} {shares[it]:.1%}" for it in shares))
    print("  by second:", *(per_second[second] for second in range(int(_SECONDS))))
    meanwhile = sum(per_second[second] for second in range(10, 15))
    print(f"  from 10 s to 15 s: {meanwhile} of 100")


async def leave(server: RedisServer, workers: Workers) -> None:
    """Disturb nothing."""


async def kill(server: RedisServer, workers: Workers) -> None:
    """Kill one of the processes in the midst of a burst."""
    await asyncio.sleep(10.5)
    workers[1].kill()


async def stop(server: RedisServer, workers: Workers) -> None:
    """Stop the server for 5 seconds in which four bursts are allowed."""
    await asyncio.sleep(9.5)
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(5)
    await asyncio.to_thread(server.start)


async def hang(server: RedisServer, workers: Workers) -> None:
    """Let the server hang for as long."""
    await asyncio.sleep(9.5)
    server.pause()
    await asyncio.sleep(5)
    server.resume()


async def measure_costs() -> None:
    """Print the CPU time of a request, and the scripts it takes."""
    limit = RateLimit([Window(100_000, 60.0), Window(1_000_000, 3600.0)])
    with run_redis("--appendonly", "no") as server:
        async with SharedStore(server.url, key=KEY) as store:
            print(f"CPU time of each of {_REQUESTS} requests:")
            for tasks in (1, 16):
                local = await measure(Pacer(limit), tasks)
                await store.execute("CONFIG", "RESETSTAT")
                pacer = SharedPacing(store, limit).for_account("0" * 16)
                shared = await measure(pacer, tasks)
                statistics: Any = await store.execute("INFO", "commandstats")
                scripts = statistics["cmdstat_evalsha"]["calls"]
                print(
                    f"  {tasks:2} at a time: local {local * 1e6:.0f} µs, shared "
                    f"{shared * 1e6:.0f} µs, {scripts / _REQUESTS:.2f} scripts"
                )


async def measure(pacing: Pacing, tasks: int) -> float:
    """Return the seconds of CPU time of one request."""

    async def work() -> None:
        for _ in range(_REQUESTS // tasks):
            slot = await pacing.acquire(60.0)
            if tasks > 1:
                await asyncio.sleep(0.002)
            slot.release(sent=True)

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(tasks)))
    return (time.process_time() - began) / _REQUESTS


# Syncing each write would measure the disk.
_KEEP: Final = ("--appendfsync", "everysec")
_RUNS: Final[dict[str, tuple[Disturbance, Sequence[str]]]] = {
    "undisturbed": (leave, _KEEP),
    "one killed": (kill, _KEEP),
    "server stopped": (stop, _KEEP),
    "server stopped, data lost": (stop, ("--appendonly", "no")),
    "server hanging": (hang, _KEEP),
}


async def main() -> None:
    """Run everything, one after another, or the run of a given name."""
    for title, (disturb, options) in _RUNS.items():
        if sys.argv[1:] in ([], [title]):
            await run(title, disturb, *options)
    if sys.argv[1:] in ([], ["cost"]):
        await measure_costs()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="  %(message)s")
    asyncio.run(main())
