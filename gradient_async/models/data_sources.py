"""Data sources: what a knowledge base reads; six kinds, one class for each."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from gradient_async.models.base import SECRET, APIObject
from gradient_async.models.indexing_jobs import IndexedDataSource
from gradient_async.models.scalars import Int64, OpenEnum, Timestamp


class ChunkingAlgorithm(OpenEnum):
    """How to split text into chunks; `apiChunkingAlgorithm` in the description."""

    UNKNOWN = "CHUNKING_ALGORITHM_UNKNOWN"
    SECTION_BASED = "CHUNKING_ALGORITHM_SECTION_BASED"
    HIERARCHICAL = "CHUNKING_ALGORITHM_HIERARCHICAL"
    SEMANTIC = "CHUNKING_ALGORITHM_SEMANTIC"
    FIXED_LENGTH = "CHUNKING_ALGORITHM_FIXED_LENGTH"


class CrawlingOption(OpenEnum):
    """Which links a web crawler follows; `apiCrawlingOption` in the description."""

    UNKNOWN = "UNKNOWN"
    SCOPED = "SCOPED"
    PATH = "PATH"
    DOMAIN = "DOMAIN"
    SUBDOMAINS = "SUBDOMAINS"
    SITEMAP = "SITEMAP"


@attrs.frozen(kw_only=True)
class ChunkingOptions(APIObject):
    """Chunk sizes in tokens; 0 means the platform's default."""

    max_chunk_size: int = 0
    """Maximum number of tokens in a chunk."""
    parent_chunk_size: int = 0
    """Number of tokens in a parent chunk, for the hierarchical algorithm."""
    child_chunk_size: int = 0
    """Number of tokens in a child chunk, for the hierarchical algorithm."""
    semantic_threshold: float = 0.0
    """Minimum similarity of sentences in one chunk, for the semantic algorithm."""


class _Source(APIObject):
    """Base class of the kinds of data sources."""

    _derived_names = ("kind",)
    _kind = ""

    @property
    def kind(self) -> str:
        """The kind as a word, which `to_dict` has too: `spaces`, `web_crawler`, ..."""
        return self._kind


@attrs.frozen(kw_only=True)
class SpacesDataSource(_Source):
    """A bucket of DigitalOcean Spaces, or a part of it."""

    _kind = "spaces"

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket, `nyc3` for example."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""


@attrs.frozen(kw_only=True)
class WebCrawlerDataSource(_Source):
    """Web pages, found by following links."""

    _kind = "web_crawler"

    base_url: str = ""
    """URL to start from."""
    crawling_option: CrawlingOption = CrawlingOption.UNKNOWN
    """Which links to follow."""
    embed_media: bool = False
    """Whether to index images and other media of the pages as well."""
    exclude_tags: tuple[str, ...] = ()
    """HTML tags to skip."""


@attrs.frozen(kw_only=True)
class FileUploadDataSource(_Source):
    """An uploaded file; `client.data_sources.upload` returns one."""

    _kind = "file_upload"

    original_file_name: str = ""
    """Name of the file before the upload."""
    size_in_bytes: Int64 = 0
    """Size of the file, in bytes."""
    stored_object_key: str = ""
    """Key under which it is stored."""


@attrs.frozen(kw_only=True)
class AWSDataSource(_Source):
    """An AWS S3 bucket, with its credentials, which `to_dict` and `repr` leave out."""

    _kind = "aws"

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""
    key_id: str = attrs.field(default="", repr=False, metadata=SECRET)
    """Id of the AWS access key; no response contains it."""
    secret_key: str = attrs.field(default="", repr=False, metadata=SECRET)
    """AWS secret key; no response contains it."""


@attrs.frozen(kw_only=True)
class AWSDataSourceDisplay(_Source):
    """An AWS S3 bucket, as responses show it."""

    _kind = "aws"

    bucket_name: str = ""
    """Name of the bucket."""
    region: str = ""
    """Region of the bucket."""
    item_path: str = ""
    """Folder or object in the bucket; empty means all of it."""


@attrs.frozen(kw_only=True)
class DropboxDataSource(_Source):
    """A Dropbox folder, with its credentials, which `to_dict` and `repr` leave out."""

    _kind = "dropbox"

    folder: str = ""
    """Path of the folder."""
    refresh_token: str = attrs.field(default="", repr=False, metadata=SECRET)
    """OAuth2 refresh token; no response contains it."""


@attrs.frozen(kw_only=True)
class DropboxDataSourceDisplay(_Source):
    """A Dropbox folder, as responses show it."""

    _kind = "dropbox"

    folder: str = ""
    """Path of the folder."""


