"""The log of events: each once, whatever happens to those who write and read it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.crc import key_slot

from gradient_async import (
    AccountEvent,
    AuthenticationError,
    ClientClosedError,
    DecodeError,
    JobEvent,
    JobEventKind,
    LeaseLostError,
)
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.shared import SharedFeed, SharedStore
from gradient_async.shared.leases.table import parse_lease
from gradient_async.shared.log.entry import parse_entry
from gradient_async.shared.log.leased_source import LeasedSource
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.store import to_text
from tests.changes.feed_accounts import PolledJobs
from tests.shared.conftest import KEY
from tests.shared.feed_world import (
    STEPS,
    FeedWorld,
    by_account,
    count_log,
    open_accounts,
    open_world,
    read_log,
)
from tests.shared.log_writer import KEYS, TROUBLE, journal_of, take_lease
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time


WHOLE_LIFE = [
    "appeared BATCH_JOB_PHASE_PENDING/INDEX_JOB_STATUS_PENDING/0",
    "changed BATCH_JOB_PHASE_RUNNING/INDEX_JOB_STATUS_IN_PROGRESS/0",
    "changed BATCH_JOB_PHASE_RUNNING/INDEX_JOB_STATUS_IN_PROGRESS/1",
    "ended BATCH_JOB_PHASE_SUCCEEDED/INDEX_JOB_STATUS_COMPLETED/2",
]
FIRST = "running BATCH_JOB_PHASE_PENDING/INDEX_JOB_STATUS_PENDING/0"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[FeedWorld]:
    """Open three accounts."""
    async with open_world() as world:
        yield world


def same(world: FeedWorld, events: list[str]) -> dict[str, list[str]]:
    """Return the same events for each account."""
    return {name: events for name in world.tokens}  # noqa: C420  (RUF024)


async def take_steps(
    world: FeedWorld, store: SharedStore, count: int, *, known: int
) -> None:
    """Let jobs move, and wait each time until all accounts have logged it."""
    for step in STEPS[:count]:
        world.emulator.advance(step)
        known += len(world.tokens)
        await until(lambda: _has(store, known))  # noqa: B023


async def _has(store: SharedStore, count: int) -> bool:
    return await count_log(store) >= count


async def test_a_life_of_jobs(world: FeedWorld, store: SharedStore) -> None:
    """The log has what runs at first, then each change of each job, in order."""
    async with running(world.feed(store).run()):
        await until(lambda: _has(store, 3))
        await world.start_jobs()
        await take_steps(world, store, 4, known=3)

    log = await read_log(store)
    assert same(world, [FIRST, *WHOLE_LIFE]) == by_account(log)
    assert list(range(1, 16)) == [entry.position.number for entry in log]


async def test_a_takeover(world: FeedWorld, store: SharedStore) -> None:
    """Another process goes on from what was saved: nothing is lost or repeated."""
    await world.start_jobs()
    for count, step in enumerate(STEPS, 1):
        world.emulator.advance(step)
        async with running(world.feed(store).run()):
            await until(lambda: _has(store, 3 * (count + 1)))  # noqa: B023

    log = by_account(await read_log(store))
    assert same(world, [FIRST, FIRST, *WHOLE_LIFE[1:]]) == log


async def test_what_happened_while_nobody_polled(
    world: FeedWorld, store: SharedStore
) -> None:
    """Jobs that ended, and jobs that came and went meanwhile, are in the log later."""
    async with running(world.feed(store).run()):
        await until(lambda: _has(store, 3))
    await world.start_jobs()
    world.emulator.advance(100.0)
    async with running(world.feed(store).run()):
        await until(lambda: _has(store, 6))

    appeared = WHOLE_LIFE[-1].replace("ended", "appeared")
    log = by_account(await read_log(store))
    assert same(world, [FIRST, appeared]) == log


async def test_entries(world: FeedWorld, store: SharedStore) -> None:
    """An entry has the event as it was, with an id for browsers and a key."""
    async with running(world.feed(store).run()):
        await until(lambda: _has(store, 3))

    entry = (await read_log(store))[0]
    assert isinstance(entry.event, JobEvent)
    assert JobEventKind.RUNNING is entry.event.kind
    assert entry.event.key == entry.key
    assert entry.event.job.created_at is not None
    lines = entry.to_sse().split("\n")
    assert [f"id: {entry.id}", "event: running"] == lines[:2]
    assert entry.event.to_dict() == json.loads(lines[2].removeprefix("data: "))


async def test_a_server_that_lost_its_data(
    world: FeedWorld, store: SharedStore
) -> None:
    """The accounts begin anew, with what runs, and the log goes on."""
    async with running(world.feed(store).run()):
        await until(lambda: _has(store, 3))
        await store.execute("FLUSHALL")
        await until(lambda: _has(store, 3))
        await world.start_jobs()
        await take_steps(world, store, 4, known=3)

    log = by_account(await read_log(store))
    assert same(world, [FIRST, *WHOLE_LIFE]) == log


async def test_trouble(world: FeedWorld, store: SharedStore) -> None:
    """Trouble is logged once, also if others take over; recovery by whoever sees it."""
    token = world.tokens["a1"]
    world.emulator.revoke(token)
    for _ in range(2):
        async with running(world.feed(store).run()):
            await until(lambda: _has(store, 3))
            await asyncio.sleep(0.3)
    fresh = world.emulator.rotate(token)
    async with open_accounts(
        world.emulator.url, tuple({**world.tokens, "a1": fresh}.values())
    ) as accounts:
        async with running(world.feed(store, accounts).run()):
            await until(lambda: _has(store, 5))

    events = [it.event for it in await read_log(store) if it.account == "a1"]
    kinds = ["trouble", "running", "recovered"]
    assert kinds == [str(it.kind) for it in events]
    assert isinstance(events[0], AccountEvent)
    assert isinstance(events[0].error, AuthenticationError)
    assert (401, "a1") == (events[0].error.status, events[0].error.account)


@pytest.mark.parametrize("drain", [True, False])
async def test_accounts_that_are_removed(store: SharedStore, *, drain: bool) -> None:
    """An account that is removed while it is polled is not any more; others are."""
    async with open_world(latency=0.2) as world:
        feed = world.feed(store)
        async with running(feed.run()):
            await until(lambda: _has(store, 3))
            await asyncio.sleep(0.15)
            await world.accounts.remove("a1", drain=drain)
            await until(lambda: sorted(feed.leases.held) == ["a0", "a2"])


async def test_an_account_that_was_replaced(
    world: FeedWorld, store: SharedStore
) -> None:
    """An account that was removed, and added again at once, is polled on."""
    feed = world.feed(store)
    async with running(feed.run()):
        await until(lambda: _has(store, 3))
        fence = feed.leases.held["a1"].fence
        await world.accounts.remove("a1", drain=False)
        world.accounts.add("a1", world.tokens["a1"])
        await until(lambda: is_later(feed, "a1", fence))
        await world.start_jobs()
        await until(lambda: _has(store, 6))


def is_later(feed: SharedFeed, account: str, fence: int) -> bool:
    """Return whether a later lease than one is held."""
    lease = feed.leases.held.get(account)
    return lease is not None and lease.fence > fence


async def test_leases_in_words(store: SharedStore) -> None:
    """A lease shows its account and its number."""
    assert "<Lease 'acme' 1>" == repr(await take_lease(store, 1))


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("decodes", [True, False])
async def test_the_callers_client(
    world: FeedWorld, server: RedisServer, protocol: int, *, decodes: bool
) -> None:
    """A client that was passed in may use either protocol, and decode texts."""
    async with Redis.from_url(
        server.url, protocol=protocol, decode_responses=decodes
    ) as client:
        store = SharedStore(client, key=KEY)
        feed = world.feed(store)
        async with running(feed.run()):
            first = await anext(feed.listen(since="0-0"))
            assert first is not None
            assert "running" == first.event.kind
            consumer = feed.group("mail", since="0-0").consume()
            async with await anext(consumer) as entry:
                assert first.event == entry.event
            await consumer.aclose()


async def test_accounts_that_are_closed(world: FeedWorld, store: SharedStore) -> None:
    """Polling ends with an error once the accounts were closed."""
    feed = world.feed(store)
    task = asyncio.create_task(feed.run())
    await until(lambda: _has(store, 3))
    await world.accounts.aclose()
    with pytest.raises(ClientClosedError):
        await task


async def test_a_late_write(
    store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes from an earlier lease is refused, and that is logged."""
    late = journal_of(store, await take_lease(store, 1))
    await late.load()
    lease = await take_lease(store, 2)
    with pytest.raises(LeaseLostError, match=r"refused to append events: fenced 2:"):
        await late.record_account(TROUBLE)
    assert "account acme: the server refused" in caplog.text
    assert [] == await read_log(store)

    current = journal_of(store, lease)
    await current.load()
    await current.record_account(TROUBLE)
    assert [TROUBLE] == [it.event for it in await read_log(store)]


