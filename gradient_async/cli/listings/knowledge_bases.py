"""How knowledge bases are listed."""

from __future__ import annotations

from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.columns import Cell, Column, ColumnType, Listing
from gradient_async.cli.formatting import format_enum
from gradient_async.models import KnowledgeBase


@attrs.frozen
class NamedBase:
    """A knowledge base, and the name of its embedding model."""

    base: KnowledgeBase
    """The knowledge base; the state of its database is known only from `get`."""
    model: str = ""
    """Name of its embedding model; empty if it was not looked up."""


def _to_row(item: NamedBase) -> dict[str, Cell]:
    base, job = item.base, item.base.last_indexing_job
    return {
        **{name: getattr(base, name) for name in _PLAIN},
        "database_status": _status_of(base),
        "embedding_model": item.model,
        "tags": ",".join(base.tags),
        "last_job_uuid": job.uuid if job else "",
        "last_job_status": job.status.short_name if job else "",
        "last_job_finished_at": job.finished_at if job else None,
    }


def _status_of(base: KnowledgeBase) -> str:
    return base.database_status.short_name if base.database_status else ""


def _to_dict(item: NamedBase) -> dict[str, object]:
    return {**item.base.to_dict(), "embedding_model": item.model or None}


def _render_database(item: NamedBase) -> Text:
    status = item.base.database_status
    return format_enum(status) if status else Text("-")


def _render_job(item: NamedBase) -> Text:
    job = item.base.last_indexing_job
    return format_enum(job.status) if job else Text("-")


_PLAIN: Final = (
    *("name", "uuid", "region", "embedding_model_uuid", "database_id", "project_id"),
    *("is_public", "created_at", "updated_at"),
)
_COLUMNS: Final = (
    Column[NamedBase]("name", width=24),
    Column[NamedBase]("uuid", width=36),
    Column[NamedBase]("region"),
    Column("database_status", title="DATABASE", width=9, render=_render_database),
    Column[NamedBase]("embedding_model", title="MODEL", width=24),
    Column("last_job_status", title="LAST JOB", width=11, render=_render_job),
    Column[NamedBase]("last_job_uuid", width=36),
    Column[NamedBase]("last_job_finished_at", ColumnType.TIME, width=20),
    Column[NamedBase]("created_at", ColumnType.TIME, title="CREATED", width=20),
    Column[NamedBase]("updated_at", ColumnType.TIME, title="UPDATED", width=20),
    Column[NamedBase]("tags"),
    Column[NamedBase]("embedding_model_uuid", width=36),
    Column[NamedBase]("database_id", width=36),
    Column[NamedBase]("project_id", width=36),
    Column[NamedBase]("is_public", ColumnType.FLAG),
)

KNOWLEDGE_BASES: Final = Listing[NamedBase](
    noun="knowledge base",
    columns=_COLUMNS,
    table=("name", "uuid", "region", "last_job_status", "created_at", "tags"),
    to_row=_to_row,
    to_dict=_to_dict,
)
"""Knowledge bases."""

KNOWLEDGE_BASE_DETAILS: Final = attrs.evolve(
    KNOWLEDGE_BASES,
    table=(
        *("name", "uuid", "region", "database_status", "embedding_model"),
        *("last_job_status", "created_at", "tags"),
    ),
)
"""Knowledge bases with the state of their databases, and their models."""
