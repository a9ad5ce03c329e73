"""Data sources: what is sent for each call, and what comes of the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gradient_async import (
    JSON,
    AddableDataSource,
    AWSDataSource,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    CrawlingOption,
    DecodeError,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    KnowledgeBaseDataSource,
    NewDataSource,
    PresignedUpload,
    PresignedUrlFile,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from tests.resources.asking import ask, refusal, told

BASES = "/v2/gen-ai/knowledge_bases"
PATH = f"{BASES}/kb-1/data_sources"
ANSWER: JSON = {
    "knowledge_base_data_source": {
        "uuid": "source-1",
        "aws_data_source": {"bucket_name": "b"},
    }
}
OBJECT = KnowledgeBaseDataSource(
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
"""What is sent for what is given about chunking."""

NO_CHUNKING: list[dict[str, Any]] = [
    {},
    {"chunking_algorithm": None, "chunking_options": None},
]
"""What leaves chunking to the platform; `unknown` is a value like any other."""


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (
            {"spaces_data_source": {"bucket_name": "b", "region": "nyc3"}},
            SpacesDataSource(bucket_name="b", region="nyc3"),
        ),
        (
            {
                "web_crawler_data_source": {
                    "base_url": "https://example.com",
                    "crawling_option": "SITEMAP",
                    "embed_media": True,
                }
            },
            WebCrawlerDataSource(
                base_url="https://example.com",
                crawling_option=CrawlingOption.SITEMAP,
                embed_media=True,
            ),
        ),
        (
            {"aws_data_source": {"bucket_name": "b", "key_id": "i", "secret_key": "k"}},
            AWSDataSource(bucket_name="b", key_id="i", secret_key="k"),
        ),
        (
            {
                "web_crawler_data_source": {
                    "crawling_option": "TOMORROW",
                    "embed_media": False,
                }
            },
            WebCrawlerDataSource(crawling_option=CrawlingOption("TOMORROW")),
        ),
        ({"spaces_data_source": {}}, SpacesDataSource()),
    ],
)
async def test_create(body: dict[str, Any], source: AddableDataSource) -> None:
    """A data source is added under the key of its kind, and given opened."""
    made, request = await ask(
        lambda client: client.data_sources.create("kb-1", source), ANSWER
    )

    assert OBJECT == made
    assert ("POST", PATH, {"knowledge_base_uuid": "kb-1"} | body) == told(request)


@pytest.mark.parametrize(
    ("body", "given"), [*CHUNKING, *(({}, given) for given in NO_CHUNKING)]
)
async def test_create_with_chunking(
    body: dict[str, Any], given: dict[str, Any]
) -> None:
    """How to cut into chunks is sent beside the data source, where it is given."""
    _, request = await ask(
        lambda it: it.data_sources.create("kb-1", SpacesDataSource(), **given)
    )
    rest = {"knowledge_base_uuid": "kb-1", "spaces_data_source": {}}

    assert ("POST", PATH, rest | body) == told(request)


@pytest.mark.parametrize(("body", "given"), CHUNKING)
async def test_update(body: dict[str, Any], given: dict[str, Any]) -> None:
    """What shall change about chunking is sent, with both ids."""
    changed, request = await ask(
        lambda client: client.data_sources.update("kb-1", "source-1", **given), ANSWER
    )
    ids = {"knowledge_base_uuid": "kb-1", "data_source_uuid": "source-1"}

    assert OBJECT == changed
    assert ("PUT", f"{PATH}/source-1", ids | body) == told(request)


@pytest.mark.parametrize("given", NO_CHUNKING)
async def test_nothing_to_change(given: dict[str, Any]) -> None:
    """An update that changes nothing is refused."""
    assert (
        "there is nothing to change: give chunking_algorithm or _options"
        == await refusal(lambda it: it.data_sources.update("kb", "source", **given))
    )


async def test_delete() -> None:
    """A data source is deleted by its ids, and nothing is given."""
    nothing, request = await ask(lambda it: it.data_sources.delete("kb-1", "source-1"))

    assert nothing is None
    assert ("DELETE", f"{PATH}/source-1", None) == told(request)


async def test_create_presigned_urls() -> None:
    """Each file is asked for with its size, and the places are given in order."""
    files = (PresignedUrlFile("b.pdf", 2**53 + 1), PresignedUrlFile("a.pdf", 0))
    places, request = await ask(
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
    ) == places
    assert (
        "POST",
        f"{BASES}/data_sources/file_upload_presigned_urls",
        {
            "files": [
                {"file_name": "b.pdf", "file_size": "9007199254740993"},
                {"file_name": "a.pdf", "file_size": "0"},
            ]
        },
    ) == told(request)


@pytest.mark.parametrize(
    ("asked", "given"), [(1, 0), (1, 2), (2, 0), (2, 1), (2, 3), (0, 1), (3, 200)]
)
async def test_more_or_fewer_places_than_files(asked: int, given: int) -> None:
    """An answer with another number of places than files is an error, not a guess."""
    files = [PresignedUrlFile(f"{number}.pdf", 1) for number in range(asked)]
    with pytest.raises(DecodeError) as caught:
        await ask(
            lambda it: it.data_sources.create_presigned_urls(files),
            {"uploads": [{}] * given},
        )
    error = caught.value

    assert f"Expected {asked} places for files, got {given}" == error.message
    assert "$.uploads" == error.json_path
    assert ("POST", f"{BASES}/data_sources/file_upload_presigned_urls") == (
        error.method,
        error.path,
    )


ALGORITHMS = "unknown, section_based, hierarchical, semantic, fixed_length"
ADDABLE = "SpacesDataSource, WebCrawlerDataSource, AWSDataSource"
NO_SOURCES: list[Any] = [
    *(None, 5, "bucket", {"bucket_name": "b"}, [SpacesDataSource()]),
    *(SpacesDataSource, AWSDataSourceDisplay(), NewDataSource(SpacesDataSource())),
]


@pytest.mark.parametrize("source", NO_SOURCES)
async def test_what_is_no_data_source(source: Any) -> None:
    """What is no data source is refused, with a list of those that can be added."""
    reason = await refusal(lambda client: client.data_sources.create("kb-1", source))

    assert (
        f"a data source must be one of {ADDABLE}, not {type(source).__name__}" == reason
    )


@pytest.mark.parametrize(
    "kind", [FileUploadDataSource, DropboxDataSource, GoogleDriveDataSource]
)
async def test_what_only_new_knowledge_bases_take(kind: Any) -> None:
    """A kind that the API takes only with a new knowledge base is sent there."""
    reason = await refusal(lambda client: client.data_sources.create("kb-1", kind()))

    assert (
        f"the API takes a {kind.__name__} only with a new knowledge base: "
        "give it to knowledge_bases.create" == reason
    )


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("chunking_algorithm must be a string, not int", {"chunking_algorithm": 5}),
        ("chunking_algorithm must be a string, not list", {"chunking_algorithm": []}),
        (
            f"chunking_algorithm: 'fast' is none of {ALGORITHMS}",
            {"chunking_algorithm": "fast"},
        ),
        (
            "chunking_options must be ChunkingOptions(...), not dict",
            {"chunking_options": {"max_chunk_size": 750}},
        ),
        (
            "chunking_options must be ChunkingOptions(...), not int",
            {"chunking_options": 0},
        ),
        (
            "chunking_options must be ChunkingOptions(...), not type",
            {"chunking_options": ChunkingOptions},
        ),
    ],
)
async def test_wrong_chunking(text: str, given: dict[str, Any]) -> None:
    """What cannot say how to cut into chunks is refused by its name, in both calls."""
    source = SpacesDataSource()

    assert text == await refusal(lambda it: it.data_sources.update("kb", "s", **given))
    assert text == await refusal(
        lambda it: it.data_sources.create("kb", source, **given)
    )


async def test_a_threshold_that_is_no_number() -> None:
    """A threshold that JSON cannot say is refused."""
    options = ChunkingOptions(semantic_threshold=float("nan"))

    assert "the body must contain only JSON values" in await refusal(
        lambda it: it.data_sources.update("kb", "source", chunking_options=options)
    )


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("files must be a list of PresignedUrlFile(...), not NoneType", None),
        (
            "files must be a list of PresignedUrlFile(...), not PresignedUrlFile",
            PresignedUrlFile("a.pdf", 5),
        ),
        ("files must be a list of PresignedUrlFile(...), not str", "a.pdf"),
        ("files must be a list of PresignedUrlFile(...), not str", ""),
        ("files must be a list of PresignedUrlFile(...), not bytes", b"a.pdf"),
        ("files must be a list of PresignedUrlFile(...), not bytes", b""),
        ("files must be a list of PresignedUrlFile(...), not dict", {}),
        (
            "files must be a list of PresignedUrlFile(...), not dict",
            {PresignedUrlFile("a.pdf", 5): 5},
        ),
        ("each of files must be PresignedUrlFile(...), not str", ["a.pdf"]),
        ("each of files must be PresignedUrlFile(...), not tuple", [("a.pdf", 5)]),
        ("file_name must not be empty", [PresignedUrlFile("", 5)]),
    ],
)
async def test_wrong_files(text: str, files: Any) -> None:
    """What is no list of files is refused by its name."""
    assert text == await refusal(
        lambda it: it.data_sources.create_presigned_urls(files)
    )


SIZE = "each of files: file_size must be a whole number, at least 0"


@pytest.mark.parametrize(
    ("text", "name", "size"),
    [
        ("each of files: file_name must be a string, not int", 5, 5),
        ("each of files: file_name must be a string, not NoneType", None, 5),
        (f"{SIZE}, not -1", "a.pdf", -1),
        (f"{SIZE}, not '5'", "a.pdf", "5"),
        (f"{SIZE}, not 5.0", "a.pdf", 5.0),
        (f"{SIZE}, not True", "a.pdf", True),
        (f"{SIZE}, not None", "a.pdf", None),
    ],
)
async def test_wrong_names_and_sizes(text: str, name: Any, size: Any) -> None:
    """A file whose name is no text, or whose size is no count, is refused."""
    files = [PresignedUrlFile("good.pdf", 1), PresignedUrlFile(name, size)]

    assert text == await refusal(
        lambda it: it.data_sources.create_presigned_urls(files)
    )
