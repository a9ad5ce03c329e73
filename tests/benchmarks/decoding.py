"""What typed decoding costs: a page of 200 jobs, against plain dictionaries."""

from __future__ import annotations

import asyncio
import timeit
from collections.abc import Callable

import aiohttp
import orjson

from gradient_async.codec import Codec, make_converter
from gradient_async.emulator import Emulator
from gradient_async.models.indexing_jobs import IndexingJobsResponse

_RUNS, _REPEATS = 50, 15


async def fetch_page() -> bytes:
    """Fetch the page that the emulator serves."""
    async with Emulator(jobs=200) as api, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {api.token}"}
        url = f"{api.url}/v2/gen-ai/indexing_jobs?per_page=200"
        async with session.get(url, headers=headers) as answer:
            return await answer.read()


def milliseconds(decode: Callable[[], object]) -> float:
    """Take the best of several rounds: the least disturbed one."""
    return min(timeit.repeat(decode, number=_RUNS, repeat=_REPEATS)) / _RUNS * 1e3


def main() -> None:
    """Print the times, and the ratio to plain dictionaries."""
    body = asyncio.run(fetch_page())
    fast, slow = Codec(), Codec(make_converter())
    assert fast.decode(body, IndexingJobsResponse) == slow.decode(
        body, IndexingJobsResponse
    )
    dicts = milliseconds(lambda: orjson.loads(body))
    rows = {
        "orjson, to dictionaries": dicts,
        "fast path, to attrs": milliseconds(
            lambda: fast.decode(body, IndexingJobsResponse)
        ),
        "converter, to attrs": milliseconds(
            lambda: slow.decode(body, IndexingJobsResponse)
        ),
    }
    print(f"a page of 200 jobs, {len(body):,} bytes")
    for name, took in rows.items():
        print(f"{name:24} {took:7.3f} ms {took / dicts:6.2f} x")


main()
