"""
Write jobs for programs, each as soon as it arrives: JSON, JSON lines, CSV.

What opens a file is written with the first job, or at the end where there is none: a
failure before that must not look like an empty list.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, Mapping
from functools import cache
from typing import Final, TextIO

import attrs
import msgspec

from gradient_async.models import IndexingJob

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
"""The columns of a CSV file; new ones are added at the end."""


async def write_json_lines(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """Write each job as a JSON object on a line of its own, with all its fields."""
    async for job in jobs:
        out.write(f"{_to_json(job)}\n")
        out.flush()


async def write_json(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """
    Write one JSON array.

    After an error it has no end: a list cut short must not pass for a whole one.
    """
    before, end = "[\n", "[]\n"
    async for job in jobs:
        out.write(f"{before}{_to_json(job)}")
        out.flush()
        before, end = ",\n", "\n]\n"
    out.write(end)
    out.flush()


async def write_csv(jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
    """Write a heading and a row for each job; what is not there is empty."""
    rows: csv.DictWriter[str] = csv.DictWriter(
        out, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n"
    )
    open_once = cache(rows.writeheader)
    async for job in jobs:
        open_once()
        rows.writerow(_to_row(job))
        out.flush()
    open_once()
    out.flush()


def _to_json(job: IndexingJob) -> str:
    # msgspec alone would sort the fields, and leave out those of older answers.
    values = attrs.asdict(job)
    # The inherited ones, which few answers carry, come last.
    own = {name: values[name] for name in IndexingJob.__annotations__}
    return msgspec.json.encode(own | values).decode()


def _to_row(job: IndexingJob) -> Mapping[str, object]:
    row: dict[str, object] = msgspec.to_builtins(job)
    duration = job.duration
    return row | {
        "duration_seconds": None if duration is None else duration.total_seconds(),
        # Spelled as in JSON, not as in Python.
        "is_report_available": str(job.is_report_available).lower(),
    }
