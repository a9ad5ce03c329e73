"""What requests have of data sources: a key per kind of source; pure."""

from __future__ import annotations

from typing import Final, TypeAlias

from gradient_async.errors import ConfigurationError
from gradient_async.models.data_sources import (
    AWSDataSource,
    ChunkingAlgorithm,
    ChunkingOptions,
    DataSourceInput,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.resources.arguments import check_fields, parse_member

AddableDataSource: TypeAlias = SpacesDataSource | WebCrawlerDataSource | AWSDataSource
"""A data source that can be added to an existing knowledge base."""

_ADDABLE: Final[dict[type, str]] = {
    SpacesDataSource: "spaces_data_source",
    WebCrawlerDataSource: "web_crawler_data_source",
    AWSDataSource: "aws_data_source",
}
_KEYS: Final[dict[type, str]] = _ADDABLE | {
    FileUploadDataSource: "file_upload_data_source",
    DropboxDataSource: "dropbox_data_source",
    GoogleDriveDataSource: "google_drive_data_source",
}


def build_new_source(source: DataSourceInput | NewDataSource) -> dict[str, object]:
    """
    Return what a request has of a data source of a new knowledge base.

    Raises:
        ConfigurationError: It is not a data source, or a field has another type.
    """
    if not isinstance(source, NewDataSource):
        source = NewDataSource(source)
    chunking = build_chunking(source.chunking_algorithm, source.chunking_options)
    given = {name: it for name, it in chunking.items() if it is not None}
    return _build_source(source.source, _KEYS) | given


def build_added_source(source: AddableDataSource) -> dict[str, object]:
    """
    Return what a request has of a data source to add to a knowledge base.

    Raises:
        ConfigurationError: It is not a data source, a field has another type, or the
            API accepts it only when it creates a knowledge base.
    """
    if type(source) in _KEYS.keys() - _ADDABLE.keys():
        msg = (
            f"a {type(source).__name__} can only be part of a new knowledge base: "
            f"pass it to knowledge_bases.create"
        )
        raise ConfigurationError(msg)
    return _build_source(source, _ADDABLE)


def build_chunking(
    algorithm: str | None, options: ChunkingOptions | None
) -> dict[str, object]:
    """
    Return what a request has of the chunking.

    Raises:
        ConfigurationError: An argument, or a field of the options, has another type.
    """
    if options is not None:
        check_fields("chunking_options", options, ChunkingOptions)
    return {
        "chunking_algorithm": parse_member(
            "chunking_algorithm", algorithm, ChunkingAlgorithm
        ),
        "chunking_options": options,
    }


def _build_source(source: DataSourceInput, keys: dict[type, str]) -> dict[str, object]:
    if type(source) not in keys:
        names = ", ".join(kind.__name__ for kind in keys)
        msg = f"a data source must be one of {names}, got {type(source).__name__}"
        raise ConfigurationError(msg)
    check_fields("data source", source, type(source))
    return {keys[type(source)]: source}
