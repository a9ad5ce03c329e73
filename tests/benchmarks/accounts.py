"""
CPU time of many accounts read at once, beside bare aiohttp decoding with orjson.

Both send the same requests, at most 64 at a time. Each figure is the median of five
runs, alternating between the two.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
import tracemalloc
from typing import Final

import aiohttp
import orjson

from gradient_async import Accounts, RateLimit
from gradient_async.testing import MemoryTransport, json_response
from tests.benchmarks.job_pages import PER_PAGE
from tests.benchmarks.measuring import RUNS, measure_async, print_table
from tests.benchmarks.server import run_server

_ACCOUNTS: Final = 200
_PAGES: Final = 5
_CONCURRENCY: Final = 64
_JOBS: Final = _PAGES * PER_PAGE
_IDLE: Final = 1000


def _tokens(count: int) -> dict[str, str]:
    return {f"account-{number}": f"token-{number}" for number in range(count)}


async def _read_bare(url: str) -> None:
    gate = asyncio.Semaphore(_CONCURRENCY)
    count = 0

    async def read(session: aiohttp.ClientSession, token: str) -> None:
        nonlocal count
        headers = {"Authorization": f"Bearer {token}"}
        for page in range(1, _PAGES + 1):
            params = {"page": page, "per_page": PER_PAGE}
            path = f"{url}/v2/gen-ai/indexing_jobs"
            async with gate, session.get(path, params=params, headers=headers) as it:
                data = orjson.loads(await it.read())
            for _ in data["jobs"]:
                count += 1

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        tokens = _tokens(_ACCOUNTS).values()
        await asyncio.gather(*(read(session, token) for token in tokens))
    assert _ACCOUNTS * _JOBS == count


async def _read_accounts(url: str) -> None:
    count = 0
    async with Accounts(
        _tokens(_ACCOUNTS), base_url=url, rate_limit=RateLimit(None)
    ) as accounts:
        async for _ in accounts.iter_indexing_jobs():
            count += 1
    assert _ACCOUNTS * _JOBS == count


async def _construct(url: str) -> None:
    Accounts(_tokens(_IDLE), base_url=url)


async def _construct_clients(url: str) -> None:
    accounts = Accounts(_tokens(_IDLE), base_url=url)
    assert _IDLE == len([*accounts.values()])


async def _find_longest_tick() -> float:
    """Return the most CPU time that a tick takes while all idle accounts begin."""
    api = MemoryTransport(lambda _: json_response({"jobs": [], "meta": {"total": 0}}))
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        began = time.process_time()
        while True:
            await asyncio.sleep(0)
            began, ended = time.process_time(), began
            longest = max(longest, began - ended)

    async with Accounts(_tokens(_IDLE), transport=api) as accounts:
        watching = asyncio.create_task(watch())
        assert [] == await accounts.iter_indexing_jobs().collect()
        watching.cancel()
    return longest


def _report_ticks() -> None:
    # A collection of the whole heap takes longer than anything here.
    gc.collect()
    gc.disable()
    longest = [asyncio.run(_find_longest_tick()) for _ in range(RUNS)]
    gc.enable()
    print(f"longest tick of the event loop while {_IDLE:,} accounts begin")
    print(f"  {'a stream':24} {statistics.median(longest) * 1e3:9.1f} ms")


def _report_memory() -> None:
    tracemalloc.start()
    accounts = Accounts(_tokens(_IDLE))
    without_clients, _ = tracemalloc.get_traced_memory()
    clients = [*accounts.values()]
    with_clients, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"memory of {_IDLE:,} idle accounts")
    print(f"  {'before first use':24} {without_clients / 1e6:9.1f} MB")
    print(f"  {'with a client each':24} {with_clients / 1e6:9.1f} MB")
    assert _IDLE == len(clients)


def main() -> None:
    """Print all figures."""
    with run_server(_JOBS) as url:
        works = {"aiohttp and orjson": _read_bare, "Accounts": _read_accounts}
        print_table(
            f"{_ACCOUNTS} accounts of {_PAGES} pages each",
            {name: measure_async(work, url) for name, work in works.items()},
        )
    url = "http://127.0.0.1"
    constructions = {"Accounts": _construct, "with their clients": _construct_clients}
    print_table(
        f"{_IDLE:,} accounts constructed",
        {name: measure_async(work, url) for name, work in constructions.items()},
    )
    _report_ticks()
    _report_memory()


if __name__ == "__main__":
    main()
