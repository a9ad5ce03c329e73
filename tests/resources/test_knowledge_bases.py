"""Knowledge bases: the request of each call, and its result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gradient_async import (
    AWSDataSource,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    DatabaseStatus,
    DropboxDataSource,
    KnowledgeBase,
    NewDataSource,
    OpenSearchPlanSize,
    RerankingConfiguration,
    SpacesDataSource,
    UnknownDataSource,
)
from tests.resources.canned_calls import error_message, perform, summarize

PATH = "/v2/gen-ai/knowledge_bases"
BASE = {"uuid": "kb-1", "user_id": "12", "created_at": "2026-03-01T12:00:00Z"}
KNOWLEDGE_BASE = KnowledgeBase(
    uuid="kb-1", user_id=12, created_at=datetime(2026, 3, 1, 12, tzinfo=UTC)
)

SOURCES: list[tuple[Any, dict[str, Any]]] = [
    (SpacesDataSource(bucket_name="b"), {"spaces_data_source": {"bucket_name": "b"}}),
    (NewDataSource(SpacesDataSource()), {"spaces_data_source": {}}),
    (
        NewDataSource(SpacesDataSource(), chunking_algorithm=None),
        {"spaces_data_source": {}},
    ),
    (
        NewDataSource(SpacesDataSource(), chunking_algorithm="unknown"),
        {
            "spaces_data_source": {},
            "chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN",
        },
    ),
    (
        NewDataSource(SpacesDataSource(), chunking_algorithm=ChunkingAlgorithm.UNKNOWN),
        {
            "spaces_data_source": {},
            "chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN",
        },
    ),
    (
        NewDataSource(
            DropboxDataSource(folder="/a"), chunking_algorithm="fixed-length"
        ),
        {
            "dropbox_data_source": {"folder": "/a"},
            "chunking_algorithm": "CHUNKING_ALGORITHM_FIXED_LENGTH",
        },
    ),
    (
        NewDataSource(
            SpacesDataSource(bucket_name="b"),
            chunking_algorithm=ChunkingAlgorithm.SEMANTIC,
            chunking_options=ChunkingOptions(
                max_chunk_size=750, semantic_threshold=0.5
            ),
        ),
        {
            "spaces_data_source": {"bucket_name": "b"},
            "chunking_algorithm": "CHUNKING_ALGORITHM_SEMANTIC",
            "chunking_options": {"max_chunk_size": 750, "semantic_threshold": 0.5},
        },
    ),
]


NESTED: Any = NewDataSource(SpacesDataSource())
BAD_OPTIONS: Any = {"chunking_options": {"max_chunk_size": 5}}
BAD_ALGORITHM: Any = {"chunking_algorithm": "fast"}


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        (DatabaseStatus.CREATING, {}),
        (DatabaseStatus.CREATING, {"database_status": None}),
        ("ASLEEP", {"database_status": "ASLEEP"}),
    ],
)
async def test_database_status(expected: str, status: dict[str, Any]) -> None:
    """A missing status is the API's zero value; an unknown one is kept."""
    base, _ = await perform(
        lambda client: client.knowledge_bases.get("kb-1"),
        {"knowledge_base": BASE} | status,
    )

    assert expected == base.database_status
    assert DatabaseStatus is type(base.database_status)


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ({}, {}),
        (
            {},
            dict.fromkeys(
                [
                    *("embedding_model_uuid", "project_id", "region"),
                    *("reranking_config", "database_id", "size", "vpc_uuid"),
                ]
            ),
        ),
        ({}, {"data_sources": (), "tags": ()}),
        ({}, {"data_sources": [], "tags": []}),
        ({"tags": ["b", "a"]}, {"tags": iter(("b", "a"))}),
        ({"tags": ["b", "a"]}, {"tags": {"b": 1, "a": 2}.keys()}),
        (
            {"reranking_config": {"enabled": False}},
            {"reranking_config": RerankingConfiguration()},
        ),
        (
            {"reranking_config": {"enabled": True, "model": "r"}},
            {"reranking_config": RerankingConfiguration(enabled=True, model="r")},
        ),
        (
            {"size": "OPEN_SEARCH_PLAN_SIZE_SMALL"},
            {"size": OpenSearchPlanSize.SMALL},
        ),
        ({"size": "OPEN_SEARCH_PLAN_SIZE_EXTRA_LARGE"}, {"size": "extra large"}),
        (
            {"size": "OPEN_SEARCH_PLAN_SIZE_TINY"},
            {"size": "OPEN_SEARCH_PLAN_SIZE_TINY"},
        ),
        *(({"datasources": [body]}, {"data_sources": [it]}) for it, body in SOURCES),
        (
            {"datasources": [body for _, body in SOURCES]},
            {"data_sources": (it for it, _ in SOURCES)},
        ),
    ],
)
async def test_create(body: dict[str, Any], arguments: dict[str, Any]) -> None:
    """The arguments for a new knowledge base are sent, and nothing else."""
    base, request = await perform(
        lambda client: client.knowledge_bases.create("Manuals", **arguments),
        {"knowledge_base": BASE},
    )

    assert KNOWLEDGE_BASE == base
    assert ("POST", PATH, {"name": "Manuals"} | body) == summarize(request)


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ({"name": "New"}, {"name": "New"}),
        ({"name": "New"}, {"name": "New", "tags": None, "project_id": None}),
        ({"tags": []}, {"tags": []}),
        ({"tags": []}, {"tags": iter(())}),
        ({"tags": ["a"]}, {"tags": ("a",)}),
        (
            {"reranking_config": {"enabled": False}},
            {"reranking_config": RerankingConfiguration()},
        ),
    ],
)
async def test_update(body: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Changes are sent, an empty list of tags included, and nothing else."""
    base, request = await perform(
        lambda client: client.knowledge_bases.update("kb-1", **arguments),
        {"knowledge_base": BASE},
    )

    assert KNOWLEDGE_BASE == base
    assert ("PUT", f"{PATH}/kb-1", {"uuid": "kb-1"} | body) == summarize(request)


@pytest.mark.parametrize("arguments", [{}, {"name": None}, {"tags": None}])
async def test_nothing_to_change(arguments: dict[str, Any]) -> None:
    """An update that changes nothing is refused."""
    message = (
        "nothing to change: pass name or project_id or tags or reranking_config or "
        "database_id"
    )

    assert message == await error_message(
        lambda it: it.knowledge_bases.update("kb-1", **arguments)
    )


ALGORITHMS = "unknown, section_based, hierarchical, semantic, fixed_length"
KINDS = (
    "SpacesDataSource, WebCrawlerDataSource, AWSDataSource, FileUploadDataSource, "
    "DropboxDataSource, GoogleDriveDataSource"
)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            f"a data source must be one of {KINDS}, got str",
            {"data_sources": ["bucket"]},
        ),
        (f"a data source must be one of {KINDS}, got dict", {"data_sources": [{}]}),
        (
            f"a data source must be one of {KINDS}, got AWSDataSourceDisplay",
            {"data_sources": [SpacesDataSource(), AWSDataSourceDisplay()]},
        ),
        (
            f"a data source must be one of {KINDS}, got UnknownDataSource",
            {"data_sources": [UnknownDataSource()]},
        ),
        (
            f"a data source must be one of {KINDS}, got NewDataSource",
            {"data_sources": [NewDataSource(NESTED)]},
        ),
        (
            f"chunking_algorithm: 'fast' is none of {ALGORITHMS}",
            {"data_sources": [NewDataSource(SpacesDataSource(), **BAD_ALGORITHM)]},
        ),
    ],
)
async def test_invalid_arguments_of_create(
    text: str, arguments: dict[str, Any]
) -> None:
    """Invalid arguments for a new knowledge base are refused by name."""
    all_arguments = {"name": "Manuals"} | arguments

    assert text == await error_message(
        lambda it: it.knowledge_bases.create(**all_arguments)
    )


async def test_secrets_are_not_repeated() -> None:
    """An error does not show what cannot be sent, as it may hold secrets."""
    source = AWSDataSource(bucket_name="\ud800", secret_key="hunter2")
    reason = await error_message(
        lambda it: it.knowledge_bases.create("Manuals", data_sources=[source])
    )

    assert (
        "the body must contain only JSON values (UnicodeEncodeError while "
        "encoding it)" == reason
    )
