"""Show one knowledge base in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from gradient_async.cli.facts import plain, render_facts, write_lines
from gradient_async.cli.formatting import format_enum, format_time
from gradient_async.cli.listings.data_sources import locate
from gradient_async.cli.listings.knowledge_bases import NamedBase
from gradient_async.models import KnowledgeBaseDataSource
from gradient_async.printable import printable


def write_base(item: NamedBase, sources: Sequence[KnowledgeBaseDataSource]) -> None:
    """Write what is known of a knowledge base to stdout, and its data sources."""
    heading = Text("sources" if sources else "no sources", style="bold")
    lines = *render_facts(_facts(item)), heading, *map(_describe_source, sources)
    write_lines(lines)


def _facts(item: NamedBase) -> Iterator[tuple[str, Text]]:
    base, job = item.base, item.base.last_indexing_job
    status = base.database_status
    yield "name", plain(base.name)
    yield "knowledge base", plain(base.uuid)
    yield "region", plain(base.region)
    yield "database", format_enum(status) if status else Text("-")
    yield "model", plain(item.model or base.embedding_model_uuid)
    yield "project", plain(base.project_id)
    yield "tags", plain(", ".join(base.tags))
    yield "created", format_time(base.created_at)
    yield "updated", format_time(base.updated_at)
    if job is not None:
        yield "last job", Text.assemble(plain(job.uuid), "  ", format_enum(job.status))


def _describe_source(item: KnowledgeBaseDataSource) -> Text:
    """Return a line with the kind and the place of a data source, and its state."""
    job = item.last_datasource_indexing_job
    line = Text.assemble(
        *("  ", printable(item.uuid), "  ", printable(item.source.kind), "  "),
        plain(locate(item.source)),
    )
    return line.append("  ").append_text(format_enum(job.status)) if job else line
