"""Data sources: the class of each kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from gradient_async.codec import Codec, encode_json, make_converter
from gradient_async.models import (
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    CrawlingOption,
    DataSource,
    DropboxDataSourceDisplay,
    FileUploadDataSource,
    GoogleDriveDataSourceDisplay,
    IndexedDataSource,
    IndexedDataSourceStatus,
    KnowledgeBaseDataSource,
    SpacesDataSource,
    UnknownDataSource,
    WebCrawlerDataSource,
)
from gradient_async.models.data_sources import DataSourceRecord
from gradient_async.resources.data_sources import _LIST as LIST
from tests.support.responses import (
    DataSourceResponse,
)
from tests.support.shapes import NEW_JOB

DATA_SOURCE: Final[dict[str, Any]] = {
    "uuid": "source-1",
    "spaces_data_source": {
        "bucket_name": "bucket",
        "region": "nyc3",
        "item_path": "folder",
    },
    "chunking_algorithm": "CHUNKING_ALGORITHM_HIERARCHICAL",
    "chunking_options": {
        "max_chunk_size": 750,
        "parent_chunk_size": "1000",
        "child_chunk_size": 350,
        "semantic_threshold": 0.5,
    },
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:10:00Z",
    "last_datasource_indexing_job": NEW_JOB["data_source_jobs"][1],
}

KINDS: Final[list[dict[str, Any]]] = [
    DATA_SOURCE,
    {
        "uuid": "source-2",
        "web_crawler_data_source": {
            "base_url": "https://example.com",
            "crawling_option": "SITEMAP",
            "embed_media": True,
            "exclude_tags": ["nav", "footer"],
        },
    },
    {
        "uuid": "source-3",
        "file_upload_data_source": {
            "original_file_name": "a.pdf",
            "size_in_bytes": "9007199254740993",
            "stored_object_key": "key",
        },
    },
    {
        "uuid": "source-4",
        "aws_data_source": {
            "bucket_name": "bucket",
            "region": "eu-west-1",
            "item_path": "folder",
        },
    },
    {"uuid": "source-5", "dropbox_data_source": {"folder": "/manuals"}},
    {
        "uuid": "source-6",
        "google_drive_data_source": {"folder_id": "id", "folder_name": "Manuals"},
    },
    {
        "uuid": "source-7",
        "bucket_name": "old-bucket",
        "region": "nyc3",
        "item_path": "old-folder",
    },
]
"""A data source of each kind, the last with the keys that are deprecated."""


BOTH = pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])

SOURCES: list[DataSource] = [
    SpacesDataSource(bucket_name="bucket", region="nyc3", item_path="folder"),
    WebCrawlerDataSource(
        base_url="https://example.com",
        crawling_option=CrawlingOption.SITEMAP,
        embed_media=True,
        exclude_tags=("nav", "footer"),
    ),
    FileUploadDataSource(
        original_file_name="a.pdf", size_in_bytes=2**53 + 1, stored_object_key="key"
    ),
    AWSDataSourceDisplay(bucket_name="bucket", region="eu-west-1", item_path="folder"),
    DropboxDataSourceDisplay(folder="/manuals"),
    GoogleDriveDataSourceDisplay(folder_id="id", folder_name="Manuals"),
    SpacesDataSource(bucket_name="old-bucket", region="nyc3", item_path="old-folder"),
]

EACH_KIND = pytest.mark.parametrize(
    ("expected", "document"), list(zip(SOURCES, KINDS, strict=True))
)


def decode_and_convert(
    codec: Codec, document: dict[str, Any]
) -> KnowledgeBaseDataSource:
    """Decode a data source and convert it to its public class."""
    body = encode_json({"knowledge_base_data_source": document})
    response = codec.decode(body, DataSourceResponse)
    source: KnowledgeBaseDataSource = response.knowledge_base_data_source.to_result()
    return source


@BOTH
@EACH_KIND
def test_each_kind(
    expected: DataSource, document: dict[str, Any], codec: Codec
) -> None:
    """Each kind becomes its class; the deprecated keys become a bucket."""
    assert expected == decode_and_convert(codec, document).source


@BOTH
def test_other_fields_are_kept(codec: Codec) -> None:
    """All other fields of a data source survive the conversion."""
    source = decode_and_convert(codec, DATA_SOURCE)

    assert (
        KnowledgeBaseDataSource(
            uuid="source-1",
            source=SOURCES[0],
            chunking_algorithm=ChunkingAlgorithm.HIERARCHICAL,
            chunking_options=ChunkingOptions(
                max_chunk_size=750,
                parent_chunk_size=1000,
                child_chunk_size=350,
                semantic_threshold=0.5,
            ),
            created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
            updated_at=datetime(2026, 3, 1, 12, 10, tzinfo=UTC),
            last_datasource_indexing_job=IndexedDataSource(
                data_source_uuid="source-2",
                status=IndexedDataSourceStatus.FAILED,
                started_at=datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
                error_msg="ERR_FETCH",
                error_details="the bucket is gone",
                failed_item_count=4,
                skipped_item_count=2,
            ),
        )
        == source
    )


@BOTH
@pytest.mark.parametrize(
    "document",
    [
        {},
        {"tomorrow_data_source": {"folder": "/a"}},
        {"spaces_data_source": None, "bucket_name": None},
        {"region": "nyc3", "item_path": "folder"},
        {"bucket_name": "", "region": "nyc3"},
    ],
)
def test_unknown_kinds(document: dict[str, Any], codec: Codec) -> None:
    """A kind that is new, or missing, is an unknown data source with an id."""
    source = decode_and_convert(codec, {"uuid": "source-8"} | document)

    assert (
        KnowledgeBaseDataSource(uuid="source-8", source=UnknownDataSource()) == source
    )


@BOTH
@EACH_KIND
def test_empty_kinds(
    expected: DataSource, document: dict[str, Any], codec: Codec
) -> None:
    """A key for a kind decides, even if it is empty."""
    empty: dict[str, Any] = {
        key: {} for key in document if key.endswith("_data_source")
    }
    bare = UnknownDataSource() if not empty else type(expected)()

    assert bare == decode_and_convert(codec, empty).source


@BOTH
@EACH_KIND
def test_deprecated_keys_come_last(
    expected: DataSource, document: dict[str, Any], codec: Codec
) -> None:
    """If a key for a kind is set, the deprecated keys do not count."""
    older = {"bucket_name": "old-bucket", "region": "nyc3", "item_path": "old-folder"}

    assert expected == decode_and_convert(codec, older | document).source


@BOTH
def test_lists_are_converted(codec: Codec) -> None:
    """A list converts its data sources, in the API's order."""
    body = encode_json({"knowledge_base_data_sources": [*KINDS, {}]})
    page = LIST.build_page(1, codec.decode(body, LIST.response))

    assert [*SOURCES, UnknownDataSource()] == [item.source for item in page.items]


def test_an_empty_record() -> None:
    """An empty record becomes an empty data source."""
    assert KnowledgeBaseDataSource() == DataSourceRecord().to_result()
