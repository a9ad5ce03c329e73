"""Every list: page after page, with the list's own path and arguments checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from gradient_async import Page, Paginator, Position
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.asking import client_of, param, refusal

List: TypeAlias = Callable[..., Paginator[Any]]

LISTS: dict[str, tuple[str, str, List]] = {
    "indexing_jobs": (
        "/v2/gen-ai/indexing_jobs",
        "jobs",
        lambda client, **wishes: client.indexing_jobs.list(**wishes),
    ),
    "iter_indexing_jobs": (
        "/v2/gen-ai/indexing_jobs",
        "jobs",
        lambda client, **wishes: client.iter_indexing_jobs(**wishes),
    ),
    "knowledge_bases": (
        "/v2/gen-ai/knowledge_bases",
        "knowledge_bases",
        lambda client, **wishes: client.knowledge_bases.list(**wishes),
    ),
    "data_sources": (
        "/v2/gen-ai/knowledge_bases/kb-1/data_sources",
        "knowledge_base_data_sources",
        lambda client, **wishes: client.data_sources.list("kb-1", **wishes),
    ),
    "models": (
        "/v2/gen-ai/models",
        "models",
        lambda client, **wishes: client.models.list(**wishes),
    ),
}

EACH_LIST = pytest.mark.parametrize(
    ("path", "key", "list_all"), LISTS.values(), ids=LISTS.keys()
)

UUIDS = [f"id-{number}" for number in range(7)]


def server_of(key: str, *, linked: bool) -> MemoryTransport:
    """Serve the items page by page; tell their count, or only link to the next."""

    def answer(request: Request) -> Response:
        page, per_page = (int(param(request, it)) for it in ("page", "per_page"))
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

    return MemoryTransport(answer)


@EACH_LIST
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("prefetch", [1, 4])
async def test_pages(
    path: str, key: str, list_all: List, linked: bool, prefetch: int
) -> None:
    """A list is read over all its pages, in order, each asked for once."""
    transport = server_of(key, linked=linked)
    async with client_of(transport) as client:
        items = await list_all(client, per_page=3, prefetch=prefetch).collect()

    assert UUIDS == [item.uuid for item in items]
    assert {("GET", path, None)} == {
        (request.method, request.path, request.body) for request in transport.requests
    }
    assert [1, 2, 3] == sorted(int(param(it, "page")) for it in transport.requests)
    assert {"3"} == {request.params["per_page"] for request in transport.requests}


@EACH_LIST
async def test_nothing_is_sent_unasked(path: str, key: str, list_all: List) -> None:
    """To make a list sends nothing; its first page is asked for with 200 items."""
    transport = server_of(key, linked=False)
    async with client_of(transport) as client:
        items = list_all(client)
        unasked = len(transport.requests)
        page: Page[Any] = await items

    assert 0 == unasked
    assert len(UUIDS) == len(page.items) == page.total
    assert [{"page": "1", "per_page": "200"}] == [
        it.params for it in transport.requests
    ]


@EACH_LIST
async def test_limits(path: str, key: str, list_all: List) -> None:
    """A list gives no more than asked for, and goes on from where another stopped."""
    async with client_of(server_of(key, linked=False)) as client:
        first = list_all(client, per_page=2, max_items=3)
        begun = await first.collect()
        rest = await list_all(client, start=first.position).collect()

    assert UUIDS[:3] == [item.uuid for item in begun]
    assert UUIDS[3:] == [item.uuid for item in rest]


@EACH_LIST
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_items", -1),
        ("max_items", "5"),
        ("per_page", 0),
        ("per_page", 201),
        ("per_page", 5.0),
        ("prefetch", 0),
        ("prefetch", None),
        ("start", 2),
        ("start", {"page": 2}),
    ],
)
async def test_wrong_arguments(
    path: str, key: str, list_all: List, name: str, value: Any
) -> None:
    """What a list cannot work with is refused by its name."""
    wishes = {name: value}

    assert name in await refusal(lambda client: list_all(client, **wishes).collect())


@EACH_LIST
@pytest.mark.parametrize("name", ["max_item", "page", "keep", "key", "fetch", "path"])
async def test_unknown_arguments(
    path: str, key: str, list_all: List, name: str
) -> None:
    """A keyword that no list has is a TypeError that names it; nothing is sent."""
    transport = server_of(key, linked=False)
    async with client_of(transport) as client:
        with pytest.raises(TypeError, match=f"'{name}'"):
            list_all(client, **{name: None})

    assert [] == transport.requests


async def test_items_without_ids() -> None:
    """Items that have no id are told apart by all that they say."""
    answer = {"jobs": [{"tokens": 1}, {"tokens": 2}, {"tokens": 1}]}
    transport = MemoryTransport(lambda _: json_response(answer))
    async with client_of(transport) as client:
        jobs = await client.indexing_jobs.list(start=Position()).collect()

    assert [1, 2] == [job.tokens for job in jobs]


@EACH_LIST
async def test_items_that_change_meanwhile(path: str, key: str, list_all: List) -> None:
    """An item that comes again with the same id is the same, changed or not."""
    changed = {"uuid": "b", "created_at": "2026-03-01T12:00:00Z"}
    pages: list[dict[str, Any]] = [
        {key: [{"uuid": "a"}, {"uuid": "b"}], "links": {"pages": {"next": "more"}}},
        {key: [changed, {"uuid": "c"}]},
    ]
    transport = MemoryTransport(
        lambda it: json_response(pages[int(param(it, "page")) - 1])
    )
    async with client_of(transport) as client:
        items = await list_all(client, per_page=2, prefetch=1).collect()

    assert ["a", "b", "c"] == [item.uuid for item in items]
