"""Search a knowledge base."""

from __future__ import annotations

import math
from typing import Any, get_args, get_type_hints

import pytest

from gradient_async import (
    Accounts,
    Client,
    ConfigurationError,
    DecodeError,
    NotFoundError,
    RateLimit,
    RetrievalCondition,
    RetrievalResult,
    RetrievedChunk,
    SpacesDataSource,
    Window,
)
from gradient_async.codec import JSON
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.credentials import Secret
from tests.resources.canned_calls import (
    create_client,
    decode_body,
    error_message,
    perform,
)

NOTHING: dict[str, JSON] = {"results": [], "total_results": 0}
CONDITION = {"field": "page", "operator": "gte", "value": 2}


class RecordingTransport(MemoryTransport):
    """Responds that nothing was found, and records base URLs."""

    def __init__(self) -> None:
        super().__init__(lambda _: json_response(NOTHING))
        self.base_urls: list[str] = []

    async def send(self, request: Request, *, base_url: str, token: Secret) -> Response:
        """Record the base URL."""
        self.base_urls.append(base_url)
        return await super().send(request, base_url=base_url, token=token)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ({"num_results": 10}, {}),
        ({"num_results": 1}, {"num_results": 1}),
        ({"num_results": 10, "alpha": 0}, {"alpha": 0}),
        ({"num_results": 10, "alpha": 0.5}, {"alpha": 0.5}),
        ({"num_results": 10, "alpha": 1.0}, {"alpha": 1.0}),
        ({"num_results": 10, "filters": {}}, {"filters": {}}),
        (
            {"num_results": 10, "filters": {"must": [CONDITION], "should": []}},
            {"filters": {"must": (CONDITION,), "should": []}},
        ),
        (
            {
                "num_results": 10,
                "filters": {
                    "must_not": [{"field": "f", "operator": "in", "value": [1, "a"]}]
                },
            },
            {
                "filters": {
                    "must_not": [{"field": "f", "operator": "in", "value": (1, "a")}]
                }
            },
        ),
    ],
)
async def test_request(expected: dict[str, Any], options: dict[str, Any]) -> None:
    """A search is one POST with what was passed, and no more."""
    _, request = await perform(
        lambda it: it.knowledge_bases.retrieve("kb-1", "refunds", **options), NOTHING
    )

    assert ("POST", "/v1/kb-1/retrieve") == (request.method, request.path)
    assert {"query": "refunds"} | expected == decode_body(request)


@pytest.mark.parametrize(
    "operator", get_args(get_type_hints(RetrievalCondition)["operator"])
)
async def test_operators(operator: str) -> None:
    """Every operator that the type has is sent."""
    value = [2] if operator in {"in", "not_in"} else 2
    filters: Any = {"must": [CONDITION | {"operator": operator, "value": value}]}
    _, request = await perform(
        lambda it: it.knowledge_bases.retrieve("kb-1", "refunds", filters=filters),
        NOTHING,
    )

    assert filters == (decode_body(request) or {})["filters"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("num_results must be an integer of at least 1", {"num_results": 0}),
        ("num_results must be an integer of at least 1", {"num_results": 2.0}),
        ("num_results must be an integer of at least 1", {"num_results": True}),
        *(
            ("alpha must be a number from 0 to 1", {"alpha": alpha})
            for alpha in (-0.1, 1.1, math.nan, math.inf, True, "1", [1])
        ),
        ("filters must be a mapping", {"filters": [CONDITION]}),
        ("filters must be one of must, must_not, should", {"filters": {"may": []}}),
        ("filters['must'] must be a list", {"filters": {"must": CONDITION}}),
        ("filters['must'] must be a list", {"filters": {"must": "x"}}),
        ("filters['must'][0] must be a mapping", {"filters": {"must": ["x"]}}),
        *(
            (text, {"filters": {"should": [CONDITION, CONDITION | change]}})
            for text, change in (
                ("filters['should'][1] must have field", {"more": 1}),
                ("operator must be one of eq, ne", {"operator": "is"}),
                ("operator must be one of eq, ne", {"operator": ["eq"]}),
                ("field must not be empty", {"field": ""}),
                ("field must be a string", {"field": None}),
                ("value must be a string or a number", {"value": None}),
                ("value must be a string or a number", {"value": [1]}),
                ("value must be a list", {"operator": "in", "value": 1}),
                ("value must be a list", {"operator": "not_in", "value": "a"}),
                ("each of value must be", {"operator": "in", "value": [None]}),
            )
        ),
    ],
)
async def test_invalid_options(text: str, options: dict[str, Any]) -> None:
    """An invalid option is refused by its place before anything is sent."""
    reason = await error_message(
        lambda it: it.knowledge_bases.retrieve("kb-1", "refunds", **options)
    )

    assert text in reason


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (RetrievalResult(), NOTHING),
        (RetrievalResult(), {"total_results": 0}),
        (
            RetrievalResult(
                results=(RetrievedChunk(text_content="a", metadata={"page": 1}),),
                total_results=1,
            ),
            {"results": [{"text_content": "a", "metadata": {"page": 1}}]},
        ),
        (
            RetrievalResult(results=(RetrievedChunk(),), total_results=9),
            {"results": [{}], "total_results": 9},
        ),
    ],
)
async def test_response(expected: RetrievalResult, body: Any) -> None:
    """A result is typed; what was not sent is empty."""
    result, _ = await perform(
        lambda it: it.knowledge_bases.retrieve("kb-1", "refunds"), body
    )

    assert expected == result
    assert body.get("results", []) == [
        {name: value for name, value in it.to_dict().items() if value}
        for it in result.results
    ]


