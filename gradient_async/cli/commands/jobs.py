"""The commands for indexing jobs, `gradient-async jobs`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Final

from cyclopts import Parameter, Token
from cyclopts.validators import Number

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.connection import Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.options import OutputOptions
from gradient_async.cli.job_details import write_details
from gradient_async.cli.listings.jobs import JOBS, JOBS_WITH_REASONS
from gradient_async.cli.rows import raise_for_failures, read_rows
from gradient_async.cli.selection import (
    find_base_everywhere,
    find_base_uuid,
    find_job_uuid,
)
from gradient_async.cli.time_arguments import parse_since
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.models import IndexingJob, IndexingJobStatus
from gradient_async.paging import Paginator
from gradient_async.resources.job_filter import JobFilters

_RUNNING: Final = (IndexingJobStatus.PENDING, IndexingJobStatus.IN_PROGRESS)
_FAILED: Final = (IndexingJobStatus.FAILED, IndexingJobStatus.PARTIAL)
_DEFAULTS: Final = Connection()
_TABLE: Final = OutputOptions()


def _parse_since(_: object, tokens: Sequence[Token]) -> datetime:
    return parse_since(tokens[0].value, now=datetime.now(UTC))


def _parse_statuses(_: object, tokens: Sequence[Token]) -> list[IndexingJobStatus]:
    names = ",".join(token.value for token in tokens).split(",")
    return [IndexingJobStatus.parse(name.strip()) for name in names]


Since = Annotated[datetime | None, Parameter(converter=_parse_since)]
"""An option for a time, as an age, a day or a time."""


async def list_jobs(
    *,
    running: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    failed: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    # Without `negative=()`, cyclopts would add an option `--empty-status`.
    statuses: Annotated[
        list[IndexingJobStatus] | None,
        Parameter(name="--status", negative=(), converter=_parse_statuses),
    ] = None,
    knowledge_base: Annotated[
        str | None, Parameter(name=("--knowledge-base", "--kb"))
    ] = None,
    since: Since = None,
    why: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    limit: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    output: OutputOptions = _TABLE,
    connection: Connection = _DEFAULTS,
) -> None:
    """
    List indexing jobs, newest first.

    The token in DIGITALOCEAN_ACCESS_TOKEN is the account `default`, the one in
    DIGITALOCEAN_ACCESS_TOKEN_PROD the account `prod`, and so on. Without an option
    for accounts, only `default` is listed if there is one, or else all of them.

    Args:
        running: Keep only jobs that are pending or in progress.
        failed: Keep only jobs that failed, in whole or in part.
        statuses: Keep only jobs with this status. Separate several with commas, as in
            `failed,partial`, or repeat the option.
        knowledge_base: Keep only jobs of the knowledge base with this name or id.
        since: Keep only jobs created at this time or later: `today`, `7d`, `24h`,
            `90m`, `2026-01-31` or an RFC 3339 time.
        why: Show why sources failed.
        limit: Maximum number of jobs to list.
        output: How to write the list.
        connection: Which accounts to list.
    """
    chosen_statuses = [
        *(statuses or ()),
        *(_RUNNING if running else ()),
        *(_FAILED if failed else ()),
    ]
    filters = JobFilters(statuses=chosen_statuses or None, created_after=since)
    listing = JOBS_WITH_REASONS if why else JOBS
    async with connection.open() as chosen:
        stream = await _open_stream(chosen, knowledge_base, limit, filters)
        async with aclosing(read_rows(stream)) as rows:
            await output.write(rows, listing, accounts=connection.names_of(chosen))
        raise_for_failures(stream)


async def _open_stream(
    chosen: accounts.Accounts,
    knowledge_base: str | None,
    limit: int | None,
    filters: JobFilters,
) -> accounts.AccountStream[IndexingJob]:
    """Return the jobs of all accounts, or those of a knowledge base of any of them."""
    bases: dict[str, str | None] = dict.fromkeys(chosen)
    if knowledge_base is not None:
        bases = {**await find_base_everywhere(chosen, knowledge_base)}

    def build(client: Client) -> Paginator[IndexingJob]:
        mine = filters.copy()
        mine["knowledge_base_uuid"] = bases[client.account]
        return client.iter_indexing_jobs(**mine)

    return chosen.select(names=list(bases)).stream(
        build, order="newest", max_items=limit, on_error="collect"
    )


async def get_job(
    job: str,
    /,
    *,
    output: OutputOptions = _TABLE,
    connection: Connection = _DEFAULTS,
) -> None:
    """
    Show an indexing job: its progress, and what it did with each data source.

    Args:
        job: The job's id, or the start of it.
        output: How to write the job.
        connection: The account of the job.
    """
    async with connection.open_one() as client:
        uuid = await find_job_uuid(client, job)
        found = await client.indexing_jobs.get(uuid)
        if output.format == "table" and not output.columns:
            write_details(found)
        else:
            await output.write_one(found, JOBS)


async def cancel_jobs(
    *jobs: Annotated[str, Parameter(show_default=False)],
    connection: Connection = _DEFAULTS,
) -> None:
    """
    Cancel indexing jobs.

    Args:
        jobs: Ids of jobs, or the starts of them.
        connection: The account of the jobs.
    """
    if not jobs:
        msg = "name the jobs to cancel"
        raise ConfigurationError(msg)
    async with connection.open_one() as client:
        # Everything is found before anything is cancelled.
        for uuid in [await find_job_uuid(client, job) for job in jobs]:
            cancelled = await client.indexing_jobs.cancel(uuid)
            write_note(f"cancelled {cancelled.uuid}")


async def start_job(
    knowledge_base: str,
    /,
    *,
    sources: Annotated[
        tuple[str, ...], Parameter(name="--source", negative=(), show_default=False)
    ] = (),
    output: OutputOptions = _TABLE,
    connection: Connection = _DEFAULTS,
) -> None:
    """
    Start an indexing job, and show it; `gradient-async index --wait` also waits for it.

    Args:
        knowledge_base: Name or id of the knowledge base.
        sources: Index only the data source with this id. Repeat the option for several.
        output: How to write the job.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        job = await client.indexing_jobs.create(uuid, data_source_uuids=sources)
        await output.write_one(job, JOBS)