async def test_two_journals_of_one_lease(store: SharedStore) -> None:
    """A batch that is based on an outdated state is refused."""
    lease = await take_lease(store, 1)
    one, two = journal_of(store, lease), journal_of(store, lease)
    await one.load()
    await two.load()
    await one.record_account(TROUBLE)
    with pytest.raises(LeaseLostError, match="outdated"):
        await two.record_account(TROUBLE)

    assert 1 == await count_log(store)


@pytest.mark.parametrize(
    "record",
    [
        ("checkpoint", '{"version":99}'),
        ("trouble", '{"account":1}'),
        ("trouble", '{"account":"a0","kind":"trouble","error":{}}'),
    ],
)
async def test_an_unreadable_record(
    world: FeedWorld,
    store: SharedStore,
    caplog: pytest.LogCaptureFixture,
    record: tuple[str, str],
) -> None:
    """An account whose record no version reads is named once; others are polled."""
    await store.execute("HSET", KEYS.account("a0"), *record)
    feed = world.feed(store)
    async with running(feed.run()):
        await until(lambda: _has(store, 2))
        fence = await _fence_of(store, "a0")
        await until(lambda: _has_later_fence(store, "a0", fence))
        assert {"a1", "a2"} == {entry.account for entry in await read_log(store)}
        (warning,) = caplog.messages
        assert warning.startswith("account a0 is not polled")
        # It goes on as soon as the record is mended.
        await store.execute("DEL", KEYS.account("a0"))
        await until(lambda: _has(store, 3))


