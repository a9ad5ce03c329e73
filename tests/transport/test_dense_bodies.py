"""Bodies that would become far more than they look like."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from gradient_async import Client, DecodeError
from tests.support.raw_server import RawServer, raw_response

Call = Callable[[Client], Awaitable[object]]

MEBIBYTE = 1024 * 1024
CAP = 4 * MEBIBYTE


def many(item: str, count: int, before: str, after: str) -> bytes:
    """Build JSON with a list of equal items."""
    return f"{before}[{','.join([item] * count)}]{after}".encode()


async def read_jobs(client: Client) -> object:
    """Read a list of jobs."""
    return await client.iter_indexing_jobs().collect()


async def get_job(client: Client) -> object:
    """Fetch a job."""
    return await client.indexing_jobs.get("u")


async def get_anything(client: Client) -> object:
    """Fetch plain JSON."""
    return await client.request("GET", "/v2/gen-ai/agents")


async def list_regions(client: Client) -> object:
    """Fetch a list that has no pages."""
    return await client.regions.list()


JOBS = ('{"jobs":', ',"meta":{"total":1}}')
SOURCES = ('{"job":{"data_source_jobs":', "}}")
UUIDS = ('{"job":{"data_source_uuids":', "}}")

DENSE: list[tuple[str, Call, bytes]] = [
    ("objects", read_jobs, many("{}", 1_000_000, *JOBS)),
    ("objects", read_jobs, many("{ }", 200_000, *JOBS)),
    ("objects", read_jobs, many("{}", 100_000, '{"unknown":', "}")),
    ("objects", read_jobs, many("{}", 300_000, '{"jobs":[{"data_source_jobs":', "}]}")),
    ("objects", get_job, many("{}", 300_000, *SOURCES)),
    ("objects", list_regions, many("{}", 300_000, '{"regions":', "}")),
    ("objects", get_anything, many("{}", 300_000, "", "")),
    ("lists", get_anything, many("[]", 1_000_000, "", "")),
    ("lists", read_jobs, many("[]", 1_000_000, *JOBS)),
    ("values", get_anything, many("0", 2_000_000, "", "")),
    ("values", get_job, many('"ab"', 800_000, *UUIDS)),
    ("values", read_jobs, many("1", 2_000_000, *JOBS)),
]


@pytest.mark.parametrize(
    ("what", "call", "body"), DENSE, ids=[str(index) for index in range(len(DENSE))]
)
async def test_dense_bodies_are_refused(what: str, call: Call, body: bytes) -> None:
    """A few KiB of gzip that would become a million objects are refused early."""
    packed = gzip.compress(body)
    async with (
        RawServer(raw_response(packed, "Content-Encoding: gzip")) as server,
        Client("t", base_url=server.url, max_response_bytes=CAP) as client,
    ):
        tracemalloc.start()
        began = time.process_time()
        with pytest.raises(DecodeError, match=rf"at most [0-9,]+ {what}, got"):
            await call(client)
        took = time.process_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert len(packed) < 16 * 1024
    assert peak < 8 * CAP
    # Decoding the first of them takes 5 seconds.
    assert took < 1.0
    assert 1 == len(server.heads)


@pytest.mark.parametrize(("count", "is_accepted"), [(9_998, True), (10_001, False)])
async def test_limit_of_objects(count: int, is_accepted: bool) -> None:
    """10,000 objects are accepted, one more is not."""
    body = many('{"u":0}', count, '{"job":{"data_source_jobs":', "}}")
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        if is_accepted:
            job = await client.indexing_jobs.get("u")
            assert count == len(job.data_source_jobs)
        else:
            with pytest.raises(DecodeError, match="at most 10,000 objects, got 10,003"):
                await client.indexing_jobs.get("u")


async def test_values_that_do_not_fit_end_early() -> None:
    """A long list of nothing but mismatches fails at its first item."""
    body = many("1", 200_000, *JOBS)
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        began = time.process_time()
        with pytest.raises(DecodeError) as caught:
            await read_jobs(client)
        took = time.process_time() - began

    assert "$.jobs[0]" == caught.value.json_path
    assert took < 0.5


@pytest.mark.parametrize("size", [MEBIBYTE, 3 * MEBIBYTE])
async def test_long_texts_are_not_dense(size: int) -> None:
    """A body is refused for its structure, not for its length."""
    body = f'{{"job": {{"uuid": "u", "unknown": "{"x" * size}"}}}}'.encode()
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        assert "u" == (await client.indexing_jobs.get("u")).uuid
