"""Consumer groups: who gets which entry, once or again, and what is told."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest
import pytest_asyncio
from redis.exceptions import ConnectionError as LostConnectionError

from gradient_async import AccountEvent, Lagged
from gradient_async.shared import (
    EventGroup,
    GroupConsumer,
    GroupEntry,
    LogReset,
    SharedFeed,
    SharedStore,
    outage,
)
from gradient_async.shared.script import Script
from gradient_async.shared.store import to_text
from tests.shared.conftest import KEY
from tests.shared.faulty_client import LateClient
from tests.shared.log_writer import KEYS, LogWriter
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time

RETRY_AFTER = 0.45

_RENEW = Script.load("gradient_async.shared.log", "renew.lua")

_OWNER = Script("return redis.call('XPENDING', KEYS[1], 'mail', '-', '+', 1)[1][2]")


@pytest_asyncio.fixture
async def writer(store: SharedStore) -> LogWriter:
    """Return a writer that keeps everything."""
    return LogWriter(store)


@pytest.fixture
def group(store: SharedStore) -> EventGroup:
    """Return a group that begins with the oldest entry."""
    return group_of(store)


def group_of(store: SharedStore, since: str | None = "0-0") -> EventGroup:
    """Return a group, as another process would."""
    return SharedFeed(store).group("mail", since=since, retry_after=RETRY_AFTER)


class Worker:
    """A consumer that handles entries for some time each."""

    def __init__(self, group: EventGroup, seconds: float = 0.0) -> None:
        self._group = group
        self._seconds = seconds
        self.begun: list[GroupEntry] = []
        self.handled: list[int] = []

    async def run(self) -> None:
        """Handle entries until cancelled."""
        async for entry in self._group.consume():
            async with entry:
                self.begun.append(entry)
                await asyncio.sleep(self._seconds)
                self.handled.append(entry.position.number)


async def take(consumer: GroupConsumer, count: int) -> list[GroupEntry]:
    """Return some entries, all acknowledged."""
    entries = list[GroupEntry]()
    async with asyncio.timeout(10):
        while len(entries) < count:
            entry = await anext(consumer)
            async with entry:
                entries.append(entry)
    return entries


def numbers(entries: list[GroupEntry]) -> list[int]:
    """Return the numbers of entries."""
    return [entry.position.number for entry in entries]


async def pending(store: SharedStore) -> int:
    """Return the number of entries that were delivered and not acknowledged."""
    response = await store.execute("XPENDING", KEYS.events, "mail")
    return response["pending"]  # type: ignore[index, no-any-return]


async def test_sharing_the_work(
    group: EventGroup, writer: LogWriter, store: SharedStore
) -> None:
    """Each entry goes to one consumer of a group; all of them get some."""
    workers = [Worker(it, 0.01) for it in (group, group, group_of(store))]
    async with running(*(it.run() for it in workers)):
        await writer.write(30)
        await until(lambda: sum(len(it.handled) for it in workers) == 30)

    assert all(len(it.handled) >= 5 for it in workers)
    assert list(range(1, 31)) == sorted(n for it in workers for n in it.handled)
    assert 0 == await pending(store)


async def test_groups_are_independent(writer: LogWriter, store: SharedStore) -> None:
    """Another group gets all entries, too."""
    await writer.write(3)
    feed = SharedFeed(store)
    for name in ("one", "two"):
        consumer = feed.group(name, since="0-0").consume()
        assert [1, 2, 3] == numbers(await take(consumer, 3))
        await consumer.aclose()


async def test_where_a_group_begins(writer: LogWriter, store: SharedStore) -> None:
    """A new group begins now, or after an id; an existing one where it was."""
    await writer.write(5)
    consumer = group_of(store, None).consume()
    entry = asyncio.create_task(anext(consumer))
    await asyncio.sleep(0.1)
    await writer.write()
    async with await entry as found:
        assert 6 == found.position.number
    await consumer.aclose()
    await writer.write()
    later = group_of(store, "0-0").consume()
    assert [7] == numbers(await take(later, 1))
    await later.aclose()


async def test_a_handler_that_fails(group: EventGroup, writer: LogWriter) -> None:
    """An entry whose handler failed comes again, counted, and with the same key."""
    await writer.write()
    consumer = group.consume()
    entry = await anext(consumer)
    with pytest.raises(ValueError, match="broken"):
        async with entry:
            msg = "broken"
            raise ValueError(msg)
    again = await anext(consumer)
    async with again:
        assert (entry.id, entry.key, 1, 2) == (
            again.id,
            again.key,
            entry.deliveries,
            again.deliveries,
        )
    await consumer.aclose()


async def test_a_consumer_that_is_lost(group: EventGroup, writer: LogWriter) -> None:
    """What a consumer held that was cancelled goes to another one."""
    await writer.write(2)
    one, two = Worker(group, 60.0), Worker(group)
    async with running(one.run()):
        await until(lambda: len(one.begun) == 1)
    async with running(two.run()):
        await until(lambda: len(two.handled) == 2)

    assert [1, 2] == sorted(two.handled)
    assert {1: 2, 2: 1} == {it.position.number: it.deliveries for it in two.begun}


async def test_a_slow_handler(
    group: EventGroup, writer: LogWriter, store: SharedStore
) -> None:
    """An entry stays with its consumer however long it takes; also behind others."""
    slow, other = Worker(group, 3 * RETRY_AFTER), Worker(group)
    async with running(slow.run()):
        await writer.write()
        await until(lambda: len(slow.begun) == 1)
        async with running(other.run()):
            await writer.write()
            await until(lambda: other.handled == [2])
            await until(lambda: slow.handled == [1])

    assert [2] == other.handled
    assert 0 == await pending(store)


async def test_a_paused_handler(
    group: EventGroup, writer: LogWriter, store: SharedStore
) -> None:
    """A process that wakes up does not take back what another one handles."""
    await writer.write()
    paused, other = group.consume(), group_of(store).consume()
    entry = await anext(paused)
    renew, paused.renew = paused.renew, asyncio.Event().wait  # type: ignore[method-assign, assignment]
    async with entry:
        again = await anext(other)
        async with again:
            await renew()
            owner = await store.run(_OWNER, [KEYS.events])
            assert 2 == again.deliveries
            assert other._server._consumer == to_text(owner)
    assert 0 == await pending(store)
    await paused.aclose()
    await other.aclose()


async def test_handlers_at_the_same_time(group: EventGroup, writer: LogWriter) -> None:
    """Entries may be handled in tasks of their own; each stays until its block ends."""
    counts = Counter[int]()

    async def handle(entry: GroupEntry) -> None:
        async with entry:
            counts[entry.position.number] += 1
            await asyncio.sleep(2 * RETRY_AFTER)

    await writer.write(5)
    consumer = group.consume()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(handle(await anext(consumer)))
        # Closing the consumer does not take them away, either.
        await consumer.aclose()
        async with running(other_run := Worker(group).run()):
            await asyncio.sleep(1.5 * RETRY_AFTER)
    del other_run
    assert dict.fromkeys(range(1, 6), 1) == dict(counts)


async def test_an_entry_that_is_dropped(group: EventGroup, writer: LogWriter) -> None:
    """An entry that a consumer let go of without handling it comes again."""
    await writer.write(2)
    consumer = group.consume()
    assert 1 == (await anext(consumer)).position.number
    gc.collect()
    assert [1, 2] == sorted(numbers(await take(consumer, 2)))
    await consumer.aclose()


async def test_entries_that_were_removed(store: SharedStore) -> None:
    """A group is told of entries that were removed before it had them."""
    writer = LogWriter(store, keep_events=10)
    await writer.write(2)
    consumer = group_of(store).consume()
    assert [1, 2] == numbers(await take(consumer, 2))
    await writer.write(500)
    lagged, first = await take(consumer, 2)
    assert isinstance(lagged.event, Lagged)
    assert first.position.number - 3 == lagged.event.count > 0
    assert "" == lagged.account
    await consumer.aclose()


async def test_left_entries_that_were_removed(store: SharedStore) -> None:
    """A group is told of entries that were removed while nobody handled them."""
    writer = LogWriter(store, keep_events=10)
    await writer.write(2)
    for _ in range(2):
        consumer = group_of(store).consume()
        await anext(consumer)
        await consumer.aclose()
    await writer.write(500)
    gc.collect()
    await asyncio.sleep(RETRY_AFTER)
    consumer = group_of(store).consume()
    lagged, _ = await take(consumer, 2)
    assert isinstance(lagged.event, Lagged)
    assert lagged.event.count > 2
    assert 0 == await pending(store)
    await consumer.aclose()


async def test_an_entry_removed_while_it_is_handled(store: SharedStore) -> None:
    """A handler that holds a removed entry can finish it."""
    writer = LogWriter(store, keep_events=10)
    await writer.write()
    consumer = group_of(store).consume()
    async with await anext(consumer):
        await writer.write(500)
        await asyncio.sleep(RETRY_AFTER / 2)
    assert 0 == await pending(store)
    await consumer.aclose()


@pytest.mark.parametrize("is_gone", [True, False])
async def test_lost_data(
    group: EventGroup, writer: LogWriter, store: SharedStore, *, is_gone: bool
) -> None:
    """A group is told when the server has lost its data, and goes on from there."""
    await writer.write(3)
    consumer = group.consume()
    await take(consumer, 3)
    await store.execute(*(["FLUSHALL"] if is_gone else ["DEL", KEYS.last, KEYS.events]))
    await writer.restart()
    await writer.write(2)
    reset, *rest = await take(consumer, 3)
    assert LogReset() == reset.event
    assert [1, 2] == numbers(rest)
    await consumer.aclose()


async def test_lost_numbers(
    group: EventGroup, writer: LogWriter, store: SharedStore
) -> None:
    """A group is told when the server has lost the latest entries only."""
    await writer.write(5)
    consumer = group.consume()
    entries = await take(consumer, 5)
    await store.execute("SET", KEYS.last, entries[2].id.replace("-", "1-"))
    await writer.restart()
    await writer.write()
    reset, again = await take(consumer, 2)
    assert LogReset() == reset.event
    assert 4 == again.position.number
    await consumer.aclose()


async def test_an_outage(
    group: EventGroup,
    writer: LogWriter,
    server: RedisServer,
    store: SharedStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Consuming and acknowledging wait for the server; each outage is a warning."""
    await writer.write(2)
    worker = Worker(group, 0.3)
    async with running(worker.run()):
        await until(lambda: len(worker.begun) == 1)
        server.stop()
        await asyncio.sleep(0.6)
        server.start()
        await until(lambda: worker.handled == [1, 2])
        server.stop()
        # Nothing is handled now, and the worker asks for more.
        await asyncio.sleep(2 * RETRY_AFTER)
        server.start()
        await writer.write()
        await until(lambda: worker.handled == [1, 2, 3])
        await until(lambda: _is_done(store))
    warnings = [it.message for it in caplog.records if "listeners wait" in it.message]
    assert 2 == len(warnings)


