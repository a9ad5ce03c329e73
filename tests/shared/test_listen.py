"""Listeners: from where they begin, what they see, and what they are told."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from gradient_async import (
    AccountEvent,
    ConfigurationError,
    DecodeError,
    Lagged,
)
from gradient_async.shared import (
    AccountLeases,
    LogEntry,
    LogListener,
    LogReset,
    SharedFeed,
    SharedStore,
    outage,
)
from tests.shared.conftest import KEY
from tests.shared.feed_world import read_log
from tests.shared.log_writer import KEYS, LogWriter
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import until

pytestmark = pytest.mark.real_time


@pytest_asyncio.fixture
async def writer(store: SharedStore) -> LogWriter:
    """Return a writer that keeps everything."""
    return LogWriter(store)


def numbers(entries: list[LogEntry | None]) -> list[int | str]:
    """Return the number of each entry, and the kind of what is none."""
    return [
        "heartbeat"
        if entry is None
        else entry.position.number
        if isinstance(entry.event, AccountEvent)
        else str(entry.event.kind)
        for entry in entries
    ]


def entries_of(listening: Listening) -> list[int | str]:
    """Return what a listener has received, without heartbeats."""
    return [it for it in listening.numbers if it != "heartbeat"]


class Listening:
    """Entries that a task collects from a listener."""

    def __init__(self, feed: SharedFeed, **options: object) -> None:
        self.entries: list[LogEntry | None] = []
        self._task = asyncio.create_task(self._collect(feed, **options))

    async def _collect(self, feed: SharedFeed, **options: object) -> None:
        async for entry in feed.listen(**options):  # type: ignore[arg-type]
            self.entries.append(entry)

    @property
    def numbers(self) -> list[int | str]:
        """What has come so far."""
        return numbers(self.entries)

    async def join(self) -> None:
        """Wait for the end of listening, and raise what it has raised."""
        async with asyncio.timeout(20):
            await self._task

    async def end(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.wait([self._task])


@pytest_asyncio.fixture
async def listen(
    store: SharedStore,
) -> AsyncIterator[Callable[..., Listening]]:
    """Return a function that starts to listen; all end with the test."""
    feed, started = SharedFeed(store), list[Listening]()

    def start(**options: object) -> Listening:
        started.append(Listening(feed, **options))
        return started[-1]

    yield start
    for it in started:
        await it.end()


async def test_from_now_on(writer: LogWriter, listen: Callable[..., Listening]) -> None:
    """Without `since`, a listener sees what happens from now on, as others do."""
    await writer.write(2)
    one, two = listen(), listen()
    await asyncio.sleep(0.2)
    await writer.write(2)
    await until(lambda: one.numbers == two.numbers == [3, 4])


async def test_since(writer: LogWriter, listen: Callable[..., Listening]) -> None:
    """A listener resumes after an id, or begins with the oldest entry."""
    await writer.write(450)
    log = await read_log_of(writer)
    oldest, resumed = listen(since="0-0"), listen(since=log[440].id)
    await until(lambda: len(resumed.numbers) == 9)
    await until(lambda: len(oldest.numbers) == 450)
    await writer.write(2)
    await until(lambda: resumed.numbers == list(range(442, 453)))
    await until(lambda: oldest.numbers == list(range(1, 453)))


async def read_log_of(writer: LogWriter) -> list[LogEntry]:
    """Return all entries."""
    return await read_log(writer._store)


async def test_a_slow_listener(store: SharedStore, writer: LogWriter) -> None:
    """A listener that reads late misses nothing, however far it is behind."""
    feed = SharedFeed(store)
    fast = Listening(feed)
    slow = feed.listen()
    await writer.write()
    await asyncio.sleep(0.1)
    entry = asyncio.create_task(anext(slow))
    await asyncio.sleep(0.1)
    await writer.write(1300)
    await until(lambda: len(fast.numbers) >= 1300)
    found = [await entry, *[await anext(slow) for _ in range(1299)]]
    await fast.end()
    await slow.aclose()

    assert list(range(2, 1302)) == numbers(found)


async def test_heartbeats(writer: LogWriter, listen: Callable[..., Listening]) -> None:
    """Without entries, None comes instead, and nothing is lost meanwhile."""
    listening = listen(heartbeat=0.1)
    await until(lambda: listening.numbers[:2] == ["heartbeat"] * 2)
    await writer.write()
    await until(lambda: 1 in listening.numbers)


async def test_trimmed_by_number(
    store: SharedStore, listen: Callable[..., Listening]
) -> None:
    """Who resumes where entries were removed is told how many."""
    writer = LogWriter(store, keep_events=10)
    await writer.write(500)
    log = await read_log(store)
    assert 10 <= len(log) < 200
    first = log[0].position.number
    listening = listen(since=f"{log[0].position.ms}-5")
    await until(lambda: len(listening.entries) > len(log))
    lagged = listening.entries[0]
    assert lagged is not None
    assert Lagged(count=first - 6) == lagged.event
    assert "" == lagged.account
    assert lagged.id == lagged.key
    assert list(range(first, 501)) == listening.numbers[1:]


async def test_what_is_kept_for_ever(store: SharedStore) -> None:
    """An age before the beginning of time removes nothing."""
    await LogWriter(store, keep_seconds=1e12).write(3)
    assert 3 == len(await read_log(store))


async def test_trimmed_by_age(store: SharedStore) -> None:
    """Entries that are older than they are kept are removed with later ones."""
    writer = LogWriter(store, keep_seconds=0.2)
    await writer.write(400)
    await asyncio.sleep(0.4)
    await writer.write(1)
    assert len(await read_log(store)) < 150


@pytest.mark.parametrize("is_empty", [True, False])
async def test_lost_data(
    store: SharedStore,
    writer: LogWriter,
    listen: Callable[..., Listening],
    *,
    is_empty: bool,
) -> None:
    """A server that comes back without its data is noticed, listening or resuming."""
    await writer.write(3)
    last = (await read_log(store))[-1].id
    listening = listen()
    await asyncio.sleep(0.2)
    await store.execute("FLUSHALL")
    if not is_empty:
        await writer.restart()
        await writer.write(2)
    resumed = listen(since=last)
    rest = [] if is_empty else [1, 2]
    await until(lambda: resumed.numbers == ["reset", *rest])
    await until(lambda: listening.numbers == ["reset", *rest])
    entry = resumed.entries[0]
    assert entry is not None
    assert LogReset() == entry.event
    assert f'id: {last}\nevent: reset\ndata: {{"kind":"reset"}}\n\n' == entry.to_sse()


async def test_an_outage(
    server: RedisServer,
    writer: LogWriter,
    listen: Callable[..., Listening],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Listeners go on when the server is back; there is one warning."""
    listening = listen(heartbeat=0.2)
    await until(lambda: listening.numbers == ["heartbeat"])
    await writer.write()
    await until(lambda: 1 in listening.numbers)
    server.stop()
    late = listen(since="0-0", heartbeat=0.2)
    await until(lambda: "heartbeat" in late.numbers)
    server.start()
    await writer.write()
    for it in (listening, late):
        await until(lambda: entries_of(it) == [1, 2])  # noqa: B023
    warnings = [it.message for it in caplog.records if "listeners wait" in it.message]
    assert 1 == len(warnings)


