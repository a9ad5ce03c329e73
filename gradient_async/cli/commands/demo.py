"""The command `demo`: stream the jobs of several accounts from a local emulator."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from gradient_async.accounts import Accounts, AccountStream
from gradient_async.cli.console import create_console
from gradient_async.cli.formatting import format_count
from gradient_async.cli.live_display import LiveDisplay
from gradient_async.cli.rows import Row
from gradient_async.cli.summary import render_summary
from gradient_async.cli.tally import Tally
from gradient_async.emulator import Emulator, Fault
from gradient_async.models import IndexingJob
from gradient_async.paging.list_reader import PREFETCH

_ACCOUNTS: Final = ("acme", "globex", "initech", "umbrella")
_NEW_JOBS: Final = 12
"""Number of jobs added to each account's list while it is being read."""
_REVOKED_AT: Final = 6
"""Page at which the token of the last account stops working."""
_BATCH: Final = 100
"""Number of jobs after which the display is updated."""


async def demo(
    *,
    jobs: Annotated[int, Parameter(validator=Number(gte=0))] = 2000,
    prefetch: Annotated[int, Parameter(validator=Number(gte=1))] = PREFETCH,
    latency: Annotated[float, Parameter(validator=Number(gte=0, lte=10))] = 0.2,
) -> None:
    """
    Stream the jobs of four accounts from an emulator, all at once.

    It adds new jobs while the lists are read, and revokes the token of one account.

    Args:
        jobs: Number of jobs of each account.
        prefetch: Number of pages to request at once from each account.
        latency: Round-trip time in seconds; up to half of it is added at random.
    """
    clock = asyncio.get_running_loop().time
    before = jobs * len(_ACCOUNTS)
    tally = Tally(first_total=before)
    async with _emulate(jobs, latency) as api:
        _greet(api, jobs)
        tokens = dict(zip(_ACCOUNTS, api.tokens, strict=True))
        started = clock()
        async with Accounts(
            tokens, base_url=api.url, on_attempt=tally.count_request
        ) as accounts:
            stream = accounts.iter_indexing_jobs(prefetch=prefetch, on_error="collect")
            await _show(stream, tally)
        tally.new_jobs = sum(len(api.job_uuids(it)) for it in api.tokens) - before
    reports = tuple(stream.reports.values())
    drift = any(report.drift for report in reports)
    summary = render_summary(
        tally, seconds=clock() - started, drift=drift, reports=reports
    )
    create_console(sys.stdout).print(summary)


def _emulate(jobs: int, latency: float) -> Emulator:
    """Return a server to which jobs are added, and which comes to refuse a token."""
    api = Emulator(
        jobs=jobs, accounts=len(_ACCOUNTS), latency=latency, jitter=latency / 2
    )
    *healthy, revoked = api.tokens
    for token in healthy:
        api.grow(_NEW_JOBS, token=token)
    api.fail(Fault(status=401, page=_REVOKED_AT, token=revoked, times=None))
    return api


def _greet(api: Emulator, jobs: int) -> None:
    accounts = format_count(len(_ACCOUNTS), "account")
    text = f"A local server with {accounts} of {format_count(jobs, 'job')}: {api.url}"
    create_console(sys.stderr).print(text, style="dim", soft_wrap=True)


async def _show(stream: AccountStream[IndexingJob], tally: Tally) -> None:
    """Show jobs on stderr as they arrive, if it is a terminal."""
    clock = asyncio.get_running_loop().time
    with LiveDisplay(create_console(sys.stderr), clock) as display:
        rows: list[Row[IndexingJob]] = []
        async for account, job in stream:
            tally.add_jobs([job])
            rows.append(Row(account, job))
            if len(rows) == _BATCH:
                display.update(rows, tally)
                rows.clear()
        display.update(rows, tally)
