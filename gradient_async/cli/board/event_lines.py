"""Events as lines, for a pipe, a file, or a terminal that cannot draw."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, TextIO, cast

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.changes import AccountEvent, FeedEvent, JobEvent
from gradient_async.cli.base_names import BaseNames
from gradient_async.cli.board.inbox import Inbox, Source
from gradient_async.cli.board.state import Board, BoardRow
from gradient_async.cli.error_lines import describe_error
from gradient_async.cli.escaping import escape_json
from gradient_async.cli.formatting import format_count, format_sources
from gradient_async.cli.reasons import reason_of_job
from gradient_async.printable import printable

_FOREVER: Final = 3600.0
"""Seconds to wait for an event before waiting again."""


class EventLines:
    """
    Writes events as lines, each at once.

    Args:
        chosen: The accounts.
        board: What has happened so far.
        sources: Where events come from.
        out: Where the lines go.
        as_json: Whether each line is a JSON object.
        clock: Function that returns this computer's time in seconds.
    """

    def __init__(
        self,
        chosen: accounts.Accounts,
        *,
        board: Board,
        sources: Sequence[Source],
        out: TextIO,
        as_json: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bases = BaseNames(chosen)
        self._board = board
        self._inbox = Inbox(sources)
        self._out = out
        self._as_json = as_json
        self._clock = clock

    async def run(self, is_over: Callable[[list[BoardRow]], bool]) -> bool:
        """Write until it is over; return that it is."""
        async with self._inbox:
            while not is_over(self._board.rows(self._clock())):
                for message in await self._inbox.take(_FOREVER):
                    # Nobody presses keys here.
                    event = cast(FeedEvent, message)
                    self._board.apply(event, self._clock())
                    await self._write(event)
        return True

    async def _write(self, event: FeedEvent) -> None:
        if self._as_json:
            write_json(self._out, event.to_json())
        else:
            write_text(self._out, describe(event, await self._name_of(event)))

    async def _name_of(self, event: FeedEvent) -> str:
        """Return the name of a job's knowledge base; empty if it has none."""
        if not isinstance(event, JobEvent):
            return ""
        uuid = event.job.knowledge_base_uuid
        if self._bases.lacks(uuid):
            await self._bases.load(event.account)
        return self._bases.known.get(uuid, "")


def write_json(out: TextIO, content: str) -> None:
    """Write the JSON of an event as a line, at once."""
    _write(out, escape_json(content, out.encoding))


def write_text(out: TextIO, text: str) -> None:
    """Write what is said of an event as a line, at once."""
    _write(out, printable(text))


def _write(out: TextIO, text: str) -> None:
    out.write(f"{text}\n")
    # A pipe's reader would otherwise wait until a buffer is full.
    out.flush()


def describe(event: FeedEvent, name: str = "") -> str:
    """Return an event as a line: the account, the job, and what happened."""
    match event:
        case JobEvent():
            return "  ".join(_words(event, name))
        case AccountEvent():
            words = [event.account, event.kind]
            if event.error is not None:
                words += describe_error(event.error)
            return "  ".join(words)
        case _:
            return f"{format_count(event.count, 'event')} lost: the output is too slow"


def _words(event: JobEvent, name: str) -> list[str]:
    job = event.job
    if event.was_deleted:
        state = "deleted"
    else:
        state = (job.status if job.is_finished else job.phase).short_name
    words = [
        event.account,
        job.uuid,
        name or job.knowledge_base_uuid,
        state,
        f"{format_sources(job)} sources",
        format_count(job.total_tokens, "token"),
        reason_of_job(job),
    ]
    return [word for word in words if word]
