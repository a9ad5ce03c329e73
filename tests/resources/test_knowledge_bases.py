"""Knowledge bases: the request of each call, and its result."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from gradient_async import (
    AWSDataSource,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    CrawlingOption,
    DatabaseStatus,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    KnowledgeBase,
    NewDataSource,
    OpenSearchPlanSize,
    RerankingConfiguration,
    SpacesDataSource,
    UnknownDataSource,
    WebCrawlerDataSource,
)
from tests.resources.canned_calls import error_message, perform, summarize

PATH = "/v2/gen-ai/knowledge_bases"
BASE = {"uuid": "kb-1", "user_id": "12", "created_at": "2026-03-01T12:00:00Z"}
KNOWLEDGE_BASE = KnowledgeBase(
    uuid="kb-1", user_id=12, created_at=datetime(2026, 3, 1, 12, tzinfo=UTC)
)

SOURCES: list[tuple[Any, dict[str, Any]]] = [
    (
        SpacesDataSource(bucket_name="b", region="nyc3", item_path="p"),
        {
            "spaces_data_source": {
                "bucket_name": "b",
                "region": "nyc3",
                "item_path": "p",
            }
        },
    ),
    (
        WebCrawlerDataSource(
            base_url="https://example.com",
            crawling_option=CrawlingOption.PATH,
            exclude_tags=("nav",),
        ),
        {
            "web_crawler_data_source": {
                "base_url": "https://example.com",
                "crawling_option": "PATH",
                "embed_media": False,
                "exclude_tags": ["nav"],
            }
        },
    ),
    (
        FileUploadDataSource(
            original_file_name="a.pdf", size_in_bytes=5, stored_object_key="k"
        ),
        {
            "file_upload_data_source": {
                "original_file_name": "a.pdf",
                "size_in_bytes": "5",
                "stored_object_key": "k",
            }
        },
    ),
    (
        AWSDataSource(bucket_name="b", key_id="id", secret_key="key"),
        {"aws_data_source": {"bucket_name": "b", "key_id": "id", "secret_key": "key"}},
    ),
    (
        DropboxDataSource(folder="/a", refresh_token="token"),
        {"dropbox_data_source": {"folder": "/a", "refresh_token": "token"}},
    ),
    (
        GoogleDriveDataSource(folder_id="id", refresh_token="token"),
        {"google_drive_data_source": {"folder_id": "id", "refresh_token": "token"}},
    ),
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


async def test_get() -> None:
    """One knowledge base is fetched, with the status of its database."""
    base, request = await perform(
        lambda client: client.knowledge_bases.get("kb-1"),
        {"knowledge_base": BASE, "database_status": "ONLINE"},
    )

    assert DatabaseStatus.ONLINE is base.database_status
    assert ("GET", f"{PATH}/kb-1", None) == summarize(request)


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
        ({"embedding_model_uuid": "m"}, {"embedding_model_uuid": "m"}),
        ({"project_id": "p"}, {"project_id": "p"}),
        ({"region": "tor1"}, {"region": "tor1"}),
        ({"tags": ["b", "a"]}, {"tags": ["b", "a"]}),
        ({"tags": ["b", "a"]}, {"tags": iter(("b", "a"))}),
        ({"tags": ["b", "a"]}, {"tags": {"b": 1, "a": 2}.keys()}),
        ({"database_id": "d"}, {"database_id": "d"}),
        ({"vpc_uuid": "v"}, {"vpc_uuid": "v"}),
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
        ({"project_id": "p"}, {"project_id": "p"}),
        ({"tags": []}, {"tags": []}),
        ({"tags": []}, {"tags": iter(())}),
        ({"tags": ["a"]}, {"tags": ("a",)}),
        ({"database_id": "d"}, {"database_id": "d"}),
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


async def test_delete() -> None:
    """A knowledge base is deleted by its id; the result is None."""
    nothing, request = await perform(lambda it: it.knowledge_bases.delete("kb-1"))

    assert nothing is None
    assert ("DELETE", f"{PATH}/kb-1", None) == summarize(request)


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


INVALID: list[tuple[str, dict[str, Any]]] = [
    ("name must be a string, got int", {"name": 5}),
    ("name must be a string, got bytes", {"name": b"Manuals"}),
    ("name must not be empty", {"name": ""}),
    ("tags must be a list of strings, got str", {"tags": "one"}),
    ("tags must be a list of strings, got str", {"tags": ""}),
    ("tags must be a list of strings, got bytes", {"tags": b"one"}),
    ("tags must be a list of strings, got bytes", {"tags": b""}),
    ("tags must be a list of strings, got bytearray", {"tags": bytearray(b"one")}),
    ("tags must be a list of strings, got dict", {"tags": {"one": "two"}}),
    ("tags must be a list of strings, got dict", {"tags": {}}),
    (
        "tags must be a list of strings, got mappingproxy",
        {"tags": MappingProxyType({"one": "two"})},
    ),
    ("tags must be a list of strings, got int", {"tags": 5}),
    ("each of tags must be a string, got int", {"tags": ["one", 2]}),
    ("each of tags must be a string, got NoneType", {"tags": [None]}),
    ("each of tags must not be empty", {"tags": ["one", ""]}),
    ("project_id must be a string, got int", {"project_id": 5}),
    ("project_id must be a string, got bool", {"project_id": False}),
    ("project_id must not be empty", {"project_id": ""}),
    ("database_id must be a string, got UUID", {"database_id": UUID(int=5)}),
    ("database_id must not be empty", {"database_id": ""}),
    (
        "reranking_config must be a RerankingConfiguration, got dict",
        {"reranking_config": {"enabled": True}},
    ),
    (
        "reranking_config must be a RerankingConfiguration, got dict",
        {"reranking_config": {}},
    ),
    (
        "reranking_config must be a RerankingConfiguration, got bool",
        {"reranking_config": False},
    ),
    (
        "reranking_config must be a RerankingConfiguration, got type",
        {"reranking_config": RerankingConfiguration},
    ),
]


@pytest.mark.parametrize(("text", "arguments"), INVALID)
async def test_invalid_arguments(text: str, arguments: dict[str, Any]) -> None:
    """Invalid arguments are refused by name in both calls."""
    all_arguments = {"name": "Manuals"} | arguments

    assert text == await error_message(
        lambda it: it.knowledge_bases.create(**all_arguments)
    )
    assert text == await error_message(
        lambda it: it.knowledge_bases.update("kb", **arguments)
    )


ALGORITHMS = "unknown, section_based, hierarchical, semantic, fixed_length"
KINDS = (
    "SpacesDataSource, WebCrawlerDataSource, AWSDataSource, FileUploadDataSource, "
    "DropboxDataSource, GoogleDriveDataSource"
)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("name must be a string, got NoneType", {"name": None}),
        ("tags must be a list of strings, got NoneType", {"tags": None}),
        ("size must be a string, got int", {"size": 5}),
        (
            "size: 'huge' is none of unspecified, small, medium, large, extra_large",
            {"size": "huge"},
        ),
        (
            "size: '' is none of unspecified, small, medium, large, extra_large",
            {"size": ""},
        ),
        (
            "data_sources must be a list of data sources, got SpacesDataSource",
            {"data_sources": SpacesDataSource()},
        ),
        (
            "data_sources must be a list of data sources, got NoneType",
            {"data_sources": None},
        ),
        (
            "data_sources must be a list of data sources, got str",
            {"data_sources": "bucket"},
        ),
        ("data_sources must be a list of data sources, got str", {"data_sources": ""}),
        (
            "data_sources must be a list of data sources, got bytes",
            {"data_sources": b""},
        ),
        (
            "data_sources must be a list of data sources, got dict",
            {"data_sources": {"bucket_name": "b"}},
        ),
        (
            "data_sources must be a list of data sources, got dict",
            {"data_sources": {SpacesDataSource(): 1}},
        ),
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
            "chunking_options must be a ChunkingOptions, got dict",
            {"data_sources": [NewDataSource(SpacesDataSource(), **BAD_OPTIONS)]},
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


@pytest.mark.parametrize(
    "name",
    ["embedding_model_uuid", "project_id", "region", "database_id", "vpc_uuid"],
)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("must not be empty", ""),
        ("must be a string, got int", 0),
        ("must be a string, got bool", False),
        ("must be a string, got bytes", b"id"),
        ("must be a string, got list", []),
    ],
)
async def test_optional_strings(text: str, value: Any, name: str) -> None:
    """An optional string must not be empty if it is passed."""
    arguments: Any = {name: value}

    assert f"{name} {text}" == await error_message(
        lambda it: it.knowledge_bases.create("Manuals", **arguments)
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
