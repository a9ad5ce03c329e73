"""Show one indexing job in full."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from gradient_async.cli.facts import plain, render_facts, write_lines
from gradient_async.cli.formatting import format_duration, format_enum, format_time
from gradient_async.models import IndexedDataSource, IndexingJob
from gradient_async.printable import printable


def write_details(job: IndexingJob) -> None:
    """Write what is known of a job to stdout, for people to read."""
    write_lines(render_details(job))


def render_details(job: IndexingJob) -> Iterator[Text]:
    """Yield the lines: what the job is, how far it is, and each data source."""
    yield from render_facts(_facts(job))
    for source in job.data_source_jobs:
        yield Text()
        yield from _render_source(source)


def _facts(job: IndexingJob) -> Iterator[tuple[str, Text]]:
    yield "job", plain(job.uuid)
    yield "knowledge base", plain(job.knowledge_base_uuid)
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
