"""Data sources: the request of each call, and its result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gradient_async import (
    JSON,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    DecodeError,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    KnowledgeBaseDataSource,
    NewDataSource,
    PresignedUpload,
    PresignedUrlFile,
    SpacesDataSource,
)
from tests.resources.canned_calls import error_message, perform, summarize

BASES = "/v2/gen-ai/knowledge_bases"
PATH = f"{BASES}/kb-1/data_sources"
BODY: JSON = {
    "knowledge_base_data_source": {
        "uuid": "source-1",
        "aws_data_source": {"bucket_name": "b"},
    }
}
SOURCE = KnowledgeBaseDataSource(
    uuid="source-1", source=AWSDataSourceDisplay(bucket_name="b")
)

CHUNKING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_SEMANTIC"},
        {"chunking_algorithm": ChunkingAlgorithm.SEMANTIC},
    ),
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_FIXED_LENGTH"},
        {"chunking_algorithm": "fixed-length", "chunking_options": None},
    ),
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_NEW"},
        {"chunking_algorithm": "CHUNKING_ALGORITHM_NEW"},
    ),
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN"},
        {"chunking_algorithm": "unknown"},
    ),
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN"},
        {"chunking_algorithm": ChunkingAlgorithm.UNKNOWN},
    ),
    (
        {"chunking_options": {"max_chunk_size": 750}},
        {"chunking_options": ChunkingOptions(max_chunk_size=750)},
    ),
    (
        {"chunking_options": {"semantic_threshold": 1}},
        {"chunking_options": ChunkingOptions(semantic_threshold=1)},
    ),
    ({"chunking_options": {}}, {"chunking_options": ChunkingOptions()}),
    (
        {
            "chunking_algorithm": "CHUNKING_ALGORITHM_HIERARCHICAL",
            "chunking_options": {
                "max_chunk_size": 1,
                "parent_chunk_size": 2,
                "child_chunk_size": 3,
                "semantic_threshold": 0.5,
            },
        },
        {
            "chunking_algorithm": "hierarchical",
            "chunking_options": ChunkingOptions(
                max_chunk_size=1,
                parent_chunk_size=2,
                child_chunk_size=3,
                semantic_threshold=0.5,
            ),
        },
    ),
]
"""Bodies, and the arguments about chunking that they come from."""

NO_CHUNKING: list[dict[str, Any]] = [
    {},
    {"chunking_algorithm": None, "chunking_options": None},
]
"""Arguments that leave chunking to the platform; `unknown` is a value."""


@pytest.mark.parametrize(
    ("body", "arguments"), [*CHUNKING, *(({}, arguments) for arguments in NO_CHUNKING)]
)
async def test_create_with_chunking(
    body: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """Chunking is sent beside the data source, if it is passed."""
    _, request = await perform(
        lambda it: it.data_sources.create("kb-1", SpacesDataSource(), **arguments)
    )
    rest = {"knowledge_base_uuid": "kb-1", "spaces_data_source": {}}

    assert ("POST", PATH, rest | body) == summarize(request)


@pytest.mark.parametrize(("body", "arguments"), CHUNKING)
async def test_update(body: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Changes of the chunking are sent with both ids."""
    changed, request = await perform(
        lambda client: client.data_sources.update("kb-1", "source-1", **arguments), BODY
    )
    ids = {"knowledge_base_uuid": "kb-1", "data_source_uuid": "source-1"}

    assert SOURCE == changed
    assert ("PUT", f"{PATH}/source-1", ids | body) == summarize(request)


@pytest.mark.parametrize("arguments", NO_CHUNKING)
async def test_nothing_to_change(arguments: dict[str, Any]) -> None:
    """An update that changes nothing is refused."""
    message = "nothing to change: pass chunking_algorithm or chunking_options"

    assert message == await error_message(
        lambda it: it.data_sources.update("kb", "source", **arguments)
    )


