"""The show: an account's jobs streaming by, and what they sum up to."""

from __future__ import annotations

import asyncio
import sys

from gradient_async.cli.consoles import make_console
from gradient_async.cli.screen import Screen
from gradient_async.cli.summary import show_summary
from gradient_async.cli.tally import Tally
from gradient_async.client import Client
from gradient_async.models import IndexingJob
from gradient_async.paging import Paginator


async def show() -> None:
    """Stream all indexing jobs of the account by, and sum them up."""
    tally = Tally()
    async with Client(on_attempt=tally.count_request) as client:
        await stream(client.iter_indexing_jobs(), tally)


async def stream(jobs: Paginator[IndexingJob], tally: Tally) -> None:
    """
    Show jobs as they arrive, on a terminal's stderr, and their summary, on stdout.

    `tally` is being told of the requests already.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    with Screen(make_console(sys.stderr), clock) as screen:
        async for page in jobs.pages():
            tally.add(page)
            screen.update(page.items, tally)
    summary = show_summary(tally, seconds=clock() - started, drift=jobs.drift)
    make_console(sys.stdout).print(summary)
