"""Every list: its pages, path and options."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias

import pytest

from gradient_async import Page, Paginator, Position
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.canned_calls import create_client, get_param

List: TypeAlias = Callable[..., Paginator[Any]]


def list_of(method: str, *ids: str) -> List:
    """Return a call of a method that lists."""
    return lambda client, **options: attrgetter(method)(client)(*ids, **options)


EACH_LIST = pytest.mark.parametrize(
    ("path", "key", "list_all"),
    [
        ("indexing_jobs", "jobs", list_of("indexing_jobs.list")),
        ("indexing_jobs", "jobs", list_of("iter_indexing_jobs")),
        ("knowledge_bases", "knowledge_bases", list_of("knowledge_bases.list")),
        ("models", "models", list_of("models.list")),
        (
            "knowledge_bases/kb-1/data_sources",
            "knowledge_base_data_sources",
            list_of("data_sources.list", "kb-1"),
        ),
    ],
)

UUIDS = [f"id-{number}" for number in range(7)]


def server_of(key: str, *, linked: bool) -> MemoryTransport:
    """Serve the items page by page, with their count or a link to the next page."""

    def handle(request: Request) -> Response:
        page, per_page = (int(get_param(request, it)) for it in ("page", "per_page"))
        end = page * per_page
        items = [{"uuid": uuid} for uuid in UUIDS[end - per_page : end]]
        pages = -(-len(UUIDS) // per_page)
        link = "https://api.example.com/next" if page < pages else ""
        rest: dict[str, Any] = (
            {"links": {"pages": {"next": link}}}
            if linked
            else {"meta": {"page": page, "pages": pages, "total": len(UUIDS)}}
        )
        return json_response({key: items} | rest)

    return MemoryTransport(handle)


@EACH_LIST
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("prefetch", [1, 4])
async def test_pages(
    path: str, key: str, list_all: List, linked: bool, prefetch: int
) -> None:
    """A list is read across all pages, in order, each requested once."""
    transport = server_of(key, linked=linked)
    async with create_client(transport) as client:
        items = await list_all(client, per_page=3, prefetch=prefetch).collect()

    assert UUIDS == [item.uuid for item in items]
    assert {("GET", f"/v2/gen-ai/{path}", None)} == {
        (request.method, request.path, request.body) for request in transport.requests
    }
    assert [1, 2, 3] == sorted(int(get_param(it, "page")) for it in transport.requests)
    assert {"3"} == {request.params["per_page"] for request in transport.requests}


@EACH_LIST
async def test_lists_are_lazy(path: str, key: str, list_all: List) -> None:
    """Creating a list sends nothing; its first page is requested with 200 items."""
    transport = server_of(key, linked=False)
    async with create_client(transport) as client:
        items = list_all(client)
        sent_before = len(transport.requests)
        page: Page[Any] = await items

    assert 0 == sent_before
    assert len(UUIDS) == len(page.items) == page.total
    assert [{"page": "1", "per_page": "200"}] == [
        it.params for it in transport.requests
    ]


@EACH_LIST
@pytest.mark.parametrize("name", ["max_item", "page", "keep", "key", "fetch", "path"])
async def test_unknown_options(path: str, key: str, list_all: List, name: str) -> None:
    """An unknown keyword is a TypeError that names it; nothing is sent."""
    transport = server_of(key, linked=False)
    async with create_client(transport) as client:
        with pytest.raises(TypeError, match=f"'{name}'"):
            list_all(client, **{name: None})

    assert [] == transport.requests


async def test_items_without_ids() -> None:
    """Items without an id are distinguished by all their fields."""
    body = {"jobs": [{"tokens": 1}, {"tokens": 2}, {"tokens": 1}]}
    transport = MemoryTransport(lambda _: json_response(body))
    async with create_client(transport) as client:
        jobs = await client.indexing_jobs.list(start=Position()).collect()

    assert [1, 2] == [job.tokens for job in jobs]


@EACH_LIST
async def test_items_that_change(path: str, key: str, list_all: List) -> None:
    """An item listed again under the same id is dropped, even if it has changed."""
    changed = {"uuid": "b", "created_at": "2026-03-01T12:00:00Z"}
    pages: list[dict[str, Any]] = [
        {key: [{"uuid": "a"}, {"uuid": "b"}], "links": {"pages": {"next": "more"}}},
        {key: [changed, {"uuid": "c"}]},
    ]
    transport = MemoryTransport(
        lambda it: json_response(pages[int(get_param(it, "page")) - 1])
    )
    async with create_client(transport) as client:
        items = await list_all(client, per_page=2, prefetch=1).collect()

    assert ["a", "b", "c"] == [item.uuid for item in items]