async def test_create_presigned_urls() -> None:
    """Each file is sent with its size; the uploads are returned in order."""
    files = (PresignedUrlFile("b.pdf", 2**53 + 1), PresignedUrlFile("a.pdf", 0))
    uploads, request = await perform(
        lambda client: client.data_sources.create_presigned_urls(iter(files)),
        {
            "request_id": "request-1",
            "uploads": [
                {
                    "original_file_name": "b.pdf",
                    "object_key": "key-b",
                    "presigned_url": "https://storage.example.com/b?signature=x",
                    "expires_at": "2026-03-01T12:00:00Z",
                },
                {"original_file_name": "a.pdf"},
            ],
        },
    )

    assert (
        PresignedUpload(
            original_file_name="b.pdf",
            object_key="key-b",
            presigned_url="https://storage.example.com/b?signature=x",
            expires_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        ),
        PresignedUpload(original_file_name="a.pdf"),
    ) == uploads
    assert (
        "POST",
        f"{BASES}/data_sources/file_upload_presigned_urls",
        {
            "files": [
                {"file_name": "b.pdf", "file_size": "9007199254740993"},
                {"file_name": "a.pdf", "file_size": "0"},
            ]
        },
    ) == summarize(request)


@pytest.mark.parametrize(
    ("wanted", "received"), [(1, 0), (1, 2), (2, 0), (2, 1), (2, 3), (0, 1), (3, 200)]
)
async def test_wrong_number_of_urls(wanted: int, received: int) -> None:
    """A response with another number of URLs than of files is an error."""
    files = [PresignedUrlFile(f"{number}.pdf", 1) for number in range(wanted)]
    with pytest.raises(DecodeError) as caught:
        await perform(
            lambda it: it.data_sources.create_presigned_urls(files),
            {"uploads": [{}] * received},
        )
    error = caught.value

    assert f"Expected {wanted} presigned URLs, got {received}" == error.message
    assert "$.uploads" == error.json_path
    assert ("POST", f"{BASES}/data_sources/file_upload_presigned_urls") == (
        error.method,
        error.path,
    )


ALGORITHMS = "unknown, section_based, hierarchical, semantic, fixed_length"
ADDABLE = "SpacesDataSource, WebCrawlerDataSource, AWSDataSource"
NOT_SOURCES: list[Any] = [
    *(None, 5, "bucket", {"bucket_name": "b"}, [SpacesDataSource()]),
    *(SpacesDataSource, AWSDataSourceDisplay(), NewDataSource(SpacesDataSource())),
]


@pytest.mark.parametrize("source", NOT_SOURCES)
async def test_other_types_of_source(source: Any) -> None:
    """Anything else than a data source is refused; the message lists the kinds."""
    reason = await error_message(
        lambda client: client.data_sources.create("kb-1", source)
    )

    assert (
        f"a data source must be one of {ADDABLE}, got {type(source).__name__}" == reason
    )


@pytest.mark.parametrize(
    "kind", [FileUploadDataSource, DropboxDataSource, GoogleDriveDataSource]
)
async def test_sources_of_new_knowledge_bases(kind: Any) -> None:
    """A kind that only new knowledge bases accept is refused; the message says so."""
    reason = await error_message(
        lambda client: client.data_sources.create("kb-1", kind())
    )

    assert (
        f"a {kind.__name__} can only be part of a new knowledge base: "
        "pass it to knowledge_bases.create" == reason
    )


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            f"chunking_algorithm: 'fast' is none of {ALGORITHMS}",
            {"chunking_algorithm": "fast"},
        ),
    ],
)
async def test_wrong_chunking(text: str, arguments: dict[str, Any]) -> None:
    """Invalid chunking is refused by name in both calls."""
    source = SpacesDataSource()

    assert text == await error_message(
        lambda it: it.data_sources.update("kb", "s", **arguments)
    )
    assert text == await error_message(
        lambda it: it.data_sources.create("kb", source, **arguments)
    )


async def test_threshold_that_is_not_a_number() -> None:
    """A threshold that JSON cannot represent is refused."""
    options = ChunkingOptions(semantic_threshold=float("nan"))

    assert "the body must contain only JSON values" in await error_message(
        lambda it: it.data_sources.update("kb", "source", chunking_options=options)
    )


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("file_name must not be empty", [PresignedUrlFile("", 5)]),
    ],
)
async def test_wrong_files(text: str, files: Any) -> None:
    """Anything else than a list of files is refused by name."""
    assert text == await error_message(
        lambda it: it.data_sources.create_presigned_urls(files)
    )
