"""
CPU time and memory of the client, beside bare aiohttp decoding with orjson.

Each figure is the median of five runs, alternating between the two.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Final

import aiohttp
import orjson

from gradient_async import Client, RateLimit
from tests.benchmarks.job_pages import PER_PAGE
from tests.benchmarks.measuring import measure, measure_async, print_table
from tests.benchmarks.server import run_server

_JOBS: Final = 100_000
_CALLS: Final = 2000
_CLIENTS: Final = 1000
_HEADERS: Final = {"Authorization": "Bearer any-token"}

_IMPORT_AIOHTTP: Final = """
import asyncio, aiohttp
async def main():
    async with aiohttp.ClientSession(): pass
asyncio.run(main())
"""
_IMPORT_CLIENT: Final = """
import asyncio
from gradient_async import Client
async def main():
    async with Client("any-token"): pass
asyncio.run(main())
"""
_PEAK_MEMORY: Final = """
import asyncio, resource, sys
from gradient_async import Client, RateLimit
async def main():
    rate_limit = RateLimit(None)
    async with Client("any-token", base_url=sys.argv[1], rate_limit=rate_limit) as it:
        async for _ in it.iter_indexing_jobs(): pass
asyncio.run(main())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


async def _read_pages_bare(url: str) -> None:
    count, page, pages = 0, 0, 1
    async with aiohttp.ClientSession(headers=_HEADERS) as session:
        while page < pages:
            page += 1
            params = {"page": page, "per_page": PER_PAGE}
            async with session.get(
                f"{url}/v2/gen-ai/indexing_jobs", params=params
            ) as response:
                data = orjson.loads(await response.read())
            for _ in data["jobs"]:
                count += 1
            pages = data["meta"]["pages"]
    assert _JOBS == count


async def _read_items(url: str) -> None:
    count = 0
    async with _open_client(url) as client:
        async for _ in client.iter_indexing_jobs():
            count += 1
    assert _JOBS == count


async def _read_pages(url: str) -> None:
    count = 0
    async with _open_client(url) as client:
        async for page in client.iter_indexing_jobs().pages():
            for _ in page.items:
                count += 1
    assert _JOBS == count


async def _call_bare(url: str) -> None:
    async with aiohttp.ClientSession(headers=_HEADERS) as session:
        for _ in range(_CALLS):
            async with session.get(f"{url}/v2/gen-ai/indexing_jobs/any-job") as it:
                assert orjson.loads(await it.read())["job"]


async def _call(url: str) -> None:
    async with _open_client(url) as client:
        for _ in range(_CALLS):
            assert (await client.indexing_jobs.get("any-job")).uuid


def _open_client(url: str) -> Client:
    return Client("any-token", base_url=url, rate_limit=RateLimit(None))


def _measure_process(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _report_memory() -> None:
    """Print the peak memory of new processes that stream lists of two lengths."""
    peaks = []
    for jobs in (_JOBS, 10 * _JOBS):
        with run_server(jobs) as url:
            command = [sys.executable, "-c", _PEAK_MEMORY, url]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout))
        # Linux counts kibibytes.
        name = f"{jobs:,} jobs"
        print(f"  {name:24} {peaks[-1] / 1024:9.1f} MiB {peaks[-1] / peaks[0]:5.2f} x")


def main() -> None:
    """Print all figures."""
    with run_server(_JOBS) as url:
        streams = {
            "aiohttp and orjson": _read_pages_bare,
            "item by item": _read_items,
            "by pages": _read_pages,
        }
        calls = {"aiohttp and orjson": _call_bare, "indexing_jobs.get": _call}
        print_table(
            f"a stream of {_JOBS:,} jobs, {PER_PAGE} a page",
            {name: measure_async(work, url) for name, work in streams.items()},
        )
        print_table(
            f"{_CALLS:,} small calls",
            {name: measure_async(work, url) for name, work in calls.items()},
        )
    print_table(
        "import, first client and exit, in a new process",
        {
            "aiohttp and a session": lambda: _measure_process(_IMPORT_AIOHTTP),
            "gradient_async": lambda: _measure_process(_IMPORT_CLIENT),
        },
    )
    print_table(
        f"{_CLIENTS:,} clients constructed",
        {"Client": lambda: measure(_construct_clients)},
    )
    print("peak memory of a stream, in a new process")
    _report_memory()


def _construct_clients() -> None:
    # Kept until all are built, as in a process that serves many accounts.
    _ = [Client("any-token") for _ in range(_CLIENTS)]


main()
