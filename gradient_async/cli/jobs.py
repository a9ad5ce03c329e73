"""The commands about indexing jobs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Protocol, TextIO, TypeAlias

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from gradient_async.cli.output import write_csv, write_json, write_json_lines
from gradient_async.cli.since import parse_since
from gradient_async.cli.table import write_table
from gradient_async.client import Client
from gradient_async.models import IndexingJob, IndexingJobStatus

Output: TypeAlias = Literal["table", "json", "jsonl", "csv"]


class Writer(Protocol):
    """Writes jobs, each as soon as it arrives."""

    async def __call__(self, jobs: AsyncIterable[IndexingJob], out: TextIO) -> None:
        """Write all jobs."""
        ...


WRITERS: Final[Mapping[Output, Writer]] = {
    "table": write_table,
    "json": write_json,
    "jsonl": write_json_lines,
    "csv": write_csv,
}


def _read_since(_: object, tokens: Sequence[Token]) -> datetime:
    return parse_since(tokens[0].value, now=datetime.now(UTC))


def _read_statuses(_: object, tokens: Sequence[Token]) -> list[IndexingJobStatus]:
    names = ",".join(token.value for token in tokens).split(",")
    return [IndexingJobStatus.parse(name.strip()) for name in names]


async def list_jobs(
    *,
    # `negative` would be an option that empties the list, which leaving it out does.
    statuses: Annotated[
        list[IndexingJobStatus] | None,
        Parameter(name="--status", negative=(), converter=_read_statuses),
    ] = None,
    knowledge_base: str | None = None,
    since: Annotated[datetime | None, Parameter(converter=_read_since)] = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    output: Output = "table",
) -> None:
    """
    List indexing jobs, newest first.

    Args:
        statuses: Keep only jobs of this status; `failed,partial` keeps both, as two
            of these options would.
        knowledge_base: Keep only jobs of the knowledge base with this UUID.
        since: Keep only jobs created then or later: `7d`, `24h`, `90m`, `2026-01-31`
            or a time in RFC 3339.
        limit: List so many jobs at most.
        output: How to write them; all but the table for programs.
    """
    async with Client() as client:
        jobs = client.iter_indexing_jobs(
            statuses=statuses,
            knowledge_base_uuid=knowledge_base,
            created_after=since,
            max_items=limit,
        )
        await WRITERS[output](jobs, sys.stdout)