async def test_response_of_another_service() -> None:
    """JSON without results is not taken for an empty result."""
    transport = MemoryTransport(lambda _: json_response({"status": "ok"}))
    async with create_client(transport) as client:
        with pytest.raises(DecodeError, match="Expected `results`"):
            await client.knowledge_bases.retrieve("kb-1", "refunds")


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("https://kbaas.do-ai.run", {}),
        ("https://kbaas.do-ai.run", {"base_url": BASE_URL + "/"}),
        # A token for another server does not leave it.
        ("https://gateway.example.com", {"base_url": "https://gateway.example.com"}),
        ("http://127.0.0.1:99", {"base_url": "http://127.0.0.1:99/"}),
        (
            "https://search.example.com",
            {"retrieval_url": "https://search.example.com/"},
        ),
        (
            "http://localhost:5",
            {"retrieval_url": "http://localhost:5", "base_url": "https://a.example"},
        ),
    ],
)
async def test_host(expected: str, options: dict[str, Any]) -> None:
    """Searches go to a host of their own, which follows the base URL."""
    transport = RecordingTransport()
    async with Client("token", transport=transport, **options) as client:
        await client.knowledge_bases.retrieve("kb-1", "refunds")
        await client.with_options(timeout=5).knowledge_bases.retrieve("kb-1", "x")

    assert [expected] * 2 == transport.base_urls


@pytest.mark.parametrize(
    "url",
    [
        "http://search.example.com",
        "ftp://a",
        "https://u:p@a.example",
        "https://a?b",
        "",
        5,
    ],
)
def test_invalid_hosts(url: Any) -> None:
    """A host that the token must not be sent to is refused."""
    with pytest.raises(ConfigurationError, match="retrieval"):
        Client("token", retrieval_url=url)


async def test_host_of_accounts() -> None:
    """Each of several accounts searches where it belongs."""
    transport = RecordingTransport()
    async with Accounts(
        {"a": "token-a"}, transport=transport, base_url="http://127.0.0.1:99"
    ) as accounts:
        await accounts["a"].knowledge_bases.retrieve("kb-1", "refunds")

    assert ["http://127.0.0.1:99"] == transport.base_urls


@pytest.mark.parametrize("failure", [500, 502, 503, 504, 429])
async def test_retries(failure: int) -> None:
    """A search is repeated like a GET, also when its response was lost."""
    statuses = [failure, 200]

    def respond(_: Request) -> Response:
        return json_response(NOTHING, status=statuses.pop(0))

    async with create_client(MemoryTransport(respond)) as client:
        result = await client.knowledge_bases.retrieve("kb-1", "refunds")

    assert RetrievalResult() == result
    assert [] == statuses


async def test_pacing_of_its_own() -> None:
    """Searches neither wait for the API's rate limit nor use it up."""
    limit = RateLimit([Window(2, 60.0)])
    transport = MemoryTransport(lambda _: json_response(NOTHING | {"regions": []}))
    async with Client("token", transport=transport, rate_limit=limit) as client:
        await client.regions.list()
        for _ in range(10):
            await client.knowledge_bases.retrieve("kb-1", "refunds")
        with_time = client.with_options(timeout=1)
        await with_time.regions.list()

    assert 12 == len(transport.requests)


async def test_against_the_emulator() -> None:
    """What a job has indexed is found by its words and its metadata."""
    async with (
        Emulator(jobs=0, database_seconds=0) as api,
        Client(api.token, base_url=api.url) as client,
    ):
        model = (await client.models.list(usecases="knowledgebase")).items[0]
        base = await client.knowledge_bases.create(
            "handbook",
            region="tor1",
            embedding_model_uuid=model.uuid,
            data_sources=[SpacesDataSource(bucket_name="manuals", region="tor1")],
        )
        before = await client.knowledge_bases.retrieve(base.uuid, "manuals")
        await client.indexing_jobs.run(base.uuid)
        api.fail(Fault(status=503))
        found = await client.knowledge_bases.retrieve(base.uuid, "manuals page")
        second = await client.knowledge_bases.retrieve(
            base.uuid,
            "manuals",
            filters={"must": [{"field": "page", "operator": "eq", "value": 2}]},
        )
        with pytest.raises(NotFoundError):
            await client.knowledge_bases.retrieve("no-such-base", "manuals")

    assert RetrievalResult() == before
    assert [1, 2, 3, 4] == [chunk.metadata["page"] for chunk in found.results]
    assert (found.results[1],) == second.results
    assert "manuals" in second.results[0].text_content
