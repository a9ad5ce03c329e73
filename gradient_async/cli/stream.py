"""The default command: stream an account's jobs live, then print a summary."""

from __future__ import annotations

import asyncio
import sys

from gradient_async.cli.console import create_console
from gradient_async.cli.live_display import LiveDisplay
from gradient_async.cli.proxy import Proxy, find_proxy
from gradient_async.cli.rows import Row
from gradient_async.cli.summary import render_summary
from gradient_async.cli.tally import Tally
from gradient_async.client import Client
from gradient_async.models import IndexingJob
from gradient_async.paging import Paginator


async def stream(*, proxy: Proxy = None) -> None:
    """
    Stream all indexing jobs of the account and print a summary.

    Args:
        proxy: URL of an HTTP proxy, instead of the one in HTTPS_PROXY or ALL_PROXY.
    """
    tally = Tally()
    async with Client(
        proxy=find_proxy(proxy), on_attempt=tally.count_request
    ) as client:
        await stream_jobs(client.iter_indexing_jobs(), tally)


async def stream_jobs(jobs: Paginator[IndexingJob], tally: Tally) -> None:
    """
    Show jobs on stderr as they arrive, if it is a terminal; then a summary on stdout.

    Args:
        jobs: The jobs to read.
        tally: Counts them; the client's `on_attempt` already counts requests there.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    with LiveDisplay(create_console(sys.stderr), clock) as display:
        async for page in jobs.pages():
            tally.add_page(page)
            display.update([Row("", job) for job in page.items], tally)
    summary = render_summary(tally, seconds=clock() - started, drift=jobs.drift)
    create_console(sys.stdout).print(summary)
