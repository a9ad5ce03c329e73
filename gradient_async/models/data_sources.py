"""Data sources: what a knowledge base reads; six kinds, told apart by their class."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from gradient_async.models.indexing_jobs import IndexedDataSource
from gradient_async.models.int64 import Int64
from gradient_async.models.lists import ListResponse
from gradient_async.models.open_enum import OpenEnum
from gradient_async.models.timestamp import Timestamp


class ChunkingAlgorithm(OpenEnum):
    """How texts are cut into chunks; `apiChunkingAlgorithm` in the description."""

    UNKNOWN = "CHUNKING_ALGORITHM_UNKNOWN"
    SECTION_BASED = "CHUNKING_ALGORITHM_SECTION_BASED"
    HIERARCHICAL = "CHUNKING_ALGORITHM_HIERARCHICAL"
    SEMANTIC = "CHUNKING_ALGORITHM_SEMANTIC"
    FIXED_LENGTH = "CHUNKING_ALGORITHM_FIXED_LENGTH"


class CrawlingOption(OpenEnum):
    """How far a web crawler goes; `apiCrawlingOption` in the description."""

    UNKNOWN = "UNKNOWN"
    SCOPED = "SCOPED"
    PATH = "PATH"
    DOMAIN = "DOMAIN"
    SUBDOMAINS = "SUBDOMAINS"
    SITEMAP = "SITEMAP"


@attrs.frozen(kw_only=True)
class ChunkingOptions:
    """How large chunks are, in tokens; 0 leaves it to the platform."""

    max_chunk_size: int = 0
    """Tokens in a chunk at most."""
    parent_chunk_size: int = 0
    """Tokens in a parent chunk, for the hierarchical algorithm."""
    child_chunk_size: int = 0
    """Tokens in a child chunk, for the hierarchical algorithm."""
    semantic_threshold: float = 0.0
    """How alike neighbours must be to stay together, for the semantic algorithm."""


@attrs.frozen(kw_only=True)
class SpacesDataSource:
    """A bucket of DigitalOcean Spaces, or a part of it."""

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket, `nyc3` for example."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""


@attrs.frozen(kw_only=True)
class WebCrawlerDataSource:
    """Web pages, found by following links."""

    base_url: str = ""
    """Where to begin."""
    crawling_option: CrawlingOption = CrawlingOption.UNKNOWN
    """How far to go."""
    embed_media: bool = False
    """Whether to index images and other media of the pages too."""
    exclude_tags: tuple[str, ...] = ()
    """HTML tags to leave out."""


@attrs.frozen(kw_only=True)
class FileUploadDataSource:
    """A file that was uploaded; `client.data_sources.upload` makes one."""

    original_file_name: str = ""
    """Name that the file had."""
    size_in_bytes: Int64 = 0
    """Size of the file."""
    stored_object_key: str = ""
    """Key that it is stored under."""


@attrs.frozen(kw_only=True)
class AWSDataSource:
    """A bucket of AWS S3, with the key to it."""

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""
    key_id: str = attrs.field(default="", repr=False)
    """Id of the AWS access key."""
    secret_key: str = attrs.field(default="", repr=False)
    """The AWS secret key; answers never repeat it."""


@attrs.frozen(kw_only=True)
class AWSDataSourceDisplay:
    """A bucket of AWS S3, as answers show it."""

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""


@attrs.frozen(kw_only=True)
class DropboxDataSource:
    """A folder of Dropbox, with the key to it."""

    folder: str = ""
    """Path of the folder."""
    refresh_token: str = attrs.field(default="", repr=False)
    """OAuth2 refresh token; answers never repeat it."""


@attrs.frozen(kw_only=True)
class DropboxDataSourceDisplay:
    """A folder of Dropbox, as answers show it."""

    folder: str = ""
    """Path of the folder."""


@attrs.frozen(kw_only=True)
class GoogleDriveDataSource:
    """A folder of Google Drive, with the key to it."""

    folder_id: str = ""
    """Id of the folder."""
    refresh_token: str = attrs.field(default="", repr=False)
    """OAuth2 refresh token; answers never repeat it."""


@attrs.frozen(kw_only=True)
class GoogleDriveDataSourceDisplay:
    """A folder of Google Drive, as answers show it."""

    folder_id: str = ""
    """Id of the folder."""
    folder_name: str = ""
    """Name of the folder, where it is known."""


@attrs.frozen
class UnknownDataSource:
    """A kind of data source that this version of the package does not know."""


DataSource: TypeAlias = (
    SpacesDataSource
    | WebCrawlerDataSource
    | FileUploadDataSource
    | AWSDataSourceDisplay
    | DropboxDataSourceDisplay
    | GoogleDriveDataSourceDisplay
    | UnknownDataSource
)
"""What answers show a knowledge base to read: one of six kinds, or an unknown one."""

DataSourceInput: TypeAlias = (
    SpacesDataSource
    | WebCrawlerDataSource
    | FileUploadDataSource
    | AWSDataSource
    | DropboxDataSource
    | GoogleDriveDataSource
)
"""What a new knowledge base can be given to read."""


@attrs.frozen
class NewDataSource:
    """A data source for a new knowledge base, and how to cut it into chunks."""

    source: DataSourceInput
    """What to read."""
    chunking_algorithm: str | None = attrs.field(default=None, kw_only=True)
    """How to cut texts, a `ChunkingAlgorithm` or its name; None leaves it open."""
    chunking_options: ChunkingOptions | None = attrs.field(default=None, kw_only=True)
    """How large chunks are; None leaves it open."""


@attrs.frozen(kw_only=True)
class KnowledgeBaseDataSource:
    """One data source of a knowledge base."""

    uuid: str = ""
    """Id of the data source."""
    source: DataSource = UnknownDataSource()
    """What it reads; its class tells the kind."""
    chunking_algorithm: ChunkingAlgorithm = ChunkingAlgorithm.UNKNOWN
    """How texts are cut."""
    chunking_options: ChunkingOptions | None = None
    """How large chunks are; None when not told."""
    created_at: Timestamp | None = None
    """When it was added, UTC."""
    updated_at: Timestamp | None = None
    """When it last changed, UTC."""
    last_datasource_indexing_job: IndexedDataSource | None = None
    """How it fared when it was indexed last; None before that."""


@attrs.frozen(kw_only=True)
class DataSourceRecord:
    """
    A data source as the API writes it: a key for each kind, one of them set.

    `to_data_source` turns it into what the package shows.
    """

    uuid: str = ""
    chunking_algorithm: ChunkingAlgorithm = ChunkingAlgorithm.UNKNOWN
    chunking_options: ChunkingOptions | None = None
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    last_datasource_indexing_job: IndexedDataSource | None = None
    spaces_data_source: SpacesDataSource | None = None
    web_crawler_data_source: WebCrawlerDataSource | None = None
    file_upload_data_source: FileUploadDataSource | None = None
    aws_data_source: AWSDataSourceDisplay | None = None
    dropbox_data_source: DropboxDataSourceDisplay | None = None
    google_drive_data_source: GoogleDriveDataSourceDisplay | None = None
    bucket_name: str = ""
    region: str = ""
    item_path: str = ""

    def to_data_source(self) -> KnowledgeBaseDataSource:
        """Give the data source with its kind told by a class."""
        return KnowledgeBaseDataSource(
            uuid=self.uuid,
            source=self._source(),
            chunking_algorithm=self.chunking_algorithm,
            chunking_options=self.chunking_options,
            created_at=self.created_at,
            updated_at=self.updated_at,
            last_datasource_indexing_job=self.last_datasource_indexing_job,
        )

    def _source(self) -> DataSource:
        """Take the kind that says something, where an empty one stands beside it."""
        keys = (
            self.spaces_data_source,
            self.web_crawler_data_source,
            self.file_upload_data_source,
            self.aws_data_source,
            self.dropbox_data_source,
            self.google_drive_data_source,
        )
        given = [source for source in keys if source is not None]
        telling = [source for source in given if source != type(source)()]
        return next(iter(telling or given), self._older_source())

    def _older_source(self) -> DataSource:
        """Read the keys that the API calls deprecated: they can only name a bucket."""
        if not self.bucket_name:
            return UnknownDataSource()
        return SpacesDataSource(
            bucket_name=self.bucket_name, region=self.region, item_path=self.item_path
        )


@attrs.frozen(kw_only=True)
class DataSourceResponse:
    """The answer that carries one data source."""

    knowledge_base_data_source: DataSourceRecord
    """The data source."""


@attrs.frozen(kw_only=True)
class DataSourcesResponse(ListResponse[KnowledgeBaseDataSource]):
    """The answer that carries one page of data sources."""

    knowledge_base_data_sources: tuple[DataSourceRecord, ...] | None = None
    """The data sources; None when the answer has no such key."""

    @property
    def items(self) -> tuple[KnowledgeBaseDataSource, ...] | None:
        """The data sources, their kinds told by classes."""
        records = self.knowledge_base_data_sources
        return (
            None
            if records is None
            else tuple(record.to_data_source() for record in records)
        )
