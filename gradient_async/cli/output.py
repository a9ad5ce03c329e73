"""
Output formats for lists of jobs: JSON, JSON lines and CSV here, tables in `table`.

Headings and brackets are written with the first job, or at the end of an empty list: a
failure before the first job must not look like an empty list.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, Mapping
from functools import cache
from typing import Final, Literal, Protocol, TextIO, TypeAlias

import attrs
import msgspec

from gradient_async.cli.table import write_table
from gradient_async.models import IndexingJob

OutputFormat: TypeAlias = Literal["table", "json", "jsonl", "csv"]

CSV_COLUMNS: Final = (
    "uuid",
    "knowledge_base_uuid",
    "phase",
    "status",
    "created_at",
    "updated_at",
    "started_at",
    "finished_at",
    "duration_seconds",
    "completed_datasources",
    "total_datasources",
    "total_tokens",
    "is_report_available",
)
"""Columns of the CSV format; new ones are added at the end."""


class Writer(Protocol):
    """Writes jobs to a file, each as soon as it arrives."""

    async def __call__(self, jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
        """Write all jobs."""
        ...


async def write_json_lines(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """Write each job, with all its fields, as a JSON object on a line."""
    async for job in jobs:
        out.write(f"{_to_json(job)}\n")
        # A pipe's reader would otherwise wait until a buffer of many jobs is full.
        out.flush()


async def write_json(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """
    Write one JSON array.

    After an error the array stays open, so that no parser accepts an incomplete list.
    """
    before, end = "[\n", "[]\n"
    async for job in jobs:
        out.write(f"{before}{_to_json(job)}")
        out.flush()
        before, end = ",\n", "\n]\n"
    out.write(end)
    out.flush()


async def write_csv(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """Write a heading and a row for each job; a missing value is an empty cell."""
    rows: csv.DictWriter[str] = csv.DictWriter(
        out, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n"
    )
    write_heading_once = cache(rows.writeheader)
    async for job in jobs:
        write_heading_once()
        rows.writerow(_to_row(job))
        out.flush()
    write_heading_once()
    out.flush()


WRITERS: Final[Mapping[OutputFormat, Writer]] = {
    "table": write_table,
    "json": write_json,
    "jsonl": write_json_lines,
    "csv": write_csv,
}


def _to_json(job: IndexingJob) -> str:
    # msgspec alone would sort the fields and omit those of older API versions.
    values = attrs.asdict(job)
    # Inherited fields, which few responses carry, come last.
    own = {name: values[name] for name in IndexingJob.__annotations__}
    return msgspec.json.encode(own | values).decode()


def _to_row(job: IndexingJob) -> Mapping[str, object]:
    row: dict[str, object] = msgspec.to_builtins(job)
    duration = job.duration
    return row | {
        "duration_seconds": None if duration is None else duration.total_seconds(),
        # `true`, as in JSON; csv would write `True`.
        "is_report_available": str(job.is_report_available).lower(),
    }
