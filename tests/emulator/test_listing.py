"""The API's lists and errors, as a client sees them."""

from __future__ import annotations

import itertools
import re
import time
import tracemalloc

import pytest

from gradient_async.emulator import Emulator

from .http_client import BASES, JOBS, HttpClient


async def test_pages_join_to_the_whole_list(api: Emulator, call: HttpClient) -> None:
    """The pages contain every job once, newest first."""
    responses = [await call(api, page=page, per_page=20) for page in (1, 2, 3)]

    assert api.job_uuids() == tuple(
        itertools.chain.from_iterable(response.uuids for response in responses)
    )
    assert [20, 20, 5] == [len(response.uuids) for response in responses]


async def test_list_contains_the_jobs(api: Emulator, call: HttpClient) -> None:
    """The list contains the jobs' JSON and their number."""
    response = await call(api, per_page=200)

    assert 200 == response.status
    assert "application/json" == response.headers["content-type"]
    assert {
        "jobs": list(api.jobs()),
        "meta": {"page": 1, "pages": 1, "total": 45},
    } == response.json


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (1, {"next": 2, "last": 3}),
        (2, {"first": 1, "previous": 1, "next": 3, "last": 3}),
        (3, {"first": 1, "previous": 2}),
        (9, {"first": 1, "previous": 3}),
    ],
)
async def test_links(
    api: Emulator, call: HttpClient, page: int, links: dict[str, int]
) -> None:
    """Links are absolute URLs, and missing if there is no such page."""
    response = await call(api, page=page)

    assert {
        name: f"{api.url}{JOBS}?per_page=20&page={number}"
        for name, number in links.items()
    } == response.json["links"]["pages"]


async def test_page_beyond_the_end(api: Emulator, call: HttpClient) -> None:
    """A page beyond the end is empty, and has the size of the list."""
    response = await call(api, page=4, per_page=20)

    assert [] == response.uuids
    assert {"page": 4, "pages": 3, "total": 45} == response.json["meta"]


async def test_empty_list(call: HttpClient) -> None:
    """An account without jobs has a list without pages."""
    async with Emulator(jobs=0) as api:
        response = await call(api)

    assert {"jobs": [], "meta": {"page": 1, "pages": 0, "total": 0}} == response.json


async def test_page_sizes(call: HttpClient) -> None:
    """A page has 20 jobs by default, which 0 means too, and 200 at most."""
    async with Emulator(jobs=300) as api:
        default, large = await call(api), await call(api, per_page=1000)
        zero = await call(api, per_page=0, page=0)

    assert 20 == len(default.uuids)
    assert default.json == zero.json
    assert 200 == len(large.uuids)
    assert 2 == large.json["meta"]["pages"]


async def test_a_million_jobs(call: HttpClient) -> None:
    """However many jobs there are, a start and a page take no time and no memory."""
    begin = time.process_time()
    tracemalloc.start()
    async with Emulator(jobs=1_000_000, limits=None) as api:
        last = await call(api, per_page=200, page=5000)
        job = (await call(api, f"{JOBS}/{last.uuids[-1]}")).json["job"]
        await call(api, f"{BASES}/{job['knowledge_base_uuid']}/data_sources")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert job == last.json["jobs"][-1]
    assert {"page": 5000, "pages": 5000, "total": 1_000_000} == last.json["meta"]
    assert peak < 50_000_000
    assert time.process_time() - begin < 20


@pytest.mark.parametrize("text", ["-1", "x", "", "1.5", "٣", "9" * 5000])
@pytest.mark.parametrize("name", ["page", "per_page"])
async def test_invalid_numbers(
    api: Emulator, call: HttpClient, name: str, text: str
) -> None:
    """A page or size that is not a positive integer is a bad request."""
    response = await call(api, **{name: text})

    assert (400, "bad_request") == (response.status, response.json["id"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_wrong_methods(api: Emulator, call: HttpClient, method: str) -> None:
    """An unsupported method is rejected, naming the supported ones."""
    response = await call(api, method=method)

    assert (405, "method_not_allowed") == (response.status, response.json["id"])
    assert "GET,POST" == response.headers["allow"]


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Basic emulator-token-1", "emulator-token-1", "x"]
)
async def test_unknown_tokens(
    api: Emulator, call: HttpClient, authorization: str
) -> None:
    """Every path needs a known bearer token."""
    responses = [
        await call(api, path, authorization=authorization) for path in (JOBS, "/")
    ]

    assert [(401, "unauthorized")] * 2 == [
        (response.status, response.json["id"]) for response in responses
    ]
    assert "ratelimit-limit" not in responses[0].headers
    assert [None, None] == [request.account for request in api.requests]


async def test_scheme_is_case_insensitive(api: Emulator, call: HttpClient) -> None:
    """The authorization scheme is case-insensitive."""
    response = await call(api, authorization=f"bEARER {api.token}")

    assert 200 == response.status


async def test_request_ids_count_up(call: HttpClient) -> None:
    """Each response has its own request id, which a second run repeats."""
    runs = []
    for _ in range(2):
        async with Emulator(jobs=1, database_seconds=0) as api:
            responses = [await call(api) for _ in range(3)]
        runs.append([response.headers["x-request-id"] for response in responses])
    uuid = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")

    assert runs[0] == runs[1]
    assert 3 == len(set(runs[0]))
    assert all(uuid.fullmatch(identifier) for identifier in runs[0])


async def test_date_of_the_start(api: Emulator, call: HttpClient) -> None:
    """The server's clock starts when the newest job was created."""
    response = await call(api)

    assert response.headers["date"].startswith("Sun, 01 Nov 2026 12:00:")
