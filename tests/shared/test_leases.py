"""Leases on a real server: joining, leaving, dying, pausing, and outages."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable

import pytest

from gradient_async import ConfigurationError, LeaseLostError
from gradient_async.shared import AccountLeases, Lease, SharedStore
from gradient_async.shared.leases.lease import Session
from gradient_async.shared.leases.server import LeaseServer
from gradient_async.shared.log_keys import LogKeys
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time

NAMES = [f"account-{number}" for number in range(12)]
SECONDS = 0.6


class Process:
    """One process's part, without a process: what it looks after, and how often."""

    def __init__(
        self,
        store: SharedStore,
        names: Iterable[str] = NAMES,
        *,
        lease_seconds: float = SECONDS,
    ) -> None:
        self.names = list(names)
        self.leases = AccountLeases(
            store, lambda: self.names, lease_seconds=lease_seconds
        )
        self.active: dict[str, Lease] = {}
        self.begun: list[str] = []

    async def run(self) -> None:
        """Run until cancelled."""
        await self.leases.run(self.work)

    async def work(self, lease: Lease) -> None:
        """Hold one account until cancelled."""
        self.active[lease.account] = lease
        self.begun.append(lease.account)
        try:
            await asyncio.Event().wait()
        finally:
            del self.active[lease.account]


def load(*processes: Process) -> list[int]:
    """Return the number of accounts that each process looks after."""
    return [len(it.active) for it in processes]


async def test_joining_and_leaving(store: SharedStore) -> None:
    """Processes share the accounts evenly, and those of one that leaves at once."""
    one, two, three = (Process(store) for _ in range(3))
    async with running(one.run()):
        await until(lambda: load(one) == [12])
        async with running(two.run(), three.run()):
            await until(lambda: load(one, two, three) == [4, 4, 4])
            assert set(NAMES) == one.active.keys() | two.active.keys() | set(
                three.active
            )
            assert 3 == one.leases.members
            assert two.active == two.leases.held
        await until(lambda: load(one) == [12])
        # What it kept was not interrupted.
        assert 12 + 8 == len(one.begun)
    assert {} == one.leases.held


async def test_fences_grow(store: SharedStore) -> None:
    """Each time an account is taken, its number is larger; also on an empty server."""
    fences = []
    for _ in range(3):
        process = Process(store, NAMES[:1])
        async with running(process.run()):
            await until(lambda: load(process) == [1])  # noqa: B023
            fences.append(process.active[NAMES[0]].fence)
    await store.execute("FLUSHALL")
    await asyncio.sleep(1.0 * len(fences))
    process = Process(store, NAMES[:1])
    async with running(process.run()):
        await until(lambda: load(process) == [1])
        fences.append(process.active[NAMES[0]].fence)

    assert fences == sorted(set(fences))


async def test_one_process_at_a_time(store: SharedStore) -> None:
    """While processes come and go, no account is looked after by two of them."""
    processes = [Process(store) for _ in range(4)]
    overlaps = list[str]()

    async def watch() -> None:
        while True:
            valid = [
                name
                for process in processes
                for name, lease in process.active.items()
                if lease.is_valid
            ]
            overlaps.extend({name for name in valid if valid.count(name) > 1})
            await asyncio.sleep(0.001)

    async with running(watch(), processes[0].run()):
        for process in processes[1:]:
            async with running(process.run()):
                await until(lambda: load(process) == [6])  # noqa: B023
        await until(lambda: load(processes[0]) == [12])

    assert [] == overlaps


async def test_a_hanging_server(server: RedisServer, store: SharedStore) -> None:
    """Leases end here when they could not be renewed, and begin again later."""
    process = Process(store)
    async with running(process.run()):
        await until(lambda: load(process) == [12])
        leases = [*process.active.values()]
        server.pause()
        await until(lambda: load(process) == [0])
        assert not any(lease.is_valid for lease in leases)
        with pytest.raises(LeaseLostError, match=r"account account-\d"):
            leases[0].check()
        server.resume()
        await until(lambda: load(process) == [12])
        assert not any(lease.is_valid for lease in leases)


