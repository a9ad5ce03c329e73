"""Data sources: what the description does not say of requests and results."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async import (
    AWSDataSourceDisplay,
    ChunkingOptions,
    DecodeError,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    PresignedUrlFile,
    SpacesDataSource,
)
from tests.resources.canned_calls import decode_body, error_message, perform

BASES = "/v2/gen-ai/knowledge_bases"

CHUNKING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_NEW"},
        {"chunking_algorithm": "CHUNKING_ALGORITHM_NEW", "chunking_options": None},
    ),
    # The zero value is not left out: it is what the caller passed.
    (
        {"chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN", "chunking_options": {}},
        {"chunking_algorithm": "unknown", "chunking_options": ChunkingOptions()},
    ),
    (
        {"chunking_options": {"semantic_threshold": 1}},
        {"chunking_options": ChunkingOptions(semantic_threshold=1)},
    ),
]
"""Bodies, and the arguments about chunking that they come from."""


@pytest.mark.parametrize(("body", "arguments"), [*CHUNKING, ({}, {})])
async def test_create_with_chunking(
    body: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """Chunking is sent beside the data source, if it is passed."""
    _, request = await perform(
        lambda it: it.data_sources.create("kb-1", SpacesDataSource(), **arguments)
    )

    rest = {"knowledge_base_uuid": "kb-1", "spaces_data_source": {}}
    assert rest | body == decode_body(request)


async def test_create_presigned_urls() -> None:
    """Each file is sent with its size, even if it is empty; uploads keep the order."""
    files = (PresignedUrlFile("b.pdf", 2**53 + 1), PresignedUrlFile("a.pdf", 0))
    uploads, request = await perform(
        lambda client: client.data_sources.create_presigned_urls(iter(files)),
        {"uploads": [{"object_key": "key-b"}, {"object_key": "key-a"}]},
    )

    assert ["key-b", "key-a"] == [it.object_key for it in uploads]
    assert [
        {"file_name": "b.pdf", "file_size": "9007199254740993"},
        {"file_name": "a.pdf", "file_size": "0"},
    ] == decode_body(request)["files"]


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


async def test_unknown_algorithm() -> None:
    """An unknown algorithm is refused by name in both calls."""
    text = f"chunking_algorithm: 'fast' is none of {ALGORITHMS}"

    assert text == await error_message(
        lambda it: it.data_sources.update("kb", "s", chunking_algorithm="fast")
    )
    assert text == await error_message(
        lambda it: it.data_sources.create(
            "kb", SpacesDataSource(), chunking_algorithm="fast"
        )
    )


async def test_files_without_a_name() -> None:
    """A file without a name is refused."""
    assert "file_name must not be empty" == await error_message(
        lambda it: it.data_sources.create_presigned_urls([PresignedUrlFile("", 5)])
    )