async def _fence_of(store: SharedStore, account: str) -> int:
    value = to_text(await store.execute("HGET", KEYS.leases, account))
    return parse_lease(value)[0]


async def _has_later_fence(store: SharedStore, account: str, fence: int) -> bool:
    return await _fence_of(store, account) > fence


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "trouble", "event": '{"account":1}'},
        {"kind": "trouble", "event": '{"account":"a","kind":"trouble","error":{}}'},
        {"kind": "later", "event": "{}"},
        {"other": "field"},
    ],
)
def test_entries_of_a_later_version(fields: dict[str, str]) -> None:
    """An entry that this version cannot read is a `DecodeError`."""
    flat = [text for pair in fields.items() for text in pair]
    with pytest.raises(DecodeError):
        parse_entry("1-1", flat)


def test_the_keys_of_a_cluster() -> None:
    """All keys of a log are in one slot of a cluster, as scripts need it."""
    names = [KEYS.members, KEYS.leases, KEYS.version, KEYS.events, KEYS.last]
    names += [KEYS.account("a{b}"), KEYS.group("g{h}")]
    assert 1 == len({key_slot(name.encode()) for name in names})
    other = LogKeys("gradient", "other")
    assert key_slot(other.events.encode()) != key_slot(KEYS.events.encode())


def noted(calls: list[str]) -> PolledJobs:
    """Return jobs that note what is requested."""

    class Jobs(PolledJobs):
        async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
            calls.append("page")
            return await super().fetch_page(page, per_page)

        async def get(self, uuid: str, /) -> IndexingJob:
            calls.append("get")
            return await super().get(uuid)

    return Jobs(running=1)


async def test_the_end_of_a_lease(store: SharedStore) -> None:
    """Once a lease is over, nothing is requested; a pause ends with an error."""
    calls = list[str]()
    lease = await take_lease(store, 1)
    source = LeasedSource(noted(calls), lease)
    assert "" == await source.fingerprint()
    uuid = (await source.fetch_page(1, 200)).items[0].uuid
    await source.get(uuid)
    await source.sleep(0.001)
    lease.end()
    for call in (source.fetch_page(1, 200), source.get(uuid), source.sleep(0.001)):
        with pytest.raises(LeaseLostError):
            await call

    assert ["page", "get"] == calls
    assert source.request_count > 0
