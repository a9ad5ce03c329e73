"""The command `index`: index a knowledge base, and tell how it went."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from gradient_async.cli.board.follow import Put, follow_job
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import can_draw, create_console, write_note
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.job_details import write_details
from gradient_async.cli.job_exit_codes import exit_code_of_job
from gradient_async.cli.job_progress import JobProgress
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.cli.selection import find_base_uuid
from gradient_async.client import Client
from gradient_async.errors import IndexingJobRunningError
from gradient_async.models import IndexingJob

_HOUR: Final = 3600.0


async def index(
    knowledge_base: str,
    /,
    *,
    wait: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    sources: Annotated[
        tuple[str, ...], Parameter(name="--source", negative=(), show_default=False)
    ] = (),
    timeout: Annotated[float, Parameter(validator=Number(gt=0))] = _HOUR,  # noqa: ASYNC109
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> int:
    """
    Index a knowledge base: start a job once its database is ready, and show the job.

    Args:
        knowledge_base: Name or id of the knowledge base.
        wait: Wait until the job has ended.
        sources: Index only the data source with this id. Repeat the option for several.
        timeout: Seconds to wait, for the database and for the job.
        output: How to write the job.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        if not wait:
            job = await client.indexing_jobs.start_when_ready(
                uuid, data_source_uuids=sources, timeout=timeout
            )
            await output.write_one(job, JOBS)
            return ExitCode.SUCCESS
        job = await _follow(client, uuid, sources, timeout)
        if output.is_for_people:
            write_details(job)
        else:
            await output.write_one(job, JOBS)
        return exit_code_of_job(job)


async def _follow(
    client: Client,
    uuid: str,
    sources: tuple[str, ...],
    seconds: float,
) -> IndexingJob:
    """Start a job and return it once it has ended, with progress on stderr."""
    progress = JobProgress(
        partial(_start_and_follow, client, uuid, sources, seconds),
        console=create_console(sys.stderr) if can_draw(sys.stderr) else None,
        waiting="waiting until the knowledge base can be indexed",
    )
    try:
        return await progress.run()
    except asyncio.CancelledError:
        if progress.job is not None:
            uuid = progress.job.uuid
            advice = "follow it with `gradient-async jobs watch`"
            write_note(f"job {uuid} goes on: {advice}")
        raise


async def _start_and_follow(
    client: Client,
    uuid: str,
    sources: tuple[str, ...],
    seconds: float,
    put: Put,
) -> None:
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    try:
        job = await client.indexing_jobs.start_when_ready(
            uuid, data_source_uuids=sources, timeout=seconds
        )
    except IndexingJobRunningError as error:
        # It may not index what was asked for.
        if sources:
            raise
        job = error.job
        write_note(f"job {job.uuid} is already running: waiting for it")
    left = max(1.0, deadline - clock())
    await follow_job(client, client.account, job.uuid, put, seconds=left)
