"""The report on an ended job: a small table of its sources."""

from __future__ import annotations

import csv
import io
from typing import Final

from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.job_changes import indexed_sources

_COLUMNS: Final = (
    "data_source_uuid",
    "status",
    "started_at",
    "completed_at",
    "total_file_count",
    "indexed_file_count",
    "failed_item_count",
    "skipped_item_count",
    "total_bytes",
    "total_bytes_indexed",
    "error_msg",
    "error_details",
)


def write_report(job: Job) -> str:
    """Write a job's sources as CSV, a line each under the names of the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(indexed_sources(job))
    return text.getvalue()
