"""The script that paces one token, on a real server and its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from gradient_async.shared import SharedStore
from gradient_async.shared.pacing.script import (
    PacingReply,
    PacingRequest,
    ask_server,
    name_keys,
)
from gradient_async.shared.pacing.slots import Report
from tests.shared.redis_server import RedisServer

pytestmark = pytest.mark.real_time

FINGERPRINT = "0123456789abcdef"


class Process:
    """A process that takes slots, and reports what the test says."""

    def __init__(
        self, store: SharedStore, name: str, windows: Sequence[tuple[int, float]]
    ) -> None:
        self._store, self._name, self._windows = store, name, windows
        self._next_number = 0
        self.epoch = ""

    async def ask(self, want: int = 0, **options: Any) -> PacingReply:
        """Run the script, to get slots."""
        request: dict[str, Any] = {
            "process": self._name,
            "epoch": self.epoch,
            "windows": self._windows,
            "first": self._next_number,
            "want": want,
            "valid_until": None,
            "spare": 0,
            # Slots are kept however slow the test is.
            "grace": 30.0,
            "report": Report(),
        }
        keys = name_keys(self._store, FINGERPRINT)
        reply = await ask_server(self._store, keys, PacingRequest(**request | options))
        self._next_number += reply.granted
        return reply

    async def end(self, *numbers: int, ago: float = 0.0, want: int = 0) -> PacingReply:
        """Report requests that have ended."""
        return await self.ask(want, report=Report([(it, ago) for it in numbers]))


async def test_the_windows(store: SharedStore) -> None:
    """Slots are granted while all windows have room, and counted from their end."""
    process = Process(store, "a", [(3, 0.5), (4, 60.0)])
    first = await process.ask(want=5)
    assert (3, (0, 1)) == (first.granted, tuple(first.room))
    # In flight: there is no room before one window has passed, as far as is known.
    assert 0.45 < (first.wait or 0) <= 0.5
    assert 0.0 == first.certain_wait

    ended = await process.end(0, 1, 2, ago=0.3)
    assert 0.15 < ended.certain_wait < 0.201
    await asyncio.sleep(ended.certain_wait)
    last = await process.ask(want=2)
    assert (1, (2, 0)) == (last.granted, tuple(last.room))
    assert 59 < (last.wait or 0) <= 60


async def test_unsent_slots(store: SharedStore) -> None:
    """A slot that was not used does not count, reported once or twice."""
    process = Process(store, "a", [(2, 60.0)])
    assert 2 == (await process.ask(want=2)).granted
    for _ in range(2):
        assert [2] == (await process.ask(report=Report(unsent=[0, 1]))).room
    assert 2 == (await process.ask(want=2)).granted


async def test_repeated_reports(store: SharedStore) -> None:
    """A report that is repeated, since its reply was lost, counts once."""
    process = Process(store, "a", [(3, 60.0)])
    await process.ask(want=1)
    for _ in range(2):
        assert [2] == (await process.end(0)).room


async def test_a_slot_of_a_dead_process(store: SharedStore) -> None:
    """A slot that is not renewed ends when it expires, and counts for a window more."""
    dead, renewed = (Process(store, name, [(2, 0.2)]) for name in "ab")
    await dead.ask(want=1, slot_seconds=0.2)
    await renewed.ask(want=1, slot_seconds=0.2)
    for _ in range(5):
        await asyncio.sleep(0.1)
        held = Report(held=[0])
        reply = await renewed.ask(report=held, slot_seconds=0.2)
    assert [1] == reply.room


async def test_spare_slots(store: SharedStore) -> None:
    """A few slots more are granted while at least half of each window stays free."""
    process = Process(store, "a", [(10, 60.0), (20, 3600.0)])
    assert 4 == (await process.ask(want=1, spare=3)).granted
    assert 1 == (await process.ask(want=1, spare=3)).granted
    assert 0 == (await process.ask(want=0, spare=3)).granted


async def test_no_windows(store: SharedStore) -> None:
    """Without a limit everything is granted, until the API refuses a request."""
    process = Process(store, "a", [])
    reply = await process.ask(want=50)
    assert (50, None, ()) == (reply.granted, reply.wait, tuple(reply.room))

    refused = await process.ask(want=1, block=7.0)
    assert 0 == refused.granted
    assert 6.9 < min(refused.blocked, refused.wait or 0, refused.certain_wait) <= 7.0


async def test_a_refusal(store: SharedStore) -> None:
    """A refusal blocks every process, for the longest time that one was told."""
    refused, other = (Process(store, name, [(10, 1.0)]) for name in "ab")
    await refused.ask(block=20.0)
    await refused.ask(block=5.0)

    reply = await other.ask(want=1)
    assert 0 == reply.granted
    assert 19.9 < min(reply.blocked, reply.wait or 0, reply.certain_wait) <= 20.0


async def test_requests_of_others(store: SharedStore) -> None:
    """What is missing in the longest window by a response was sent by others."""
    process = Process(store, "a", [(5, 0.1), (10, 60.0)])
    await process.ask(want=2)
    await process.end(0, 1)
    reply = await process.ask(limits=(3, 1.0))
    # 10, of which 2 are known and 5 others'.
    assert [3] == reply.room[1:]
    await asyncio.sleep(0.11)

    full = await process.ask(want=5)
    assert 3 == full.granted
    assert 0.0 < (full.wait or 0) <= 0.9
    await asyncio.sleep(full.wait or 0)
    assert 2 == (await process.ask(want=2)).granted


async def test_only_requests_of_others(store: SharedStore) -> None:
    """If others have used up the window, their reset is when to come again."""
    process = Process(store, "a", [(10, 60.0)])
    reply = await process.ask(want=1, limits=(0, 5.0))

    assert 0 == reply.granted
    assert 4.9 < min(reply.wait or 0, reply.certain_wait) <= 5.0


async def test_turns(store: SharedStore) -> None:
    """Processes that wait get slots in turn, whoever asks most and first."""
    windows = [(6, 0.3)]
    greedy, modest, late = (Process(store, name, windows) for name in "abc")
    assert 6 == (await greedy.ask(want=30)).granted
    denied = [await it.ask(want=30) for it in (modest, late)]
    assert [0, 0] == [it.granted for it in denied]
    assert [1, 2] == [it.rivals for it in denied]
    await greedy.end(*range(6), ago=0.01)
    await asyncio.sleep(0.31)

    # It had six slots, so the others come first.
    reply = await greedy.ask(want=30)
    assert 0 == reply.granted
    assert 0 < (reply.wait or 0) <= 0.3
    granted = [(await it.ask(want=30)).granted for it in (modest, late)]
    assert 6 == sum(granted)
    assert 2 <= min(granted)


@pytest.mark.parametrize(("expected", "grace"), [(0, 30.0), (2, -30.0)])
async def test_a_process_that_does_not_come(
    store: SharedStore, expected: int, grace: float
) -> None:
    """Slots are kept for a process only as long as it may be late."""
    present, gone = (Process(store, name, [(2, 0.2)]) for name in "ab")
    await present.ask(want=5)
    assert 0 == (await gone.ask(want=5, grace=grace)).granted
    await present.end(0, 1, ago=0.1)
    await asyncio.sleep(0.1)

    reply = await present.ask(want=2)
    assert expected == reply.granted
    assert (expected == 0) == (reply.wait is not None)


async def test_credit(store: SharedStore) -> None:
    """A process that joins is not ahead by all that the others have had before."""
    windows = [(8, 0.1)]
    old, new = (Process(store, name, windows) for name in "ab")
    for number in range(0, 80, 8):
        assert 8 == (await old.ask(want=8)).granted
        await old.end(*range(number, number + 8), ago=0.1)
    assert 8 == (await old.ask(want=20)).granted
    await new.ask(want=20)

    # The new one first gets its share of one window, which is 4.
    last = await old.end(*range(80, 88), ago=0.1, want=20)
    assert [2, 6] == [last.granted, (await new.ask(want=20)).granted]


async def test_processes_that_were_seen(store: SharedStore) -> None:
    """Processes count that were seen lately."""
    first, second = (Process(store, name, [(5, 60.0)]) for name in "ab")
    assert 1 == (await first.ask()).processes
    assert 2 == (await second.ask()).processes
    await asyncio.sleep(0.02)
    assert 1 == (await second.ask(lately=0.01)).processes


async def test_data_that_was_lost(store: SharedStore) -> None:
    """A process that knows other data is granted nothing; what it reports counts."""
    process, new = (Process(store, name, [(5, 60.0)]) for name in "ab")
    process.epoch = (await process.ask(want=2)).epoch
    await store.execute("FLUSHALL")

    reply = await process.ask(want=2, report=Report(ended=[(0, 1.0), (1, 2.0)]))
    assert (0, None, [3]) == (reply.granted, reply.wait, reply.room)
    assert process.epoch != reply.epoch
    assert 3 == (await new.ask(want=5)).granted


async def test_a_script_that_is_late(store: SharedStore) -> None:
    """A script that runs when nobody waits for its reply does nothing."""
    process = Process(store, "a", [(5, 60.0)])
    now = (await process.ask()).now

    reply = await process.ask(want=2, valid_until=now - 1, report=Report(held=[7]))
    assert reply.is_late
    assert abs(reply.now - now) < 5
    assert 5 == (await process.ask(want=5, valid_until=now + 60)).granted


async def test_keys(server: RedisServer, store: SharedStore) -> None:
    """All keys of a token are in one slot of a cluster, and expire."""
    await Process(store, "a", [(5, 60.0)]).ask(want=1)
    hidden = store.hide(FINGERPRINT)
    async with Redis.from_url(server.url, decode_responses=True) as client:
        keys = await client.keys()
        times = [await client.pttl(key) for key in keys]

    assert {
        f"gradient:pacing:{{{hidden}}}:{name}" for name in ("log", "processes", "facts")
    } == {*keys}
    # A window, the slot, and the time for which a process counts.
    assert all(124_000 < time <= 125_000 for time in times)