async def test_no_server(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no server, a consumer waits for it, with one warning."""
    monkeypatch.setattr(outage, "_PAUSE", 0.01)
    worker = Worker(group_of(SharedStore("unix:///nowhere.sock", key=KEY)))
    async with running(worker.run()):
        await asyncio.sleep(0.1)
    assert [] == worker.handled
    assert 1 == len(caplog.records)


async def _is_done(store: SharedStore) -> bool:
    return await pending(store) == 0


async def test_dead_consumers_are_forgotten(
    group: EventGroup, writer: LogWriter, store: SharedStore
) -> None:
    """Consumers that left nothing are removed from the server in the end."""
    feed = SharedFeed(store)
    brief = feed.group("mail", since="0-0", retry_after=0.1)
    for _ in range(4):
        await writer.write()
        consumer = brief.consume()
        await take(consumer, 1)
        await consumer.aclose()
        await asyncio.sleep(1.1)
    found = await store.execute("XINFO", "CONSUMERS", KEYS.events, "mail")
    assert 1 == len(found)  # type: ignore[arg-type]


async def test_an_unreadable_entry(
    store: SharedStore, writer: LogWriter, caplog: pytest.LogCaptureFixture
) -> None:
    """An entry that cannot be read is named once, skipped, and does not come again."""
    unreadable = ("account", "acme", "key", "", "kind", "later", "event", "{}")
    await store.execute("XADD", KEYS.events, "1-1", *unreadable)
    await store.execute("SET", KEYS.last, "1-1")
    await writer.write(2)
    # With a pause between attempts that a test does not wait for.
    slow = SharedFeed(store).group("mail", since="0-0", retry_after=300.0)

    assert [2, 3] == numbers(await take(slow.consume(), 2))
    (warning,) = caplog.messages
    assert warning.startswith("group mail: entry 1-1 is skipped")
    assert 0 == await pending(store)


async def test_an_unreadable_entry_in_an_outage(
    server: RedisServer, store: SharedStore
) -> None:
    """An unreadable entry whose acknowledgement is lost is skipped, and comes again."""
    await store.execute("XADD", KEYS.events, "1-1", "kind", "later")
    client = UnacknowledgingClient(server.url)
    consumer = group_of(SharedStore(client, key=KEY)).consume()
    async with running(take(consumer, 1)):
        await until(lambda: client.refused > 1)
    await consumer.aclose()
    await client.aclose()
    assert 1 == await pending(store)


class UnacknowledgingClient(LateClient):
    """A client that loses acknowledgements."""

    refused = 0

    async def execute_command(self, *args: str | bytes | float) -> object:
        """Send a command unless it acknowledges an entry."""
        if args[0] == "XACK":
            self.refused += 1
            raise LostConnectionError("the command was lost")
        return await super().execute_command(*args)


async def test_closing(group: EventGroup) -> None:
    """A consumer that is closed ends its loop."""
    consumer = group.consume()
    task = asyncio.create_task(anext(consumer, None))
    await asyncio.sleep(0.1)
    await consumer.aclose()
    assert None is await task
    assert [] == [it async for it in consumer]


async def test_closing_while_fetching(server: RedisServer, writer: LogWriter) -> None:
    """A consumer that is closed while it fetches an entry leaves it to another one."""
    await writer.write()
    client = LateClient(server.url)
    store = SharedStore(client, key=KEY)
    consumer = group_of(store).consume()
    client.hold()
    task = asyncio.create_task(anext(consumer, None))
    await until(lambda: client.is_holding)
    await consumer.aclose()
    client.release()
    assert None is await task
    (entry,) = await take(group_of(store).consume(), 1)
    assert 2 == entry.deliveries
    await client.aclose()


async def test_closing_while_fetching_nothing(server: RedisServer) -> None:
    """A consumer that is closed while it fetches does not wait for entries after it."""
    client = LateClient(server.url)
    feed = SharedFeed(SharedStore(client, key=KEY))
    consumer = feed.group("mail", retry_after=300.0).consume()
    client.hold()
    task = asyncio.create_task(anext(consumer, None))
    await until(lambda: client.is_holding)
    await consumer.aclose()
    client.release()
    async with asyncio.timeout(10):
        assert None is await task
    await client.aclose()


class UnrenewingClient(LateClient):
    """A client that fails to renew entries, not because of the server."""

    async def execute_command(self, *args: str | bytes | float) -> object:
        """Send a command unless it renews entries."""
        if args[1] == _RENEW.digest:
            msg = "broken"
            raise KeyError(msg)
        return await super().execute_command(*args)


async def test_renewing_that_fails(server: RedisServer, writer: LogWriter) -> None:
    """What ends renewing is raised where the next entry would come."""
    await writer.write(2)
    client = UnrenewingClient(server.url)
    consumer = group_of(SharedStore(client, key=KEY)).consume()
    async with await anext(consumer):
        renewal = consumer._renewal
        assert renewal is not None
        await until(renewal.done)
    with pytest.raises(KeyError, match="broken"):
        await anext(consumer)
    await consumer.aclose()
    await client.aclose()


async def test_leaving(group: EventGroup, writer: LogWriter) -> None:
    """Nothing runs any more once a loop is left, or a consumer is dropped."""
    await writer.write(2)
    async for entry in group.consume():  # pragma: no branch
        async with entry:
            assert isinstance(entry.event, AccountEvent)
        break
    consumer = group.consume()
    async with await anext(consumer):
        pass
    del consumer, entry
    gc.collect()
    await until(lambda: len(asyncio.all_tasks()) == 1)


def test_names() -> None:
    """A group knows its name."""
    group = SharedFeed(SharedStore("redis://h", key=KEY)).group("mail")
    assert "mail" == group.name
