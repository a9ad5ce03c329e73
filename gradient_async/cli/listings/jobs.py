"""How indexing jobs are listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.columns import Cell, Column, ColumnType, Listing, to_text
from gradient_async.cli.formatting import format_duration, format_enum, format_sources
from gradient_async.cli.reasons import reason_of_job
from gradient_async.models import IndexingJob


def _to_row(job: IndexingJob) -> dict[str, Cell]:
    return {**job.to_row(), "reason": reason_of_job(job)}


def _render_duration(job: IndexingJob) -> Text:
    return format_duration(job.duration)


_UUID_WIDTH: Final = 36
_TIME_WIDTH: Final = 20
_NAME_WIDTH: Final = 18
# Reasons are longer; this is what they get before less important columns.
_REASON_WIDTH: Final = 20
# As many characters of an id as the board shows; commands accept them.
_SHOWN: Final = 8

JOBS: Final = Listing[IndexingJob](
    noun="indexing job",
    columns=(
        Column("uuid", width=_UUID_WIDTH),
        Column("knowledge_base_uuid", title="KNOWLEDGE BASE ID", width=_UUID_WIDTH),
        Column("phase", width=9, render=lambda job: format_enum(job.phase)),
        Column("status", width=11, render=lambda job: format_enum(job.status)),
        Column("created_at", ColumnType.TIME, title="CREATED", width=_TIME_WIDTH),
        Column("updated_at", ColumnType.TIME, title="UPDATED", width=_TIME_WIDTH),
        Column("started_at", ColumnType.TIME, title="STARTED", width=_TIME_WIDTH),
        Column("finished_at", ColumnType.TIME, title="FINISHED", width=_TIME_WIDTH),
        Column(
            "duration_seconds",
            ColumnType.NUMBER,
            title="TOOK",
            width=7,
            render=_render_duration,
        ),
        Column(
            "completed_datasources",
            ColumnType.INTEGER,
            title="SOURCES",
            render=lambda job: Text(format_sources(job)),
        ),
        Column("total_datasources", ColumnType.INTEGER),
        Column("total_tokens", ColumnType.INTEGER, title="TOKENS", width=11),
        Column("is_report_available", ColumnType.FLAG),
        Column("is_finished", ColumnType.FLAG),
        Column("succeeded", ColumnType.FLAG),
        Column("data_source_count", ColumnType.INTEGER),
        Column("failed_source_count", ColumnType.INTEGER),
        Column("indexed_item_count", ColumnType.INTEGER),
        Column("failed_item_count", ColumnType.INTEGER),
        Column("error_msg"),
        Column("error_details"),
        Column("reason", width=_REASON_WIDTH, is_kept=True),
    ),
    table=(
        "uuid",
        "status",
        "created_at",
        "duration_seconds",
        "total_tokens",
        "completed_datasources",
        "phase",
        "knowledge_base_uuid",
    ),
    to_row=_to_row,
    to_dict=IndexingJob.to_dict,
)
"""Indexing jobs."""

JOBS_WITH_REASONS: Final = Listing[IndexingJob](
    noun=JOBS.noun,
    columns=JOBS.columns,
    table=("uuid", "status", "created_at", "reason"),
    to_row=_to_row,
    to_dict=lambda job: {**job.to_dict(), "reason": reason_of_job(job)},
)
"""Indexing jobs, with why they failed."""

BASE_NAME: Final = "knowledge_base_name"
"""Name of the column that `with_base_names` adds."""


def with_base_names(
    listing: Listing[IndexingJob], names: Mapping[str, str]
) -> Listing[IndexingJob]:
    """
    Return a listing of jobs that has the names of their knowledge bases, too.

    Args:
        listing: Listing without them.
        names: Names by id, which may still be incomplete: a table shows the start of
            an id whose name is unknown.
    """

    def render(job: IndexingJob) -> Text:
        uuid = job.knowledge_base_uuid
        return to_text(names.get(uuid) or uuid[:_SHOWN])

    column = Column(BASE_NAME, title="KNOWLEDGE BASE", width=_NAME_WIDTH, render=render)
    place = listing.table.index("status") + 1
    return attrs.evolve(
        listing,
        columns=(*listing.columns, column),
        table=(*listing.table[:place], BASE_NAME, *listing.table[place:]),
        to_row=lambda job: {
            **listing.to_row(job),
            BASE_NAME: names.get(job.knowledge_base_uuid, ""),
        },
    )
