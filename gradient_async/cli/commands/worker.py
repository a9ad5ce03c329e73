"""The command `worker`: poll accounts together with other workers."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from math import inf
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import shared
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.formatting import format_count
from gradient_async.cli.health import (
    INTERVAL,
    check_health,
    serve_health,
    write_health,
)
from gradient_async.cli.log_lines import log_to_stderr
from gradient_async.cli.store_options import DEFAULT_STORE, StoreOptions
from gradient_async.logger import logger

_AWAY: Final = "no accounts, until the server responds"


async def worker(
    *,
    lease_seconds: Annotated[
        float, Parameter(validator=Number(gte=0.1, lt=inf))
    ] = 15.0,
    interval: Annotated[float, Parameter(validator=Number(gt=0, lt=inf))] = 2.0,
    idle_interval: Annotated[float, Parameter(validator=Number(gt=0, lt=inf))] = 30.0,
    health_file: Annotated[Path | None, Parameter(show_default=False)] = None,
    health_port: Annotated[
        int | None, Parameter(validator=Number(gte=0, lte=65535), show_default=False)
    ] = None,
    store: StoreOptions = DEFAULT_STORE,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Poll accounts together with other workers, and write events to a log they share.

    Each account is polled by one worker at a time, and all workers together keep to
    the rate limit of each token. The accounts of a worker that ends are taken over by
    the others: at once if it is stopped by SIGTERM or Ctrl-C, else after
    --lease-seconds. Logs to stderr. SIGTERM ends it with exit code 0.

    Args:
        lease_seconds: Seconds after which the accounts of a dead worker are taken over.
        interval: Seconds between two polls of an account with unfinished jobs.
        idle_interval: Seconds between two polls of any other account.
        health_file: Touch this file each second while all is well; otherwise remove it.
        health_port: Respond to HTTP requests with 200 while all is well, else 503.
        store: The server and the log.
        connection: Which accounts to poll; by default, as all commands do.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(log_to_stderr(logging.INFO))
        opened = await stack.enter_async_context(store.open())
        pacing = shared.SharedPacing(opened)
        accounts = await stack.enter_async_context(connection.open(pacing=pacing))
        feed = shared.SharedFeed(
            opened,
            accounts,
            log=store.log,
            lease_seconds=lease_seconds,
            interval=interval,
            idle_interval=idle_interval,
        )
        if health_file is not None:
            check_health(health_file)
        if health_port is not None:
            serving = serve_health(health_port, lambda: feed.leases.is_member)
            port = await stack.enter_async_context(serving)
            logger.info("worker: health on port %d, of all addresses", port)
        reporting = _report(feed.leases, len(accounts), health_file)
        await _run_until_stopped(feed.run(), reporting)


async def _run_until_stopped(*coroutines: Coroutine[object, object, None]) -> None:
    """Run until one of them fails, or until SIGTERM, by which supervisors stop us."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(it) for it in coroutines]
    # Windows has no such handlers, and no SIGTERM either.
    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, tasks[0].cancel)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        with suppress(asyncio.CancelledError):
            task.result()


def _describe(leases: shared.AccountLeases, known: int) -> str:
    accounts = format_count(known, "account")
    workers = format_count(leases.members, "worker")
    return f"{len(leases.held)} of {accounts}, {workers}"


async def _report(leases: shared.AccountLeases, known: int, path: Path | None) -> None:
    """Report how the worker is, each second, in a file and in the log."""
    latest = ""
    try:
        while True:
            if path is not None:
                write_health(path, is_well=leases.is_member)
            text = _describe(leases, known) if leases.is_member else latest and _AWAY
            if text != latest:
                logger.info("worker: %s", text)
                latest = text
            await asyncio.sleep(INTERVAL)
    finally:
        if path is not None:
            write_health(path, is_well=False)
