"""Show one indexing job in full."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_duration, format_enum, format_time
from gradient_async.models import IndexedDataSource, IndexingJob
from gradient_async.printable import printable

_NAME_WIDTH: Final = 16


def write_details(job: IndexingJob) -> None:
    """Write what is known of a job to stdout, for people to read."""
    console = create_console(sys.stdout)
    for line in render_details(job):
        console.print(line, soft_wrap=True)


def render_details(job: IndexingJob) -> Iterator[Text]:
    """Yield the lines: what the job is, how far it is, and each data source."""
    for name, value in _facts(job):
        yield Text.assemble((name.ljust(_NAME_WIDTH), "bold"), value)
    for source in job.data_source_jobs:
        yield Text()
        yield from _render_source(source)


def _facts(job: IndexingJob) -> Iterator[tuple[str, Text]]:
    yield "job", Text(printable(job.uuid))
    yield "knowledge base", Text(printable(job.knowledge_base_uuid))
    yield "status", format_enum(job.status)
    yield "phase", format_enum(job.phase)
    yield "created", format_time(job.created_at)
    yield "started", format_time(job.started_at)
    yield "finished", format_time(job.finished_at)
    yield "took", format_duration(job.duration)
    yield "sources", Text(f"{job.completed_datasources} of {job.total_datasources}")
    yield "tokens", Text(f"{job.total_tokens:,}")


def _render_source(source: IndexedDataSource) -> Iterator[Text]:
    """Yield what a job did with a data source, and why it failed if it did."""
    name, status = printable(source.data_source_uuid), format_enum(source.status)
    yield Text.assemble(("source ", "bold"), name, "  ", status)
    yield Text(
        f"  {source.indexed_item_count:,} indexed, {source.failed_item_count:,} failed,"
        f" {source.skipped_item_count:,} skipped, {source.removed_item_count:,} removed"
    )
    for reason in filter(None, (source.error_msg, source.error_details)):
        yield Text(f"  {printable(reason)}", style="red")
