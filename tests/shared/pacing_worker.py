"""A process that makes calls with all might; started by tests and benchmarks."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gradient_async import Client, NotFoundError, RateLimit, Window
from gradient_async.shared import SharedPacing, SharedStore
from gradient_async.shared.store import KEY_VARIABLE

KEY: Final = "a key of more than 16 bytes"

_TASKS: Final = 16
_ROOT: Final = Path(__file__).parent.parent.parent


@contextmanager
def start_workers(
    names: str,
    *,
    api_url: str,
    token: str,
    redis_url: str,
    windows: Sequence[tuple[int, float]],
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run a process for each name; the path of each of its calls has that name."""
    limits = [f"{requests}/{seconds}" for requests, seconds in windows]
    command = [sys.executable, "-m", "tests.shared.pacing_worker"]
    # Not in the command line, where the token could be read.
    environment = os.environ | {
        "DIGITALOCEAN_ACCESS_TOKEN": token,
        "DIGITALOCEAN_API_URL": api_url,
        KEY_VARIABLE: KEY,
    }
    workers = [
        subprocess.Popen(
            [*command, name, redis_url, *limits], cwd=_ROOT, env=environment
        )
        for name in names
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


async def _work(name: str, redis_url: str, *limits: str) -> None:
    windows = [
        Window(int(requests), float(seconds))
        for requests, seconds in (limit.split("/") for limit in limits)
    ]
    numbers = itertools.count()
    async with SharedStore(redis_url) as store:
        client = Client(pacing=SharedPacing(store, RateLimit(windows)), timeout=120.0)

        async def call() -> None:
            while True:
                with suppress(NotFoundError):
                    await client.indexing_jobs.get(f"{name}-{next(numbers)}")

        async with client:
            await asyncio.gather(*(call() for _ in range(_TASKS)))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="  %(message)s")
    asyncio.run(_work(*sys.argv[1:]))
