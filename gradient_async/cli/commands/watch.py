"""The command `jobs watch`: what happens to jobs, as it happens."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.board.event_lines import EventLines
from gradient_async.cli.board.follow import follow_all, follow_job
from gradient_async.cli.board.inbox import Source
from gradient_async.cli.board.live_board import LiveBoard
from gradient_async.cli.board.state import KEPT_SECONDS, Board, have_ended
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import can_draw, create_console
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.cli.job_exit_codes import exit_code_of_jobs
from gradient_async.cli.selection import find_job

Output: TypeAlias = Literal["lines", "jsonl"] | None
"""How events are written; None means a board if that can be drawn, else lines."""


async def watch_jobs(
    *jobs: Annotated[str, Parameter(show_default=False)],
    output: Annotated[Output, Parameter(name=("--output", "-o"))] = None,
    connection: Connection = DEFAULT_CONNECTION,
) -> int:
    """
    Watch indexing jobs, live: all that run, or those named until they have ended.

    Args:
        jobs: Ids of jobs, or the starts of them; without any, all that run.
        output: Write each event as a line, for people or as JSON.
        connection: Which accounts to watch.
    """
    async with connection.open() as chosen:
        found = [await find_job(chosen, job) for job in jobs]
        named = list(dict.fromkeys((account, job.uuid) for account, job in found))
        board = Board(math.inf if named else KEPT_SECONDS)
        sources = [
            partial(follow_job, chosen[account], account, uuid)
            for account, uuid in named
        ] or [partial(follow_all, chosen.feed())]
        follower = _create_follower(
            chosen, connection.names_of(chosen), board, sources, output
        )
        is_over = await follower.run(lambda rows: have_ended(rows, len(named)))
    if named and not is_over:
        # Nobody knows how these jobs end.
        return ExitCode.INTERRUPTED
    return exit_code_of_jobs(row.job for row in board.rows(time.time())) if named else 0


def _create_follower(
    chosen: accounts.Accounts,
    names: Sequence[str],
    board: Board,
    sources: Sequence[Source],
    output: Output,
) -> LiveBoard | EventLines:
    """Return what shows the events: a board if stdout is a terminal, else lines."""
    if output is None and can_draw(sys.stdout):
        console = create_console(sys.stdout)
        return LiveBoard(
            chosen, names=names, board=board, sources=sources, console=console
        )
    return EventLines(
        chosen,
        board=board,
        sources=sources,
        out=sys.stdout,
        as_json=output == "jsonl",
    )
