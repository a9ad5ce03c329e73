"""How the data sources of a knowledge base are listed."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from gradient_async.cli.columns import Cell, Column, ColumnType, Listing
from gradient_async.cli.formatting import format_enum
from gradient_async.models import (
    AWSDataSourceDisplay,
    DataSource,
    DropboxDataSourceDisplay,
    FileUploadDataSource,
    GoogleDriveDataSourceDisplay,
    KnowledgeBaseDataSource,
    SpacesDataSource,
    WebCrawlerDataSource,
)


def locate(source: DataSource) -> str:
    """Return where a data source is: a URL, a file, a folder, a bucket."""
    match source:
        case WebCrawlerDataSource():
            return source.base_url
        case SpacesDataSource() | AWSDataSourceDisplay():
            path = f"/{source.item_path}" if source.item_path else ""
            return f"{source.region}:{source.bucket_name}{path}"
        case FileUploadDataSource():
            return source.original_file_name
        case DropboxDataSourceDisplay():
            return source.folder
        case GoogleDriveDataSourceDisplay():
            return source.folder_name or source.folder_id
        case _:
            return ""


def _to_row(item: KnowledgeBaseDataSource) -> dict[str, Cell]:
    job = item.last_datasource_indexing_job
    return {
        "uuid": item.uuid,
        "kind": item.source.kind,
        "location": locate(item.source),
        "status": job.status.short_name if job else "",
        "indexed_at": job.completed_at if job else None,
        "indexed_item_count": job.indexed_item_count if job else None,
        "failed_item_count": job.failed_item_count if job else None,
        "error_msg": job.error_msg or "" if job else "",
        "chunking_algorithm": item.chunking_algorithm.short_name,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }


def _render_status(item: KnowledgeBaseDataSource) -> Text:
    job = item.last_datasource_indexing_job
    return format_enum(job.status) if job else Text("-")


DATA_SOURCES: Final = Listing[KnowledgeBaseDataSource](
    noun="data source",
    columns=(
        Column("uuid", width=36),
        Column("kind", width=12),
        Column("location", width=32),
        Column("status", width=17, render=_render_status),
        Column("indexed_at", ColumnType.TIME, title="INDEXED", width=20),
        Column("indexed_item_count", ColumnType.INTEGER, title="ITEMS", width=9),
        Column("failed_item_count", ColumnType.INTEGER, title="FAILED", width=7),
        Column("error_msg", title="ERROR"),
        Column("chunking_algorithm", title="CHUNKING", width=13),
        Column("created_at", ColumnType.TIME, title="CREATED", width=20),
        Column("updated_at", ColumnType.TIME, title="UPDATED", width=20),
    ),
    table=(
        *("uuid", "kind", "location", "status", "indexed_item_count"),
        *("failed_item_count", "error_msg"),
    ),
    to_row=_to_row,
    to_dict=KnowledgeBaseDataSource.to_dict,
)
"""Data sources of a knowledge base."""

UPLOADS: Final = Listing[FileUploadDataSource](
    noun="file",
    columns=(
        Column("original_file_name", title="FILE", width=32),
        Column("size_in_bytes", ColumnType.INTEGER, title="BYTES", width=14),
        Column("stored_object_key", title="KEY"),
    ),
    table=("original_file_name", "size_in_bytes", "stored_object_key"),
    to_row=lambda file: {
        "original_file_name": file.original_file_name,
        "size_in_bytes": file.size_in_bytes,
        "stored_object_key": file.stored_object_key,
    },
    to_dict=FileUploadDataSource.to_dict,
)
"""Uploaded files, which are not part of a knowledge base yet."""
