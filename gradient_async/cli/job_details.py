"""Show one indexing job in full."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_duration, format_enum, format_time
from gradient_async.models import IndexedDataSource, IndexingJob
from gradient_async.printable import printable


def write_details(job: IndexingJob) -> None:
    """Write what is known of a job to stdout, for people to read."""
    create_console(sys.stdout).print(render_details(job), soft_wrap=True)


def render_details(job: IndexingJob) -> RenderableType:
    """Render a job: what it is, how far it is, and each of its data sources."""
    table = Table.grid(Column(style="bold"), "", padding=(0, 2))
    for name, value in _facts(job):
        table.add_row(name, value)
    sources = [_render_source(source) for source in job.data_source_jobs]
    return Group(table, *sources)


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


def _render_source(source: IndexedDataSource) -> RenderableType:
    """Render what a job did with a data source, and why it failed if it did."""
    heading = Text.assemble(
        "source ", printable(source.data_source_uuid), "  ", format_enum(source.status)
    )
    counts = Text(
        f"{source.indexed_item_count:,} indexed, {source.failed_item_count:,} failed, "
        f"{source.skipped_item_count:,} skipped, {source.removed_item_count:,} removed"
    )
    reasons = [source.error_msg, source.error_details]
    texts = [Text(printable(it), style="red") for it in reasons if it]
    return Padding(
        Group(heading, Padding(Group(counts, *texts), (0, 0, 0, 2))), (1, 0, 0, 0)
    )