async def test_an_outage(
    server: RedisServer, store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """A short outage changes nothing, and is one warning; so is a long one."""
    caplog.set_level(logging.INFO, "gradient_async")
    process = Process(store, lease_seconds=3.0)
    async with running(process.run()):
        await until(lambda: load(process) == [12])
        server.stop()
        await until(lambda: bool(caplog.records))
        server.start()
        await until(lambda: "responds again" in caplog.text)
        assert 12 == len(process.begun)

    warnings = [it for it in caplog.records if it.levelno >= logging.WARNING]
    assert 1 == len(warnings)


async def test_a_paused_process(store: SharedStore) -> None:
    """
    A process that was suspended knows at once, when it goes on, that its leases ended.

    Blocking the event loop suspends everything in it, as a stopped process is.
    """
    process = Process(store, NAMES[:1])
    async with running(process.run()):
        await until(lambda: load(process) == [1])
        lease = process.active[NAMES[0]]
        # Time that nothing here can use.
        await asyncio.to_thread(_hold_loop, asyncio.get_running_loop(), SECONDS + 0.1)
        assert not lease.is_valid
        await until(lambda: load(process) == [1])
        assert process.active[NAMES[0]].fence >= lease.fence


def _hold_loop(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Block an event loop for some seconds."""
    import time  # noqa: PLC0415
    from threading import Event  # noqa: PLC0415

    done = Event()

    def block() -> None:
        time.sleep(seconds)
        done.set()

    loop.call_soon_threadsafe(block)
    done.wait()


async def test_decisions_that_are_outdated(store: SharedStore) -> None:
    """The server gives no account that a living member holds, nor takes one away."""
    servers = [LeaseServer(store, LogKeys("gradient", "main"), 30.0) for _ in range(2)]
    one, two = Session(), Session()
    for server, session in zip(servers, (one, two), strict=True):
        assert await server.synchronise(session, "", give_up=(), take=())
        session.has_joined = True
    assert await servers[0].synchronise(one, "", give_up=(), take=["acme"])
    assert await servers[1].synchronise(two, "", give_up=["acme"], take=["acme"])
    assert await servers[0].synchronise(one, "", give_up=(), take=())

    held = [
        server.table.held_by(session.id).keys()
        for server, session in zip(servers, (one, two), strict=True)
    ]
    assert [{"acme"}, set()] == held


async def test_a_join_that_arrives_late(store: SharedStore) -> None:
    """A process that has left is no member, though its join arrives after that."""
    server, session = LeaseServer(store, LogKeys("gradient", "main"), 30.0), Session()
    await server.leave(session)
    assert not await server.synchronise(session, "", give_up=(), take=["acme"])
    other = Session()
    assert await server.synchronise(other, "", give_up=(), take=())
    assert [other.id] == [*server.table.members]


@pytest.mark.parametrize("leaves", [False, True])
async def test_versions_after_lost_data(store: SharedStore, *, leaves: bool) -> None:
    """A version of the table does not come again after the server lost its data."""
    server = LeaseServer(store, LogKeys("gradient", "main"), 30.0)
    for _ in range(2):
        session = Session()
        await server.synchronise(session, "", give_up=(), take=())
        assert [session.id] == [*server.table.members]
        if leaves:
            await server.leave(session)
            other = LeaseServer(store, LogKeys("gradient", "main"), 30.0)
            await other.synchronise(Session(), "", give_up=(), take=())
        await store.execute("FLUSHALL")


async def test_a_member_without_accounts(store: SharedStore) -> None:
    """A process that holds nothing is in its own table after data were lost."""
    process = Process(store, ())
    async with running(process.run()):
        await until(lambda: process.leases.members == 1)
        (before,) = process.leases._server.table.members
        await store.execute("FLUSHALL")
        await until(lambda: before not in process.leases._server.table.members)
        process.names = NAMES
        await until(lambda: load(process) == [12])


async def test_accounts_that_come_and_go(store: SharedStore) -> None:
    """Accounts that are added are looked after, and those removed are not any more."""
    one, two = Process(store), Process(store)
    async with running(one.run(), two.run()):
        await until(lambda: load(one, two) == [6, 6])
        wanted = sorted([*NAMES[2:], "new"])
        one.names = two.names = wanted
        await until(lambda: sorted([*one.active, *two.active]) == wanted)


async def test_work_that_returns(store: SharedStore) -> None:
    """A lease whose work returns is given up, and taken again."""
    begun = []

    async def work(lease: Lease) -> None:
        begun.append(lease.fence)

    leases = AccountLeases(store, lambda: NAMES[:1], lease_seconds=0.3)
    async with running(leases.run(work)):
        await until(lambda: len(begun) > 2)

    assert begun == sorted(set(begun))


async def test_work_that_loses_its_lease(store: SharedStore) -> None:
    """Work that finds out that its lease is over is begun anew, if it is not."""
    begun = []

    async def work(lease: Lease) -> None:
        begun.append(lease)
        if len(begun) == 1:
            lease.end()
            lease.check()
        await asyncio.Event().wait()

    leases = AccountLeases(store, lambda: NAMES[:1], lease_seconds=60.0)
    async with running(leases.run(work)):
        await until(lambda: len(begun) == 2)

    assert begun[0].fence == begun[1].fence


async def test_work_that_fails(store: SharedStore) -> None:
    """What work raises ends the run, after all other work was cancelled."""
    process = Process(store)

    async def work(lease: Lease) -> None:
        if len(process.active) == 11:
            msg = "broken"
            raise ValueError(msg)
        await process.work(lease)

    with pytest.raises(ValueError, match="broken"):
        await process.leases.run(work)

    assert [0] == load(process)
    other = Process(store)
    async with running(other.run()):
        await until(lambda: load(other) == [12])


async def test_several_that_fail(
    store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The first error is raised, any other is logged, without its text."""
    begun = list[str]()
    all_begun = asyncio.Event()

    async def work(lease: Lease) -> None:
        begun.append(lease.account)
        if len(begun) == 2:
            all_begun.set()
        await all_begun.wait()
        raise ValueError(lease.account)

    leases = AccountLeases(store, lambda: NAMES[:2], lease_seconds=SECONDS)
    with pytest.raises(ValueError, match="account-") as caught:
        await leases.run(work)

    (other,) = {*NAMES[:2]} - {str(caught.value)}
    assert [f"account {other}: its work raised ValueError"] == caplog.messages


async def test_cleanup_that_fails(
    store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of work that ends because the run was cancelled is logged."""
    begun = asyncio.Event()

    async def work(_: Lease) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("secret")

    leases = AccountLeases(store, lambda: NAMES[:1], lease_seconds=SECONDS)
    async with running(leases.run(work)):
        await begun.wait()

    assert ["account account-0: its work raised ValueError"] == caplog.messages


async def test_cleanup_that_takes_long(store: SharedStore) -> None:
    """
    A process that leaves keeps the account whose cleanup takes longer than a lease.

    All others are free at once.
    """
    may_end = asyncio.Event()

    async def work(lease: Lease) -> None:
        if lease.account != NAMES[0]:
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()

    leases = AccountLeases(store, lambda: NAMES, lease_seconds=SECONDS)
    task = asyncio.create_task(leases.run(work))
    await until(lambda: len(leases.held) == 12)
    task.cancel()
    other = Process(store)
    async with running(other.run()):
        await until(lambda: load(other) == [11])
        await asyncio.sleep(3 * SECONDS)
        assert [11] == load(other)
        assert not task.done()
        may_end.set()
        await until(lambda: load(other) == [12])
        await asyncio.wait([task])
        assert task.cancelled()


async def test_running_twice(store: SharedStore) -> None:
    """Leases run once at a time."""
    process = Process(store)
    async with running(process.run()):
        await asyncio.sleep(0)
        with pytest.raises(ConfigurationError, match="run already"):
            await process.run()


@pytest.mark.parametrize("log", ["", "a{b", "a}", "a\nb"])
def test_names_of_logs(log: str) -> None:
    """A name that would break the keys of a cluster is refused."""
    store = SharedStore("redis://h", key="k" * 16)
    with pytest.raises(ConfigurationError, match="log"):
        AccountLeases(store, list, log=log)


async def test_many_accounts(
    store: SharedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More accounts than one script takes are looked after, too."""
    monkeypatch.setattr(sys.modules[AccountLeases.__module__], "_MAX_CHANGES", 10)
    names = [f"{number}" for number in range(100)]
    one, two = (Process(store, names, lease_seconds=3.0) for _ in range(2))
    async with running(one.run()):
        await until(lambda: load(one) == [100], seconds=60.0)
        async with running(two.run()):
            await until(lambda: load(one, two) == [50, 50], seconds=60.0)
