"""The command `demo`: stream jobs from a local emulator."""

from __future__ import annotations

import sys
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_count
from gradient_async.cli.stream import Tally, stream_jobs
from gradient_async.client import Client
from gradient_async.emulator import Emulator
from gradient_async.paging.list_reader import PREFETCH

_NEW_JOBS: Final = 12
"""Number of jobs added while the list is being read."""


async def demo(
    *,
    jobs: Annotated[int, Parameter(validator=Number(gte=0))] = 5000,
    prefetch: Annotated[int, Parameter(validator=Number(gte=1))] = PREFETCH,
    latency: Annotated[float, Parameter(validator=Number(gte=0, lte=10))] = 0.2,
) -> None:
    """
    Stream jobs from an emulator that adds new ones while they are read.

    Args:
        jobs: Number of jobs on the server.
        prefetch: Number of pages to request at once.
        latency: Round-trip time in seconds; up to half of it is added at random.
    """
    tally = Tally()
    async with Emulator(jobs=jobs, latency=latency, jitter=latency / 2) as api:
        api.grow(_NEW_JOBS)
        greeting = f"A local server with {format_count(jobs, 'job')}: {api.url}"
        create_console(sys.stderr).print(greeting, style="dim", soft_wrap=True)
        async with Client(
            api.token, base_url=api.url, on_attempt=tally.count_request
        ) as client:
            await stream_jobs(client.iter_indexing_jobs(prefetch=prefetch), tally)
