"""Data sources as the API takes them: a key that names the kind; pure."""

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
from gradient_async.resources.arguments import Body, body_of, check_fields, read_member

AddableDataSource: TypeAlias = SpacesDataSource | WebCrawlerDataSource | AWSDataSource
"""What can be added to a knowledge base that is there already."""

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


def new_source_body(source: DataSourceInput | NewDataSource) -> Body:
    """
    Write a data source of a new knowledge base.

    Raises:
        ConfigurationError: It is none.
    """
    if not isinstance(source, NewDataSource):
        source = NewDataSource(source)
    return _source_body(source.source, _KEYS) | chunking_body(
        source.chunking_algorithm, source.chunking_options
    )


def added_source_body(source: AddableDataSource) -> Body:
    """
    Write a data source to add to a knowledge base.

    Raises:
        ConfigurationError: It is none, or one that the API takes only when the
            knowledge base is made.
    """
    if type(source) in _KEYS.keys() - _ADDABLE.keys():
        msg = (
            f"the API takes a {type(source).__name__} only with a new knowledge base: "
            f"give it to knowledge_bases.create"
        )
        raise ConfigurationError(msg)
    return _source_body(source, _ADDABLE)


def chunking_body(algorithm: str | None, options: ChunkingOptions | None) -> Body:
    """
    Write how to cut texts into chunks; None is left to the platform.

    Raises:
        ConfigurationError: An argument is none of its kind.
    """
    if options is not None:
        check_fields("chunking_options", options, ChunkingOptions)
    return body_of(
        chunking_algorithm=read_member(
            "chunking_algorithm", algorithm, ChunkingAlgorithm
        ),
        chunking_options=options,
    )


def _source_body(source: DataSourceInput, keys: dict[type, str]) -> Body:
    if type(source) not in keys:
        names = ", ".join(kind.__name__ for kind in keys)
        msg = f"a data source must be one of {names}, not {type(source).__name__}"
        raise ConfigurationError(msg)
    check_fields("data source", source, type(source))
    return body_of(**{keys[type(source)]: source})
