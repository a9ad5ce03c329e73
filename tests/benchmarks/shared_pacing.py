"""
Processes that share one token, limited to 25 requests a second and 100 in ten seconds.

`python -m tests.benchmarks.shared_pacing` runs them beside an emulator and a server of
Redis: undisturbed, with a process killed, and with the server stopped for 5 seconds. It
then measures what a request costs more than with local pacing.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from gradient_async import Client, NotFoundError, RateLimit, Window
from gradient_async.emulator import Emulator
from gradient_async.emulator import Window as ServerWindow
from gradient_async.shared import SharedPacing, SharedStore
from gradient_async.transport.pacing import Pacer, PacingFactory
from tests.shared.redis_server import RedisServer, find_binaries

_KEY: Final = "a key of more than 16 bytes"
_WINDOWS: Final = ((25, 1.0), (100, 10.0))
_SECONDS: Final = 34.0
_TASKS: Final = 16

Disturbance: TypeAlias = Callable[
    [RedisServer, Sequence[subprocess.Popen[str]]], Awaitable[None]
]


async def work(name: str, api_url: str, token: str, redis_url: str) -> None:
    """Make calls with all might until killed; the path of each names the process."""
    numbers = itertools.count()
    async with SharedStore(redis_url, key=_KEY) as store:
        pacing = SharedPacing(store, RateLimit([Window(*it) for it in _WINDOWS]))
        client = Client(token, base_url=api_url, pacing=pacing, timeout=120.0)

        async def call() -> None:
            while True:
                with suppress(NotFoundError):
                    await client.indexing_jobs.get(f"{name}-{next(numbers)}")

        async with client:
            await asyncio.gather(*(call() for _ in range(_TASKS)))


def count_allowed(seconds: float) -> float:
    """Return how many requests the windows allow from the first one on."""
    bursts, rest = divmod(seconds, 10.0)
    return bursts * 100 + min(100.0, 25.0 * (int(rest) + 1))


async def run(
    title: str,
    disturb: Disturbance,
    *,
    forgets: bool = False,
    until: float = _SECONDS,
) -> None:
    """Run three processes, and print what arrived."""
    limits = [ServerWindow(*it) for it in _WINDOWS]
    with TemporaryDirectory(prefix="redis") as directory:
        # Syncing each write would measure the disk.
        options = ("--appendonly", "no") if forgets else ("--appendfsync", "everysec")
        server = RedisServer(Path(directory), next(find_binaries()), *options)
        server.start()
        try:
            async with Emulator(jobs=1, limits=limits, latency=0.02) as api:
                arguments = [api.url, api.token, server.url]
                with start_workers("abc", arguments) as workers:
                    while not api.requests:
                        await asyncio.sleep(0.01)
                    began = api.requests[0].at
                    disturbing = asyncio.create_task(disturb(server, workers))
                    await asyncio.sleep(until)
                    disturbing.cancel()
                requests = [it for it in api.requests if it.at < began + until]
        finally:
            server.kill()
    report(title, [(it.at - began, it.path, it.status) for it in requests], until)


@contextmanager
def start_workers(
    names: str, arguments: Sequence[str]
) -> Iterator[list[subprocess.Popen[str]]]:
    """Run a process for each name."""
    command = [sys.executable, "-m", "tests.benchmarks.shared_pacing", "worker"]
    workers = [
        subprocess.Popen([*command, name, *arguments], text=True) for name in names
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def report(title: str, requests: list[tuple[float, str, int]], until: float) -> None:
    """Print the figures."""
    statuses = Counter(status for _, _, status in requests)
    names = Counter(path.rpartition("/")[2][0] for _, path, _ in requests)
    allowed = count_allowed(until - 0.5)
    print(f"{title}: {len(requests)} requests, {len(requests) / allowed:.1%} of allowed")
    print(f"  refused: {statuses[429]}; by process: {dict(sorted(names.items()))}")
    fair = len(requests) / max(1, len(names))
    print(f"  least share: {min(names.values(), default=0) / fair:.1%} of fair")
    per_second = Counter(int(at) for at, _, _ in requests)
    print("  by second:", *(per_second[second] for second in range(int(until))))


async def leave(server: RedisServer, workers: Sequence[subprocess.Popen[str]]) -> None:
    """Disturb nothing."""


async def kill(server: RedisServer, workers: Sequence[subprocess.Popen[str]]) -> None:
    """Kill one of the processes after a while."""
    await asyncio.sleep(10.5)
    workers[1].kill()


async def stop(server: RedisServer, workers: Sequence[subprocess.Popen[str]]) -> None:
    """Stop Redis for 5 seconds, in the midst of a burst."""
    await asyncio.sleep(9.5)
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(5)
    await asyncio.to_thread(server.start)


async def hang(server: RedisServer, workers: Sequence[subprocess.Popen[str]]) -> None:
    """Let Redis hang for 5 seconds."""
    await asyncio.sleep(9.5)
    server.pause()
    await asyncio.sleep(5)
    server.resume()


async def main() -> None:
    """Run everything, one after another."""
    names = sys.argv[1:] or ["undisturbed", "killed", "stopped", "data lost", "hanging"]
    runs: dict[str, Disturbance] = {
        "undisturbed": leave,
        "killed": kill,
        "stopped": stop,
        "data lost": stop,
        "hanging": hang,
    }
    for name in names:
        await run(name, runs[name], forgets=name == "data lost")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="  %(message)s")
    if sys.argv[1:2] == ["worker"]:
        asyncio.run(work(*sys.argv[2:]))
    else:
        asyncio.run(main())
