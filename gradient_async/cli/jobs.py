"""The commands for indexing jobs, `gradient-async jobs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from gradient_async.cli.output import WRITERS, OutputFormat
from gradient_async.cli.time_arguments import parse_since
from gradient_async.client import Client
from gradient_async.models import IndexingJobStatus


def _parse_since(_: object, tokens: Sequence[Token]) -> datetime:
    return parse_since(tokens[0].value, now=datetime.now(UTC))


def _parse_statuses(_: object, tokens: Sequence[Token]) -> list[IndexingJobStatus]:
    names = ",".join(token.value for token in tokens).split(",")
    return [IndexingJobStatus.parse(name.strip()) for name in names]


async def list_jobs(
    *,
    # Without `negative=()`, cyclopts would add an option `--empty-status`.
    statuses: Annotated[
        list[IndexingJobStatus] | None,
        Parameter(name="--status", negative=(), converter=_parse_statuses),
    ] = None,
    knowledge_base: str | None = None,
    since: Annotated[datetime | None, Parameter(converter=_parse_since)] = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    output: OutputFormat = "table",
) -> None:
    """
    List indexing jobs, newest first.

    Args:
        statuses: Keep only jobs with this status. Separate several with commas, as in
            `failed,partial`, or repeat the option.
        knowledge_base: Keep only jobs of the knowledge base with this UUID.
        since: Keep only jobs created at this time or later: `7d`, `24h`, `90m`,
            `2026-01-31` or an RFC 3339 time.
        limit: Maximum number of jobs to list.
        output: Output format; `json`, `jsonl` and `csv` are for other programs.
    """
    async with Client() as client:
        jobs = client.iter_indexing_jobs(
            statuses=statuses,
            knowledge_base_uuid=knowledge_base,
            created_after=since,
            max_items=limit,
        )
        await WRITERS[output](jobs, sys.stdout)
