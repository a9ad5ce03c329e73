"""Any list of the API, read as plain JSON objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from gradient_async import Client, ConfigurationError, DecodeError
from gradient_async.emulator import Emulator
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.support.raw_server import RawServer, raw_response

PATH = "/v2/gen-ai/agents"

AGENTS = [{"uuid": f"agent-{number}", "is_new": True} for number in range(450)]


def page_of(request: Request, size: str = "per_page") -> tuple[int, int]:
    """Return the number and the size of the requested page."""
    number, per_page = request.params["page"], request.params[size]
    assert isinstance(number, str)
    assert isinstance(per_page, str)
    return int(number), int(per_page)


def cut(request: Request, items: Sequence[Any], size: str = "per_page") -> list[Any]:
    """Return the items of the requested page."""
    number, per_page = page_of(request, size)
    return list(items[(number - 1) * per_page : number * per_page])


def counted(request: Request) -> Response:
    """Respond as most lists of the API do: with links and counts."""
    number, per_page = page_of(request)
    pages = -(-len(AGENTS) // per_page)
    links = {"pages": {"next": "https://x"}} if number < pages else {}
    meta = {"page": number, "pages": pages, "total": len(AGENTS)}
    return json_response({"agents": cut(request, AGENTS), "links": links, "meta": meta})


def linked(request: Request) -> Response:
    """Respond with links alone."""
    number, per_page = page_of(request)
    has_next = number * per_page < len(AGENTS)
    links: Mapping[str, Any] = {"pages": {"next": "https://x"} if has_next else None}
    return json_response({"agents": cut(request, AGENTS), "links": links})


def totalled(request: Request) -> Response:
    """Respond with a total alone."""
    meta = {"total": str(len(AGENTS))}
    return json_response({"agents": cut(request, AGENTS), "meta": meta})


def capped(request: Request) -> Response:
    """Respond with fewer items than requested, and a total alone."""
    start = (page_of(request)[0] - 1) * 150
    items: list[Any] = [*AGENTS[start : start + 150]]
    return json_response({"agents": items, "meta": {"total": len(AGENTS)}})


@pytest.mark.parametrize(
    ("requests", "respond"), [(3, counted), (3, linked), (4, totalled), (3, capped)]
)
async def test_all_pages_are_read(
    requests: int, respond: Callable[[Request], Response]
) -> None:
    """Every item is yielded once, with all its members, whatever the list reports."""
    transport = MemoryTransport(respond)
    async with Client("any-token", transport=transport) as client:
        found = await client.paginate(PATH, "agents").collect()

    assert AGENTS == found
    assert requests == len(transport.requests)


async def test_the_catalogue() -> None:
    """The catalogue has its items under `data`, and its own name for the size."""

    def respond(request: Request) -> Response:
        number, size = page_of(request, "limit")
        meta = {"page": number, "limit": size, "total": len(AGENTS)}
        return json_response({"data": cut(request, AGENTS, "limit"), "meta": meta})

    transport = MemoryTransport(respond)
    async with Client("any-token", transport=transport) as client:
        catalogue = client.paginate(
            "/v2/gen-ai/models/catalog", "data", size_parameter="limit", per_page=100
        )
        assert AGENTS == await catalogue.collect()

    assert 5 == len(transport.requests)
    assert "per_page" not in transport.requests[0].params


async def test_the_emulator(api: Emulator, client: Client) -> None:
    """The raw list has the jobs that the typed one has, and its progress."""
    paginator = client.paginate("/v2/gen-ai/indexing_jobs", "jobs", per_page=25)
    uuids = [job["uuid"] async for job in paginator]

    assert list(api.job_uuids()) == uuids
    assert (60, 3, False) == (paginator.total, paginator.pages_total, paginator.drift)


def once(body: object) -> MemoryTransport:
    """Return a transport that responds with this body."""
    return MemoryTransport(
        lambda _: Response(status=200, body=json.dumps(body).encode())
    )


@pytest.mark.parametrize(
    ("expected", "key", "body"),
    [
        ([{"a": 1}], None, {"things": [{"a": 1}]}),
        ([{"a": 1}], "b", {"a": [{"c": 1}], "b": [{"a": 1}]}),
        # What has no id is told apart by all that it has.
        ([{"a": 1}, {"a": 2}], None, {"things": [{"a": 1}, {"a": 2}, {"a": 1}]}),
        ([{"id": 1}, {"id": 2}], None, {"things": [{"id": 1}, {"id": 2}]}),
        ([{"id": 1, "a": 1}], None, {"things": [{"id": 1, "a": 1}, {"id": 1}]}),
        ([{"uuid": ["x"]}], None, {"things": [{"uuid": ["x"]}]}),
        ([], None, {"meta": {"total": 0, "pages": 0}}),
        ([], None, {"links": None, "things": None}),
        ([], "things", {"meta": {"total": -1, "pages": True}}),
        ([], "things", {"meta": {"total": 0}, "warnings": []}),
        ([], "things", {"meta": {"total": 0}, "things": None, "warnings": ["x"]}),
        ([{"a": 1}], None, {"things": [{"a": 1}], "meta": {"total": "x", "pages": ""}}),
    ],
)
async def test_shapes(expected: object, key: str | None, body: object) -> None:
    """The items are the named list, or the only one, and may be left out."""
    async with Client("any-token", transport=once(body)) as client:
        assert expected == await client.paginate(PATH, key).collect()


@pytest.mark.parametrize(
    ("path", "text", "key", "body"),
    [
        ("$", "Expected a list in an object, got list", None, [{}]),
        (
            "$",
            "pass `key=`: the response has several lists, a, b",
            None,
            {"a": [], "b": []},
        ),
        (
            "$",
            "pass `key=`: the response has several lists,  , " + "x" * 197,
            None,
            {"\x1b": [], "x" * 500: []},
        ),
        ("$.agents", "Expected a list, got NoneType", "agents", {"error": "none"}),
        ("$.agents", "Expected a list, got str", "agents", {"agents": "none"}),
        ("$", "there is no list 'agent', but a", "agent", {"a": [{}], "meta": {}}),
        ("$.a[1]", "Expected an object, got str", None, {"a": [{}, "b"]}),
    ],
)
async def test_responses_that_are_no_lists(
    path: str, text: str, key: str | None, body: object
) -> None:
    """A response that is no list of objects is an error that says where."""
    async with Client("any-token", transport=once(body)) as client:
        with pytest.raises(DecodeError) as caught:
            await client.paginate(PATH, key).collect()

    error = caught.value
    assert (path, text) == (error.json_path, error.message)
    assert ("GET", PATH) == (error.method, error.path)


async def test_query_parameters_are_repeated() -> None:
    """A list as the value of a query parameter repeats its name."""
    params: dict[str, Any] = {
        "statuses": ["a", "b"],
        "deep": True,
        "sizes": (1, 2.5, False),
        "no": [],
    }
    async with RawServer(raw_response(b'{"agents": []}')) as server:
        async with Client("any-token", base_url=server.url) as client:
            await client.request("GET", PATH, params=params)
            await client.paginate(PATH, params=params).collect()

    query = b"statuses=a&statuses=b&deep=true&sizes=1&sizes=2.5&sizes=false"
    assert [
        b"GET /v2/gen-ai/agents?" + query,
        b"GET /v2/gen-ai/agents?" + query + b"&page=1&per_page=200",
    ] == [head.partition(b" HTTP")[0] for head in server.heads]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("key must be a string or None", {"key": 5}),
        ("size_parameter must not be empty", {"size_parameter": ""}),
        ("per_page must be", {"per_page": 0}),
        ("page numbers: pass `start=`", {"params": {"page": 2}}),
        ("page numbers: pass", {"params": {"limit": 2}, "size_parameter": "limit"}),
        ("page numbers: pass", {"size_parameter": "page"}),
        (r"params\['a'\] must be", {"params": {"a": [None]}}),
        (r"params\['a'\] must be", {"params": {"a": b"bytes"}}),
        (r"params\['a'\] must be", {"params": {"a": {"b": 1}}}),
    ],
)
def test_invalid_options(text: str, options: dict[str, Any]) -> None:
    """Invalid options are refused before anything is sent."""
    client = Client("any-token", transport=once({}))

    with pytest.raises(ConfigurationError, match=text):
        client.paginate(PATH, **options)
