"""What is missing in what was read of a log; without a server."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import AccountEvent, AccountEventKind, Lagged
from gradient_async.shared import LogEntry, LogReset, SharedStore
from gradient_async.shared.log.entry import START, LogPosition
from gradient_async.shared.log.gaps import tell_gaps
from gradient_async.shared.log.reader import LogPage, LogReader
from gradient_async.shared.log.tail import LogTail
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.outage import Outage
from tests.shared.conftest import KEY

EVENT = AccountEvent(account="acme", kind=AccountEventKind.RECOVERED)


def entry(ms: int, number: int) -> LogEntry:
    """Return an entry at a place."""
    return LogEntry(id=f"{ms}-{number}", event=EVENT)


@pytest.mark.parametrize(
    ("before", "numbers", "expected"),
    [
        (LogPosition(1, 5), [6, 7], [6, 7]),
        (LogPosition(1, 5), [], []),
        (LogPosition(1, 5), [9, 10], [Lagged(count=3), 9, 10]),
        (LogPosition(1, 5), [6, 8], [6, Lagged(count=1), 8]),
        (LogPosition(1, 5), [1, 2], [LogReset(), 1, 2]),
        (LogPosition(1, 5), [6, 1, 2, 4], [6, LogReset(), 1, 2, Lagged(count=1), 4]),
        (LogPosition(1, 5), [5], [LogReset(), 5]),
        (START, [7, 8], [7, 8]),
    ],
)
def test_gaps(
    before: LogPosition, numbers: list[int], expected: list[int | Lagged | LogReset]
) -> None:
    """Entries that are missing are told where they are missing."""
    found = tell_gaps(before, [entry(2, number) for number in numbers])
    assert expected == [
        it.position.number if it.event is EVENT else it.event for it in found
    ]


class SlowReader(LogReader):
    """A reader that finds the end after entries were added to it."""

    async def find_end(self) -> LogPosition:
        """Return the end, later."""
        await asyncio.sleep(1)
        return LogPosition(1, 2)

    async def wait_after(self, _: LogPosition, seconds: float) -> None:
        """Wait in vain."""
        await asyncio.sleep(seconds)

    async def read_after(self, _: LogPosition) -> LogPage:
        """Return nothing."""
        return LogPage(LogPosition(1, 2), [])


async def test_entries_before_the_tail() -> None:
    """Who has read before the tail knew the end reads again once it does."""
    store = SharedStore("redis://h", key=KEY)
    tail = LogTail(SlowReader(store, LogKeys("gradient", "main")), Outage("", ""))
    woken = asyncio.Event()
    tail.join(woken)
    assert None is tail.after(LogPosition(1, 1))
    async with asyncio.timeout(1.5):
        await woken.wait()
    assert None is tail.after(LogPosition(1, 1))
    assert [] == tail.after(LogPosition(1, 2))
    await asyncio.sleep(2)
    tail.leave(woken)
