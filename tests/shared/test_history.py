"""The log read once, up to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gradient_async import ConfigurationError, Lagged
from gradient_async.shared import LogEntry, LogReset, SharedFeed, SharedStore
from tests.shared.feed_world import read_log
from tests.shared.log_writer import KEYS, LogWriter

pytestmark = pytest.mark.real_time


@pytest_asyncio.fixture
async def feed(store: SharedStore) -> SharedFeed:
    """Return a feed that only reads."""
    return SharedFeed(store)


async def collect(entries: AsyncIterator[LogEntry]) -> list[LogEntry]:
    """Return all entries."""
    return [entry async for entry in entries]


async def test_all_pages(store: SharedStore, feed: SharedFeed) -> None:
    """All entries come in order, or those after an id."""
    assert [] == await collect(feed.history())
    await LogWriter(store).write(450)
    log = await read_log(store)

    assert log == await collect(feed.history())
    assert log[441:] == await collect(feed.history(since=log[440].id))
    assert [] == await collect(feed.history(since=log[-1].id))


async def test_what_comes_meanwhile(store: SharedStore, feed: SharedFeed) -> None:
    """What is appended after the beginning is left for the next reading."""
    writer = LogWriter(store)
    await writer.write(201)
    entries = feed.history()
    first = await anext(entries)
    await writer.write(5)

    assert 1 == first.position.number
    assert list(range(2, 202)) == [it.position.number async for it in entries]


async def test_entries_that_are_gone(store: SharedStore, feed: SharedFeed) -> None:
    """Entries that were removed are told, also if none is left."""
    writer = LogWriter(store)
    await writer.write(10)
    log = await read_log(store)
    await store.execute("XTRIM", KEYS.events, "MINID", log[5].id)
    some = await collect(feed.history(since=log[1].id))
    await store.execute("XTRIM", KEYS.events, "MAXLEN", 0)
    none = await collect(feed.history(since=log[1].id))

    assert [Lagged(count=3), *(it.event for it in log[5:])] == [it.event for it in some]
    assert [Lagged(count=8)] == [it.event for it in none]


async def test_data_that_the_server_has_lost(
    store: SharedStore, feed: SharedFeed
) -> None:
    """An id that the server has not reached means that it has lost data."""
    await LogWriter(store).write(2)
    (entry,) = await collect(feed.history(since="9999999999999-7"))

    assert LogReset() == entry.event


async def test_since_a_time(store: SharedStore, feed: SharedFeed) -> None:
    """After a time without a number, nothing is lost; also where nothing is left."""
    await LogWriter(store).write(3)
    log = await read_log(store)
    await store.execute("XTRIM", KEYS.events, "MINID", log[2].id)
    assert log[2:] == await collect(feed.history(since=f"{log[0].position.ms}-0"))
    assert [] == await collect(feed.history(since="9999999999999-0"))
    await store.execute("XTRIM", KEYS.events, "MAXLEN", 0)
    assert [] == await collect(feed.history(since="1-0"))


async def test_an_invalid_id(feed: SharedFeed) -> None:
    """What is no id is refused before anything is read."""
    with pytest.raises(ConfigurationError, match="since must be the id"):
        feed.history(since="yesterday")


async def test_time_and_json(store: SharedStore, feed: SharedFeed) -> None:
    """An entry has its time, and its id in its JSON."""
    await LogWriter(store).write()
    (entry,) = await collect(feed.history())

    assert entry.position.ms == round(entry.time.timestamp() * 1000)
    begin = f'{{"id":"{entry.id}","time":"{entry.time:%Y-%m-%dT%H:%M:%S}'
    assert entry.to_json().startswith(begin)
    assert 'Z","account":"acme","kind":"trouble"' in entry.to_json()