async def test_no_server(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no server, a listener waits for it, with a warning and beats."""
    monkeypatch.setattr(outage, "_PAUSE", 0.01)
    feed = SharedFeed(SharedStore("unix:///nowhere.sock", key=KEY))
    listening = Listening(feed, since="0-0", heartbeat=0.2)
    await until(lambda: len(listening.entries) >= 2)
    await listening.end()
    assert {"heartbeat"} == {*listening.numbers}
    assert 1 == len(caplog.records)


async def test_leaving(store: SharedStore, writer: LogWriter) -> None:
    """The log is followed only while somebody listens, and again for the next one."""
    feed = SharedFeed(store)
    await writer.write(2)
    for _ in range(2):
        async for entry in feed.listen(since="0-0"):  # pragma: no branch
            assert entry is not None
            assert 1 == entry.position.number
            break
        gc.collect()
        await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_closing(store: SharedStore) -> None:
    """A listener that is closed ends its loop."""
    listener = SharedFeed(store).listen()
    task = asyncio.create_task(anext(listener, None))
    await asyncio.sleep(0.1)
    await listener.aclose()
    assert None is await task
    await listener.aclose()
    assert [] == [it async for it in listener]


async def test_a_listener_that_is_dropped(store: SharedStore) -> None:
    """A listener that nobody has any more ends."""
    listener = SharedFeed(store).listen()
    await give_up(listener)
    del listener
    gc.collect()
    await until(lambda: len(asyncio.all_tasks()) == 1)


async def give_up(listener: LogListener) -> None:
    """Listen for a moment."""
    task = asyncio.create_task(anext(listener))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])


def test_a_loop_that_was_closed(server: RedisServer) -> None:
    """A listener can be dropped after its event loop was closed."""

    async def begin() -> LogListener:
        async with SharedStore(server.url, key=KEY) as store:
            listener = SharedFeed(store).listen()
            await give_up(listener)
            return listener

    listener = asyncio.run(begin())
    del listener
    gc.collect()


async def test_entries_of_a_later_version(
    store: SharedStore, listen: Callable[..., Listening]
) -> None:
    """An entry that this version cannot read ends listening with an error."""
    listening = listen()
    await asyncio.sleep(0.2)
    fields = ("kind", "invented", "event", '{"kind":"invented"}')
    await store.execute("XADD", KEYS.events, "5-1", *fields)
    await store.execute("SET", KEYS.last, "5-1")
    late = listen(since="0-0")
    for it in (listening, late):
        with pytest.raises(DecodeError):
            await it.join()


@pytest.mark.parametrize(
    "since",
    [
        *("", "5", "a-1", "1-", "1-b", "\u0661-\u0662", "1-2-3", "1 - 2", "1-2\n"),
        *("253402300800000-1", f"1-{2**64 - 1}", f"{10**22}-1", f"1-{'0' * 20}1"),
        *("1" * 5000 + "-1", "1-" + "1" * 5000),
    ],
)
def test_invalid_places(since: str) -> None:
    """What is no id of an entry is refused at once."""
    feed = SharedFeed(SharedStore("redis://h", key=KEY))
    with pytest.raises(ConfigurationError, match="since"):
        feed.listen(since=since)
    with pytest.raises(ConfigurationError, match="since"):
        feed.group("x", since=since)


@pytest.mark.parametrize("since", ["0-0", f"253402300799999-{2**64 - 2}"])
def test_the_first_and_the_last_place(since: str) -> None:
    """A place up to the end of the year 9999 is accepted, and has a time."""
    entry = LogEntry(id=since, event=LogReset())

    assert since == str(entry.position)
    assert entry.time.year in {1970, 9999}


def test_invalid_options() -> None:
    """Options that make no sense are refused at once."""
    store = SharedStore("redis://h", key=KEY)
    feed = SharedFeed(store)
    for act in (
        lambda: feed.listen(heartbeat=0),
        lambda: feed.group(""),
        lambda: feed.group("x", retry_after=-1),
        lambda: feed.group("x", retry_after=0.09),
        lambda: SharedFeed(store, lease_seconds=0.09),
        lambda: AccountLeases(store, list, lease_seconds=0.09),
        lambda: SharedFeed(store, keep_events=0),
        lambda: SharedFeed(store, keep_seconds=0),
        lambda: SharedFeed(store, share=2),
        lambda: SharedFeed(store, accounts="acme"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ConfigurationError):
            act()
