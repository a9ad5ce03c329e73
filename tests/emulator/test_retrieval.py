"""The search of knowledge bases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gradient_async.emulator import Emulator
from gradient_async.emulator.core.limiter import Window

from .http_client import HttpClient

BUCKET: Any = {"spaces_data_source": {"bucket_name": "manuals"}}
SITE: Any = {"web_crawler_data_source": {"base_url": "https://a.invalid"}}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Run an API that allows a few requests a minute."""
    limits = [Window(8, 60.0)]
    async with Emulator(
        jobs=0, limits=limits, database_seconds=0, auto_index=False
    ) as emulator:
        yield emulator


async def create_indexed_base(api: Emulator, call: HttpClient, *sources: Any) -> str:
    """Create a knowledge base and index it."""
    base = await call.create_base(api, *sources)
    await call.start(api, base)
    api.advance(100)
    return str(base)


async def search(
    api: Emulator, call: HttpClient, base: str, **body: Any
) -> list[dict[str, Any]]:
    """Search a knowledge base, by default for all chunks of the bucket."""
    response = await call.post(
        api, f"/v1/{base}/retrieve", **({"query": "manuals", "num_results": 9} | body)
    )
    assert len(response.json["results"]) == response.json["total_results"]
    results: list[dict[str, Any]] = response.json["results"]
    return results


async def test_keywords(api: Emulator, call: HttpClient) -> None:
    """The chunks with most words of the query come first, others not at all."""
    base = await create_indexed_base(api, call, BUCKET)
    chunks = await search(api, call, base)
    third = chunks[2]["text_content"]

    assert [1, 2, 3, 4] == [chunk["metadata"]["page"] for chunk in chunks]
    assert third == (await search(api, call, base, query=third))[0]["text_content"]
    assert chunks[:2] == await search(api, call, base, num_results=2, alpha=0.5)
    assert [] == await search(api, call, base, query="zebra")
    assert 4 == len(await search(api, call, base, query="MANUALS"))


@pytest.mark.parametrize(
    ("expected", "group", "condition"),
    [
        ([2], "must", ("page", "eq", 2)),
        ([1, 3, 4], "must", ("page", "ne", 2)),
        ([3, 4], "must", ("page", "gt", 2)),
        ([2, 3, 4], "must", ("page", "gte", 2)),
        ([1], "must", ("page", "lt", 2)),
        ([1, 2], "must", ("page", "lte", 2)),
        ([1, 4], "must", ("page", "in", [1, 4])),
        ([2, 3], "must", ("page", "not_in", [1, 4])),
        ([1, 2, 3, 4], "must", ("item_name", "contains", "anual")),
        ([], "must", ("item_name", "gt", "n")),
        ([1, 2, 3, 4], "must", ("item_name", "lt", "n")),
        ([1, 3, 4], "must_not", ("page", "eq", 2)),
        ([2], "should", ("page", "eq", 2)),
        # What does not compare does not pass.
        ([], "must", ("page", "gt", "a")),
        ([], "must", ("unknown", "lt", 5)),
        ([], "must", ("page", "in", 5)),
    ],
)
async def test_filters(
    api: Emulator,
    call: HttpClient,
    expected: list[int],
    group: str,
    condition: tuple[str, str, Any],
) -> None:
    """Conditions on the metadata are honoured."""
    base = await create_indexed_base(api, call, BUCKET)
    fields = dict(zip(("field", "operator", "value"), condition, strict=True))
    chunks = await search(api, call, base, filters={group: [fields]})

    assert expected == [chunk["metadata"]["page"] for chunk in chunks]


async def test_sources_that_were_not_indexed(api: Emulator, call: HttpClient) -> None:
    """Nothing is found of a source that was not indexed, or that failed."""
    new = await call.create_base(api, BUCKET)
    base = await create_indexed_base(api, call, SITE, BUCKET)

    assert [] == await search(api, call, new)
    assert 4 == len(await search(api, call, base, query="page"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"query": ""}),
        (400, {"query": 5}),
        (400, {"num_results": "many"}),
        (400, {"alpha": "high"}),
        (400, {"filters": []}),
        (422, {"filters": {"must": [{"field": ""}]}}),
        (400, {"filters": {"must": [{"field": "a", "operator": "is"}]}}),
    ],
)
async def test_invalid_searches(
    api: Emulator, call: HttpClient, status: int, body: dict[str, Any]
) -> None:
    """What makes no sense is rejected."""
    base = await call.create_base(api, BUCKET)
    response = await call.post(api, f"/v1/{base}/retrieve", **({"query": "a"} | body))

    assert status == response.status


async def test_unknown_base(api: Emulator, call: HttpClient) -> None:
    """An unknown knowledge base is a 404."""
    assert 404 == (await call.post(api, "/v1/nothing/retrieve", query="a")).status


async def test_limits(api: Emulator, call: HttpClient) -> None:
    """Searches do not count towards the rate limit."""
    base = await create_indexed_base(api, call, BUCKET)
    for _ in range(20):
        await search(api, call, base)
    response = await call(api, "/v2/gen-ai/regions")

    assert 200 == response.status
    assert "5" == response.headers["ratelimit-remaining"]
