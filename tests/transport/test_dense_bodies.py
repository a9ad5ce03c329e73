"""Bodies that would become far more than they look like."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from gradient_async import Attempt, Client, DecodeError, IndexingJob, PaginationError
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
        with pytest.raises(DecodeError, match=rf"at most [0-9,]+ {what};"):
            await call(client)
        took = time.process_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert len(packed) < 16 * 1024
    assert peak < 8 * CAP
    # Decoding the first of them takes 5 seconds.
    assert took < 1.0
    assert 1 == len(server.heads)


SOURCE_COUNTS = (
    "total_file_count",
    "indexed_file_count",
    "indexed_item_count",
    "failed_item_count",
    "skipped_item_count",
    "removed_item_count",
    "total_bytes",
    "total_bytes_indexed",
)

FULL = '{"error_msg":"' + "x" * 120 + '"}'
LARGE_JOBS = many(f'{{"data_source_jobs":[{",".join([FULL] * 224)}]}}', 199, "", "")
LAST_OF_MANY = (f'{{"jobs":{LARGE_JOBS.decode()[:-1]},{{"data_source_jobs":', "}]}")


async def read_last_job(client: Client) -> IndexingJob:
    """Return the last of all jobs."""
    return (await client.iter_indexing_jobs().collect())[-1]


async def read_job(client: Client) -> IndexingJob:
    """Return a job."""
    return await client.indexing_jobs.get("u")


# What is around the sources of a job, how many there may be, and the limit in the text.
LIMITS = [
    (read_job, SOURCES, '{"u":0}', 9_998, "10,000"),
    (read_job, SOURCES, '{ "u" : 0 }', 9_998, "10,000"),
    (read_job, SOURCES, FULL, 9_998, "10,000"),
    (read_last_job, LAST_OF_MANY, FULL, 223, "45,000"),
]


@pytest.mark.parametrize(("read", "around", "item", "count", "limit"), LIMITS)
async def test_limits_of_objects(
    read: Callable[[Client], Awaitable[IndexingJob]],
    around: tuple[str, str],
    item: str,
    count: int,
    limit: str,
) -> None:
    """10,000 objects, or 45,000 on a page of items, are accepted, not more."""
    bodies = [many(item, it, *around) for it in (count, count + 1)]
    async with (
        RawServer(*map(raw_response, bodies)) as server,
        Client("t", base_url=server.url) as client,
    ):
        job = await read(client)
        with pytest.raises(DecodeError, match=f"at most {limit} objects;"):
            await read(client)

    assert count == len(job.data_source_jobs)


async def test_the_largest_page() -> None:
    """A page of 200 jobs with 200 data sources each is decoded in 30 steps or more."""
    source = {
        **dict.fromkeys(("started_at", "completed_at"), "2026-01-01T00:00:00Z"),
        **dict.fromkeys(("data_source_uuid", "error_msg", "error_details"), "x" * 36),
        "status": "DATA_SOURCE_STATUS_UPDATED",
        **dict.fromkeys(SOURCE_COUNTS, "12345"),
    }
    sources = ",".join([json.dumps(source)] * 200)
    uuids = ",".join(['"123e4567-e89b-12d3-a456-426614174000"'] * 200)
    jobs = ",".join(
        f'{{"uuid":"{number}","data_source_uuids":[{uuids}],'
        f'"data_source_jobs":[{sources}]}}'
        for number in range(200)
    )
    body = f'{{"jobs":[{jobs}],"meta":{{"total":200,"pages":1}}}}'.encode()
    turns, turns_before = 0, 0

    def remember(_: Attempt) -> None:
        nonlocal turns_before
        turns_before = turns

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url, on_attempt=remember) as client,
    ):
        others = asyncio.ensure_future(count_turns())
        page = await client.iter_indexing_jobs()
        others.cancel()

    assert turns - turns_before >= 30
    assert [200] * 200 == [len(job.data_source_jobs) for job in page.items]


async def get_first_page(client: Client) -> object:
    """Fetch the first page of a list."""
    return await client.iter_indexing_jobs()


@pytest.mark.parametrize("read", [read_jobs, get_first_page])
async def test_a_page_far_longer_than_requested(read: Call) -> None:
    """Such a page is refused, with the path of its list."""
    body = many('{"uuid":"u"}', 2_001, *JOBS)
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        with pytest.raises(PaginationError, match="2,001 items") as caught:
            await read(client)

    assert "/v2/gen-ai/indexing_jobs" == caught.value.path


@pytest.mark.parametrize("text", ['{"a": 1}, ', "{\n  ", "\\frac{a}{b}", "f({x})"])
async def test_braces_in_texts_are_not_objects(text: str) -> None:
    """Chunks of JSON, of source code or of formulas are accepted."""
    chunk = {"text_content": text * 200}
    body = json.dumps({"results": [chunk] * 100, "total_results": 100}).encode()
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        found = await client.knowledge_bases.retrieve("u", "query", num_results=100)

    assert [text * 200] * 100 == [it.text_content for it in found.results]


async def test_more_braces_than_are_looked_at_are_refused() -> None:
    """A million braces are too many, wherever they are."""
    body = json.dumps({"job": {"uuid": "{a" * 1_000_001}}).encode()
    async with (
        RawServer(raw_response(body)) as server,
        Client("t", base_url=server.url) as client,
    ):
        with pytest.raises(DecodeError, match="objects;"):
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
