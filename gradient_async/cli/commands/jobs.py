"""The commands for indexing jobs, `gradient-async jobs`."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Final

from cyclopts import Parameter

from gradient_async.cli.base_names import BaseNames
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.job_details import write_details
from gradient_async.cli.job_options import JobOptions
from gradient_async.cli.listings.jobs import (
    BASE_NAME,
    JOBS,
    JOBS_WITH_REASONS,
    with_base_names,
)
from gradient_async.cli.rows import raise_for_failures, read_rows
from gradient_async.cli.selection import find_base_uuid, find_job
from gradient_async.errors import ConfigurationError

_ALL_JOBS: Final = JobOptions()


async def list_jobs(
    *,
    jobs: JobOptions = _ALL_JOBS,
    why: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    List indexing jobs, newest first.

    The token in DIGITALOCEAN_ACCESS_TOKEN is the account `default`, the one in
    DIGITALOCEAN_ACCESS_TOKEN_PROD the account `prod`, and so on. Without an option
    for accounts, only `default` is listed if there is one, or else all of them.

    Args:
        jobs: Which jobs to list.
        why: Show why sources failed.
        output: How to write the list.
        connection: Which accounts to list.
    """
    async with connection.open() as chosen:
        bases = BaseNames(chosen)
        listing = JOBS_WITH_REASONS if why else JOBS
        if output.columns or output.format == "table":
            listing = with_base_names(listing, bases.known)
        has_names = BASE_NAME in (output.columns or listing.table)
        stream = await jobs.open_stream(
            chosen, on_error="collect", max_items=jobs.limit
        )
        named = stream.reports if has_names else ()
        async with (
            aclosing(read_rows(stream)) as rows,
            aclosing(bases.read_ahead(rows, named)) as shown,
        ):
            await output.write(shown, listing, accounts=connection.names_of(chosen))
        raise_for_failures(stream)


async def get_job(
    job: str,
    /,
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Show an indexing job: its progress, and what it did with each data source.

    Args:
        job: The job's id, or the start of it.
        output: How to write the job.
        connection: Which accounts to search for the job.
    """
    async with connection.open() as chosen:
        _, found = await find_job(chosen, job)
        if output.is_for_people:
            write_details(found)
        else:
            await output.write_one(found, JOBS)


async def cancel_jobs(
    *jobs: Annotated[str, Parameter(show_default=False)],
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Cancel indexing jobs.

    Args:
        jobs: Ids of jobs, or the starts of them.
        connection: Which accounts to search for the jobs.
    """
    if not jobs:
        msg = "name the jobs to cancel"
        raise ConfigurationError(msg)
    async with connection.open() as chosen:
        # Everything is found before anything is cancelled.
        for account, job in [await find_job(chosen, text) for text in jobs]:
            cancelled = await chosen[account].indexing_jobs.cancel(job.uuid)
            write_note(f"cancelled {cancelled.uuid}")


async def start_job(
    knowledge_base: str,
    /,
    *,
    sources: Annotated[
        tuple[str, ...], Parameter(name="--source", negative=(), show_default=False)
    ] = (),
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
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
