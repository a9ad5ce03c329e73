"""The command `demo`: lists, a live board and a report, from a local emulator."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Final

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.text import Text

from gradient_async.accounts import Accounts
from gradient_async.changes import JobEvent, JobEventKind
from gradient_async.cli.board.event_lines import EventLines
from gradient_async.cli.board.follow import Put
from gradient_async.cli.board.live_board import LiveBoard
from gradient_async.cli.board.state import Board, have_ended
from gradient_async.cli.console import can_draw, create_console
from gradient_async.cli.demo_report import describe_partial, render_report
from gradient_async.cli.formats.options import OutputOptions
from gradient_async.cli.formatting import format_count
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.cli.rows import Row
from gradient_async.client import Client
from gradient_async.emulator import Emulator
from gradient_async.models import IndexingJob, SpacesDataSource

_ACCOUNTS: Final = ("acme", "globex", "initech")
_JOBS: Final = 120
"""Number of jobs of each account before the demo starts its own."""
_PAGE: Final = 20
_LATENCY: Final = 0.12
"""Seconds that a request takes."""
_POLL: Final = 0.5
"""Seconds between two looks at the jobs that run."""
_REGION: Final = "tor1"


@attrs.frozen
class _Plan:
    """A knowledge base to create, and how its job goes."""

    base: str
    """Its name."""
    seconds: float
    """Time that each of its three data sources takes."""
    error: str = ""
    """Why the last of them fails; empty if none does."""
    details: str = ""
    """The same in words."""


_PLANS: Final = (
    _Plan("handbook", 2.0),
    _Plan("support-site", 2.5, "timeout", "the site was too slow"),
    _Plan("research", 3.0),
)
"""One for each account."""


async def demo(
    *, speed: Annotated[float, Parameter(validator=Number(gt=0, lte=100))] = 1.0
) -> None:
    """
    Show what the other commands do, in about 20 seconds; needs no token.

    A server on this computer has the jobs of three accounts: they are listed, a new
    job of each is watched live, and a report sums them up.

    Args:
        speed: How many times as fast as usual; up to 100.
    """
    console = create_console(sys.stdout)
    api = Emulator(
        jobs=_JOBS,
        accounts=len(_ACCOUNTS),
        limits=None,
        latency=_LATENCY / speed,
        jitter=_LATENCY / speed,
        speed=speed,
        database_seconds=0.0,
        unfinished=0,
        auto_index=False,
    )
    tokens = dict(zip(_ACCOUNTS, api.tokens, strict=True))
    async with api, Accounts(tokens, base_url=api.url) as accounts:
        listed = await _list(console, accounts, api)
        board = await _watch(console, accounts, api, _POLL / speed)
        ended = [Row(row.account, row.job) for row in board.rows(0.0)]
    _report(console, [*listed, *ended], ended)


async def _list(
    console: Console, accounts: Accounts, api: Emulator
) -> list[Row[IndexingJob]]:
    """List all jobs, and return them."""
    total = format_count(_JOBS, "job")
    _say(console, f"A local server with {len(accounts)} accounts of {total}: {api.url}")
    _say_command(console, "jobs list --all")
    listed: list[Row[IndexingJob]] = []
    stream = accounts.iter_indexing_jobs(per_page=_PAGE, prefetch=1, order="newest")

    async def rows() -> AsyncIterator[Row[IndexingJob]]:
        async for account, job in stream:
            listed.append(Row(account, job))
            yield listed[-1]

    await OutputOptions().write(rows(), JOBS, accounts=_ACCOUNTS)
    pages = sum(-(-it.items // _PAGE) for it in stream.reports.values())
    _say(console, f"{format_count(len(listed), 'job')}, {format_count(pages, 'page')}")
    return listed


async def _watch(
    console: Console, accounts: Accounts, api: Emulator, interval: float
) -> Board:
    """Start a job of each account, and watch them to their end."""
    _say_command(console, "jobs watch --all")
    board = Board(math.inf)
    sources = []
    for account, plan, token in zip(_ACCOUNTS, _PLANS, api.tokens, strict=True):
        job = await _start(accounts[account], api, plan, token)
        sources.append(partial(_follow, accounts[account], account, job.uuid, interval))
    follower: LiveBoard | EventLines
    if can_draw(sys.stdout):
        follower = LiveBoard(
            accounts, names=_ACCOUNTS, board=board, sources=sources, console=console
        )
    else:
        follower = EventLines(
            accounts, board=board, sources=sources, out=sys.stdout, as_json=False
        )
    await follower.run(lambda rows: have_ended(rows, len(_ACCOUNTS)))
    return board


async def _start(client: Client, api: Emulator, plan: _Plan, token: str) -> IndexingJob:
    """Create a knowledge base, and return the job that indexes it."""
    models = await client.models.list(usecases="knowledgebase")
    base = await client.knowledge_bases.create(
        plan.base,
        region=_REGION,
        embedding_model_uuid=models.items[0].uuid,
        data_sources=[
            SpacesDataSource(bucket_name=f"{plan.base}-{part}", region=_REGION)
            for part in ("guides", "api", "archive")
        ],
    )
    sources = [str(it["uuid"]) for it in api.data_sources(base.uuid, token)]
    for source, error in zip(sources, (plan.error, "", ""), strict=True):
        api.plan_source(
            source, seconds=plan.seconds, error_msg=error, error_details=plan.details
        )
    return await client.indexing_jobs.start_when_ready(base.uuid)


async def _follow(
    client: Client, account: str, uuid: str, interval: float, put: Put
) -> None:
    """
    Pass on each change of a job, until it has ended.

    A feed would never have a job that ended before the first poll, as it may if the
    server is fast.
    """
    previous = None
    while True:
        job = await client.indexing_jobs.get(uuid)
        if job != previous:
            kind = JobEventKind.ENDED if job.is_finished else JobEventKind.CHANGED
            put(JobEvent(account=account, kind=kind, job=job))
        if job.is_finished:
            return
        previous = job
        await asyncio.sleep(interval)


def _report(
    console: Console, rows: list[Row[IndexingJob]], ended: list[Row[IndexingJob]]
) -> None:
    """Sum up all jobs, and name what to try next."""
    _say_command(console, "jobs report --by account")
    console.print(render_report(rows))
    for text in describe_partial(row.item for row in ended):
        console.print(Text(text, "yellow"), soft_wrap=True)
    _say(console, "\nWith a token of your own in DIGITALOCEAN_ACCESS_TOKEN, try:")
    _say_command(console, "jobs list --failed --since 7d --why")


def _say(console: Console, text: str) -> None:
    console.print(Text(text, "dim"), soft_wrap=True)


def _say_command(console: Console, command: str) -> None:
    console.print(Text(f"\ngradient-async {command}", "bold"), soft_wrap=True)
