"""The command `events`: what stands in the log that workers write."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, TextIO

from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import changes, shared
from gradient_async.cli.board.event_lines import describe, write_json, write_text
from gradient_async.cli.console import write_note
from gradient_async.cli.formatting import format_count
from gradient_async.cli.log_lines import log_to_stderr
from gradient_async.cli.store_options import DEFAULT_STORE, StoreOptions
from gradient_async.cli.time_arguments import parse_time
from gradient_async.errors import ConfigurationError

_ID: Final = re.compile(r"[0-9]+-[0-9]+")


async def events(
    *,
    follow: Annotated[
        bool, Parameter(name=("--follow", "-f"), negative=(), show_default=False)
    ] = False,
    since: Annotated[str | None, Parameter(show_default=False)] = None,
    output: Annotated[
        Literal["lines", "jsonl"], Parameter(name=("--output", "-o"))
    ] = "lines",
    store: StoreOptions = DEFAULT_STORE,
) -> None:
    """
    Show the events in the log that workers write, from the oldest to the latest.

    Args:
        follow: Wait for what happens next, until Ctrl-C.
        since: Begin after the event of this id, or at a time: today, 24h, 2026-01-31.
            By default, with the oldest that is kept, or with --follow, from now on.
        output: Write each event as a line, for people or as JSON.
        store: The server and the log.
    """
    position = None if since is None else _parse_since(since)
    async with AsyncExitStack() as stack:
        if follow:
            stack.enter_context(log_to_stderr(logging.INFO))
        opened = await stack.enter_async_context(store.open())
        feed = shared.SharedFeed(opened, log=store.log)
        entries = (
            feed.listen(since=position)
            if follow
            else feed.history(since=position or "0-0")
        )
        found = await _write_all(entries, sys.stdout, as_json=output == "jsonl")
    if not found:
        where = f"log {store.log} of the namespace {store.namespace}"
        write_note(f"no events in the {where}{'' if since is None else ' since then'}")


async def _write_all(
    entries: AsyncIterator[shared.LogEntry | None], out: TextIO, *, as_json: bool
) -> bool:
    """Write the entries as they come; return whether there were any."""
    found = False
    async for entry in entries:
        found = True
        # Only a heartbeat would be None.
        assert entry is not None
        if as_json:
            write_json(out, entry.to_json())
        else:
            write_text(out, _describe(entry))
    return found


def _describe(entry: shared.LogEntry) -> str:
    match entry.event:
        # When that was, nobody knows.
        case shared.LogReset():
            return "events lost: the server has lost data, or is another one"
        case changes.Lagged(count=count):
            return f"{format_count(count, 'event')} lost: removed from the log"
        case event:
            return f"{entry.time:%Y-%m-%d %H:%M:%SZ}  {describe(event)}"


def _parse_since(text: str) -> str:
    """
    Return the id of a place in the log.

    Raises:
        ConfigurationError: The text is neither an id nor a time.
    """
    if _ID.fullmatch(text):
        return text
    try:
        moment = parse_time(text, now=datetime.now(UTC))
    except ValueError as error:
        problem = f"--since: {error}, nor the id of an event"
    else:
        return f"{max(0, round(moment.timestamp() * 1000))}-0"
    raise ConfigurationError(problem)
