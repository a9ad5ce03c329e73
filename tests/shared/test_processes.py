"""The whole of it, in processes that crash, hang and restart."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from gradient_async import JobEvent, SharedStoreError
from gradient_async.shared import SharedFeed, SharedStore
from tests.shared.consumer import RETRY_AFTER
from tests.shared.feed_world import (
    STEPS,
    FeedWorld,
    by_account,
    count_log,
    open_world,
    read_log,
)
from tests.shared.log_writer import LogWriter
from tests.shared.processes import WorkerProcess, count_leases
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time

ACCOUNTS = 50


@pytest_asyncio.fixture
async def world() -> AsyncIterator[FeedWorld]:
    """Open many accounts."""
    async with open_world(ACCOUNTS) as world:
        yield world


class Reference:
    """What a feed in a single process sees."""

    def __init__(self, world: FeedWorld) -> None:
        self._world = world
        self.events: dict[str, list[str]] = {}

    @property
    def count(self) -> int:
        """Number of events so far."""
        return sum(map(len, self.events.values()))

    async def run(self) -> None:
        """Listen until cancelled."""
        accounts = self._world.accounts
        async with accounts.feed(interval=0.5, idle_interval=0.5, share=1.0) as feed:
            async for event in feed.listen():
                assert isinstance(event, JobEvent)
                text = f"{event.kind} {event.key.split('/', 2)[2]}"
                self.events.setdefault(event.account, []).append(text)


class Workers:
    """The processes of a test."""

    def __init__(self, redis: str, world: FeedWorld) -> None:
        self._start: Callable[[], WorkerProcess] = lambda: WorkerProcess(
            redis, world.emulator.url, world.emulator.tokens
        )
        self.processes: list[WorkerProcess] = []
        self.logs: list[str] = []

    def add(self) -> WorkerProcess:
        """Start one more."""
        self.processes.append(self._start())
        return self.processes[-1]

    def kill(self, process: WorkerProcess) -> None:
        """Kill one."""
        process.kill()
        self.processes.remove(process)

    def end(self) -> list[int]:
        """End all that are left, and return their exit codes."""
        ends = [process.end() for process in self.processes]
        self.processes.clear()
        self.logs += [log for _, log in ends]
        return [code for code, _ in ends]


@contextmanager
def workers_of(redis: str, world: FeedWorld) -> Iterator[Workers]:
    """Provide processes, which end with the block."""
    workers = Workers(redis, world)
    try:
        yield workers
    finally:
        workers.end()


async def is_shared(store: SharedStore, workers: Workers) -> bool:
    """Return whether all accounts are held, evenly, by the processes there are."""
    counts = await count_leases(store)
    alive = {process.pid for process in workers.processes}
    share = ACCOUNTS // len(alive)
    return alive == counts.keys() and set(counts.values()) <= {share, share + 1}


async def test_one_log(
    world: FeedWorld, server: RedisServer, store: SharedStore
) -> None:
    """
    Whatever happens to processes and server, the log is that of a single process.

    One process is killed, one is stopped for longer than its leases and woken up, one
    is added, and the server restarts with its append-only file.
    """
    reference = Reference(world)
    generator = random.Random()
    with workers_of(server.url, world) as workers:
        killed, paused = workers.add(), workers.add()
        workers.add()

        steps = count(1)

        async def step(seconds: float, act: Callable[[], object] = list) -> None:
            """Let jobs move, let something happen, and wait until all is logged."""
            expected = next(steps) * ACCOUNTS
            world.emulator.advance(seconds)
            await asyncio.sleep(generator.uniform(0, 0.3))
            act()
            await until(lambda: reference.count == expected)
            await until(lambda: _has(store, expected), seconds=60)

        async with running(reference.run()):
            await until(lambda: is_shared(store, workers), seconds=60)
            await step(0.0)
            await world.start_jobs()
            await step(STEPS[0], lambda: workers.kill(killed))
            # Its accounts are logged when others have them, so its leases are over.
            await step(STEPS[1], paused.pause)
            await step(STEPS[2], paused.resume)
            await step(STEPS[3], workers.add)
            await until(lambda: is_shared(store, workers), seconds=60)
            await world.start_jobs()
            await step(STEPS[0])
            server.stop()
            world.emulator.advance(STEPS[1])
            await asyncio.sleep(0.7)
            server.start()
            for seconds in (0.0, *STEPS[2:]):
                await step(seconds)
        assert [0, 0, 0] == workers.end()

    log = await read_log(store)
    assert reference.events == by_account(log)
    assert list(range(1, len(log) + 1)) == [it.position.number for it in log]
    assert not any("Traceback" in text for text in workers.logs)


async def test_a_consumer_that_is_killed(
    server: RedisServer, store: SharedStore
) -> None:
    """What a process was handling goes to another one, which knows it by its key."""
    await LogWriter(store).write()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.shared.consumer", server.url),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    key = (await process.stdout.readline()).decode().strip()
    other = SharedFeed(store).group("mail", retry_after=RETRY_AFTER).consume()
    taking = asyncio.create_task(anext(other))
    # As long as the process lives, the entry is its own.
    await asyncio.wait([taking], timeout=2 * RETRY_AFTER)
    assert not taking.done()
    process.kill()
    await process.wait()
    async with await taking as entry:
        assert (key, 2) == (entry.key, entry.deliveries)
    await other.aclose()


async def _has(store: SharedStore, count: int) -> bool:
    # The processes may leave this one little time.
    with suppress(SharedStoreError):
        return await count_log(store) >= count
    return False  # pragma: no cover
