"""Commands that are repeated, lost, late or cancelled: each event is logged once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress

import pytest
import pytest_asyncio

from gradient_async import AccountEvent, LeaseLostError
from gradient_async.shared import (
    AccountLeases,
    EventGroup,
    Lease,
    LogEntry,
    LogListener,
    RedisClient,
    SharedFeed,
    SharedStore,
    outage,
)
from tests.shared.conftest import KEY
from tests.shared.faulty_client import FaultyClient, LateClient
from tests.shared.feed_world import (
    STEPS,
    FeedWorld,
    by_account,
    count_log,
    open_world,
    read_log,
)
from tests.shared.log_writer import TROUBLE, LogWriter, journal_of, take_lease
from tests.shared.redis_server import RedisServer
from tests.shared.test_feed import FIRST, WHOLE_LIFE, same
from tests.shared.waiting import running, until
from tests.support.examples import examples

pytestmark = pytest.mark.real_time


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(outage, "_PAUSE", 0.01)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[FeedWorld]:
    """Open three accounts."""
    async with open_world() as world:
        yield world


async def live(world: FeedWorld, store: SharedStore) -> None:
    """Let the jobs of all accounts begin, move and end, a step after the other."""
    known = len(world.tokens)
    await until(lambda: _has(store, known))
    await world.start_jobs()
    for number, step in enumerate(STEPS, 2):
        world.emulator.advance(step)
        await until(lambda: _has(store, number * known))  # noqa: B023


async def _has(store: SharedStore, count: int) -> bool:
    return await count_log(store) >= count


@pytest.mark.parametrize(("repeats", "losses"), [(1.0, 0.0), (0.0, 0.3), (0.3, 0.3)])
async def test_commands_and_responses_that_are_lost(
    server: RedisServer,
    store: SharedStore,
    world: FeedWorld,
    caplog: pytest.LogCaptureFixture,
    *,
    repeats: float,
    losses: float,
) -> None:
    """A command that is sent again, here or by redis-py, changes nothing more."""
    client = FaultyClient(server.url, repeats=repeats, losses=losses)
    faulty = SharedStore(client, key=KEY)
    async with running(world.feed(faulty).run()):
        await live(world, store)
    await client.aclose()

    assert same(world, [FIRST, *WHOLE_LIFE]) == by_account(await read_log(store))
    # A repetition is not taken for a write by another process.
    assert "refused" not in caplog.text


async def test_a_command_that_arrives_late(
    server: RedisServer, store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """What is still on its way when another has taken over is refused there."""
    client = LateClient(server.url)
    journal = journal_of(SharedStore(client, key=KEY), await take_lease(store, 1))
    await journal.load()
    client.hold()
    task = asyncio.create_task(journal.record_account(TROUBLE))
    await until(lambda: client.is_holding)
    later = journal_of(store, await take_lease(store, 2))
    await later.load()
    await later.record_account(TROUBLE)
    client.release()
    with pytest.raises(LeaseLostError, match="fenced 2:"):
        await task
    await client.aclose()

    assert 1 == await count_log(store)
    assert "refused to append events" in caplog.text


async def test_a_batch_that_arrives_late(
    server: RedisServer, store: SharedStore
) -> None:
    """A batch that was sent again before it arrived is appended once."""
    client = LateClient(server.url)
    journal = journal_of(SharedStore(client, key=KEY), await take_lease(store, 1))
    await journal.load()
    client.hold()
    late = asyncio.create_task(journal.record_account(TROUBLE))
    await until(lambda: client.is_holding)
    journal._count -= 1
    await journal.record_account(TROUBLE)
    await journal.record_account(TROUBLE)
    client.release()
    with pytest.raises(LeaseLostError, match="outdated"):
        await late
    await client.aclose()

    assert 2 == await count_log(store)


@pytest.mark.parametrize("seed", range(examples(8)))
async def test_cancelled_feeds(world: FeedWorld, store: SharedStore, seed: int) -> None:
    """Feeds that are cancelled at any await lose no event and repeat none."""
    generator = random.Random(seed)
    is_over = asyncio.Event()

    async def run() -> None:
        """Run a feed again and again, cancelled after some ticks or some time."""
        while not is_over.is_set():  # pragma: no branch
            task = asyncio.create_task(world.feed(store).run())
            if generator.random() < 0.5:
                for _ in range(generator.randrange(400)):
                    await asyncio.sleep(0)
            else:
                await asyncio.sleep(generator.uniform(0, 0.6))
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    async with running(run(), run(), run()):
        await live(world, store)
        is_over.set()

    log = await read_log(store)
    assert same(world, [FIRST, *WHOLE_LIFE]) == by_account(log)
    assert 15 == len(log)


@pytest.mark.parametrize("seed", range(examples(8)))
async def test_cancelled_leases(store: SharedStore, seed: int) -> None:
    """Leases that are cancelled at any await are free at once, and held by one."""
    generator = random.Random(seed)
    names = [f"a{number}" for number in range(9)]
    active = Counter[str]()

    async def work(lease: Lease) -> None:
        active[lease.account] += 1
        assert 1 == active[lease.account]
        try:
            await asyncio.sleep(generator.uniform(0, 5))
        finally:
            active[lease.account] -= 1

    async def run_briefly() -> None:
        task = asyncio.create_task(
            AccountLeases(store, lambda: names, lease_seconds=30.0).run(work)
        )
        for _ in range(generator.randrange(120)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    for _ in range(10):
        await asyncio.gather(*(run_briefly() for _ in range(3)))
    # A member that is left behind would keep its share for 30 seconds.
    leases = AccountLeases(store, lambda: names, lease_seconds=30.0)
    async with running(leases.run(work)):
        await until(lambda: active.total() == 9, seconds=25.0)


@pytest.mark.parametrize("seed", range(examples(8)))
async def test_cancelled_consumers(store: SharedStore, seed: int) -> None:
    """Consumers that are cancelled at any await lose no entry."""
    generator = random.Random(seed)
    feed = SharedFeed(store)
    writer, handled = LogWriter(store), Counter[int]()
    await writer.write(40)

    async def consume(events: EventGroup) -> None:
        async for entry in events.consume():
            async with entry:
                assert isinstance(entry.event, AccountEvent)
                await asyncio.sleep(generator.choice([0, 0.001]))
                handled[entry.position.number] += 1

    async def consume_briefly() -> None:
        events = feed.group("mail", since="0-0", retry_after=0.2)
        while len(handled) < 40:
            task = asyncio.create_task(consume(events))
            await asyncio.sleep(generator.uniform(0, 0.05))
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    async with asyncio.timeout(20):
        await asyncio.gather(*(consume_briefly() for _ in range(3)))
    assert set(range(1, 41)) == set(handled)


@pytest.mark.parametrize("seed", range(examples(8)))
async def test_cancelled_readers(store: SharedStore, seed: int) -> None:
    """Listeners and histories cancelled at any await lose no entry and repeat none."""
    generator = random.Random(seed)
    feed = SharedFeed(store)
    writer, seen = LogWriter(store), list[LogEntry]()

    async def write() -> None:
        for _ in range(40):
            await writer.write()
            await asyncio.sleep(0.005)

    def open_reader() -> AsyncIterator[LogEntry | None]:
        since = seen[-1].id if seen else "0-0"
        if generator.random() < 0.3:
            return feed.history(since=since)
        return feed.listen(since=since, heartbeat=0.02)

    async with asyncio.timeout(20), running(write()):
        while not seen or seen[-1].position.number < 40:
            reader, can_resume = open_reader(), True
            while can_resume:
                task = asyncio.create_task(collect(reader, seen))
                for _ in range(generator.randrange(60)):
                    await asyncio.sleep(0)
                await asyncio.sleep(generator.choice([0, 0.005]))
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() or task.result() is None
                # A cancelled generator cannot be resumed.
                can_resume = (
                    isinstance(reader, LogListener) and generator.random() < 0.8
                )
    assert list(range(1, 41)) == [it.position.number for it in seen]


async def collect(reader: AsyncIterator[LogEntry | None], seen: list[LogEntry]) -> None:
    """Take entries one by one: leaving a loop over a listener would end it."""
    with suppress(StopAsyncIteration):
        while True:
            # Without heartbeats, which may come or not.
            seen += filter(None, [await anext(reader)])


async def test_errors_of_others() -> None:
    """An error that is not the server's is raised as it is."""

    class Client(RedisClient):
        def execute_command(self, *_: str | bytes | float) -> Awaitable[object]:
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        await SharedStore(Client(), key=KEY).execute("GET", "x")


def test_clients() -> None:
    """The clients of these tests are such as users pass in."""
    for client in (FaultyClient("redis://h"), LateClient("redis://h")):
        assert isinstance(client, RedisClient)