@attrs.frozen(kw_only=True)
class GoogleDriveDataSource(_Source):
    """A Google Drive folder with credentials, which `to_dict` and `repr` leave out."""

    _kind = "google_drive"

    folder_id: str = ""
    """Id of the folder."""
    refresh_token: str = attrs.field(default="", repr=False, metadata=SECRET)
    """OAuth2 refresh token; no response contains it."""


@attrs.frozen(kw_only=True)
class GoogleDriveDataSourceDisplay(_Source):
    """A Google Drive folder, as responses show it."""

    _kind = "google_drive"

    folder_id: str = ""
    """Id of the folder."""
    folder_name: str = ""
    """Name of the folder; empty if unknown."""


@attrs.frozen
class UnknownDataSource(_Source):
    """A kind of data source that this version of the package does not know."""

    _kind = "unknown"


DataSource: TypeAlias = (
    SpacesDataSource
    | WebCrawlerDataSource
    | FileUploadDataSource
    | AWSDataSourceDisplay
    | DropboxDataSourceDisplay
    | GoogleDriveDataSourceDisplay
    | UnknownDataSource
)
"""A data source in a response: one of six kinds, or an unknown one."""

DataSourceInput: TypeAlias = (
    SpacesDataSource
    | WebCrawlerDataSource
    | FileUploadDataSource
    | AWSDataSource
    | DropboxDataSource
    | GoogleDriveDataSource
)
"""A data source for a new knowledge base."""


@attrs.frozen
class NewDataSource(APIObject):
    """A data source for a new knowledge base, with its own chunking."""

    source: DataSourceInput
    """Source to read."""
    chunking_algorithm: str | None = attrs.field(default=None, kw_only=True)
    """A `ChunkingAlgorithm` or its name; None means the platform's default."""
    chunking_options: ChunkingOptions | None = attrs.field(default=None, kw_only=True)
    """Chunk sizes; None means the platform's default."""


@attrs.frozen(kw_only=True)
class KnowledgeBaseDataSource(APIObject):
    """One data source of a knowledge base."""

    uuid: str = ""
    """Id of the data source."""
    source: DataSource = UnknownDataSource()
    """The source that it reads; its class is the kind."""
    chunking_algorithm: ChunkingAlgorithm = ChunkingAlgorithm.UNKNOWN
    """How its text is split into chunks."""
    chunking_options: ChunkingOptions | None = None
    """Chunk sizes; None if the response has none."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
    last_datasource_indexing_job: IndexedDataSource | None = None
    """Outcome of its latest indexing; None before the first."""


@attrs.frozen(kw_only=True)
class DataSourceRecord:
    """
    A data source in the API's own shape: a key for each kind, one of them set.

    `to_result` converts it to the public class.
    """

    uuid: str = ""
    """Id of the data source."""
    chunking_algorithm: ChunkingAlgorithm = ChunkingAlgorithm.UNKNOWN
    """How its text is split into chunks."""
    chunking_options: ChunkingOptions | None = None
    """Chunk sizes; None if the response has none."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
    last_datasource_indexing_job: IndexedDataSource | None = None
    """Outcome of its latest indexing; None before the first."""
    spaces_data_source: SpacesDataSource | None = None
    """The bucket, if the source is one of Spaces."""
    web_crawler_data_source: WebCrawlerDataSource | None = None
    """The web pages, if the source is a crawler."""
    file_upload_data_source: FileUploadDataSource | None = None
    """The file, if the source is an upload."""
    aws_data_source: AWSDataSourceDisplay | None = None
    """The bucket, if the source is one of AWS S3."""
    dropbox_data_source: DropboxDataSourceDisplay | None = None
    """The folder, if the source is one of Dropbox."""
    google_drive_data_source: GoogleDriveDataSourceDisplay | None = None
    """The folder, if the source is one of Google Drive."""
    bucket_name: str = ""
    """Name of a Spaces bucket; deprecated by the API."""
    region: str = ""
    """Region of the bucket; deprecated by the API."""
    item_path: str = ""
    """Folder or object in the bucket; deprecated by the API."""

    def to_result(self) -> KnowledgeBaseDataSource:
        """Return the data source with its kind as a class."""
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
        """Return the kind that is set, preferring one that has any content."""
        kinds = (
            self.spaces_data_source,
            self.web_crawler_data_source,
            self.file_upload_data_source,
            self.aws_data_source,
            self.dropbox_data_source,
            self.google_drive_data_source,
        )
        present = [source for source in kinds if source is not None]
        filled = [source for source in present if source != type(source)()]
        return next(iter(filled or present), self._deprecated_source())

    def _deprecated_source(self) -> DataSource:
        """Return the bucket that the deprecated keys describe."""
        if not self.bucket_name:
            return UnknownDataSource()
        return SpacesDataSource(
            bucket_name=self.bucket_name, region=self.region, item_path=self.item_path
        )
