"""Knowledge bases: the request of each call, and its result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gradient_async import (
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    DatabaseStatus,
    DropboxDataSource,
    KnowledgeBase,
    NewDataSource,
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
        ({}, {"data_sources": [], "tags": []}),
        ({"tags": ["b", "a"]}, {"tags": {"b": 1, "a": 2}.keys()}),
        (
            {"reranking_config": {"enabled": False}},
            {"reranking_config": RerankingConfiguration()},
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
        ({"name": "New"}, {"name": "New", "tags": None, "project_id": None}),
        ({"tags": []}, {"tags": iter(())}),
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


KINDS = (
    "SpacesDataSource, WebCrawlerDataSource, AWSDataSource, FileUploadDataSource, "
    "DropboxDataSource, GoogleDriveDataSource"
)


@pytest.mark.parametrize(
    "source",
    ["bucket", {}, AWSDataSourceDisplay(), UnknownDataSource(), NewDataSource(NESTED)],
)
async def test_other_types_of_source(source: Any) -> None:
    """Anything else than a data source is refused; the message lists the kinds."""
    kind = type(source).__name__

    assert f"a data source must be one of {KINDS}, got {kind}" == (
        await error_message(
            lambda it: it.knowledge_bases.create(
                "Manuals", data_sources=[SpacesDataSource(), source]
            )
        )
    )
