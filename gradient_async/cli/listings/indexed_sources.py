"""How the data sources of a job are listed."""

from __future__ import annotations

from typing import Final

from gradient_async.cli.columns import Cell, Column, ColumnType, Listing
from gradient_async.cli.formatting import format_enum
from gradient_async.models import IndexedDataSource


def _to_row(source: IndexedDataSource) -> dict[str, Cell]:
    status = source.status
    return {
        **{name: getattr(source, name) for name in _PLAIN},
        "status": status.short_name,
        "error_msg": source.error_msg or "",
        "error_details": source.error_details or "",
    }


_COUNTS: Final = (
    "total_file_count",
    "indexed_file_count",
    "indexed_item_count",
    "failed_item_count",
    "skipped_item_count",
    "removed_item_count",
    "total_bytes",
    "total_bytes_indexed",
)
_PLAIN: Final = ("data_source_uuid", "started_at", "completed_at", *_COUNTS)

INDEXED_SOURCES: Final = Listing[IndexedDataSource](
    noun="data source",
    columns=(
        Column("data_source_uuid", title="DATA SOURCE", width=36),
        Column("status", width=17, render=lambda source: format_enum(source.status)),
        Column("started_at", ColumnType.TIME, width=20),
        Column("completed_at", ColumnType.TIME, width=20),
        *(Column(name, ColumnType.INTEGER) for name in _COUNTS),
        Column("error_msg", title="ERROR"),
        Column("error_details", title="DETAILS"),
    ),
    table=(
        "data_source_uuid",
        "status",
        "indexed_item_count",
        "failed_item_count",
        "error_msg",
        "error_details",
    ),
    to_row=_to_row,
    to_dict=IndexedDataSource.to_dict,
)
"""What a job did with each data source."""
