"""Which process looks after which account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from gradient_async.checks import check_instance, check_seconds
from gradient_async.errors import ConfigurationError, SharedStoreError
from gradient_async.loops import finish
from gradient_async.shared.leases.lease import Lease, Session
from gradient_async.shared.leases.plan import LeasePlan, digest_names, plan_leases
from gradient_async.shared.leases.server import LeaseServer
from gradient_async.shared.leases.table import LeaseTable
from gradient_async.shared.leases.work import LeaseWork, Work
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.outage import Outage
from gradient_async.shared.store import SharedStore

# A script with more would keep the server busy for too long.
_MAX_CHANGES: Final = 1000

_NOTHING: Final = LeasePlan((), ())


class AccountLeases:
    """
    Shares accounts among processes: each is looked after by one of them at a time.

        leases = AccountLeases(store, lambda: accounts)
        await leases.run(look_after)

    Every process with the same `log` takes part. They hold even numbers of leases: one
    that joins gets as many as it must from the others, and nothing else moves. The
    leases of a process that leaves are free at once, those of one that died or was
    suspended after `lease_seconds`; the others take them within a third of that.

    While the server is gone, leases go on until they expire. Then nobody looks after
    any account until it is back.

    Args:
        store: The server that the processes share.
        names: Returns the names of the accounts that this process could look after;
            called every third of `lease_seconds`, so they may come and go.
        log: Name of what the processes do together.
        lease_seconds: Seconds after which a lease expires that is not renewed, at
            least 0.1 and 15 by default. All leases of a process are renewed every third
            of that, in one round trip.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        store: SharedStore,
        names: Callable[[], Iterable[str]],
        *,
        log: str = "main",
        lease_seconds: float = 15.0,
    ) -> None:
        check_instance("store", store, SharedStore)
        check_seconds("lease_seconds", lease_seconds, minimum=0.1)
        self._server = LeaseServer(store, LogKeys(store.namespace, log), lease_seconds)
        self._find_names = names
        self._seconds = lease_seconds
        self._session = Session()
        self._plan_basis: tuple[LeaseTable, frozenset[str]] | None = None
        self._latest_plan = _NOTHING
        self._work: LeaseWork | None = None
        self._outage = Outage(
            "accounts are not looked after once their leases expire",
            "accounts are looked after",
        )

    @property
    def held(self) -> Mapping[str, Lease]:
        """The leases that this process holds now, by account."""
        leases = {} if self._work is None else self._work.leases
        return {name: lease for name, lease in leases.items() if lease.is_valid}

    @property
    def members(self) -> int:
        """Number of processes that were alive when the server was last asked."""
        return len(self._server.table.members)

    @property
    def is_member(self) -> bool:
        """Whether this process takes part now: it runs, and the server knows that."""
        return self._work is not None and self._session.is_valid

    async def run(self, work: Work) -> None:
        """
        Run `work` for each account of this process, until this is cancelled.

        `work` is called with each lease, in a task that is cancelled when the lease is
        over. The lease goes to another process only after the task has ended, unless
        it expires: check `lease.is_valid` after whatever may take long. A lease whose
        work returns is given up, and can be taken again.

        At the end, all tasks are cancelled, and all leases given up. Those whose tasks
        take long to end are renewed until then.

        Raises:
            ConfigurationError: It runs already.
            Exception: What `work` or `names` raised, the first of it; what else `work`
                raises until all tasks have ended is logged.
        """
        if self._work is not None:
            msg = "these leases are run already"
            raise ConfigurationError(msg)
        woken = asyncio.Event()
        self._work = running = LeaseWork(work, woken.set)
        # What renews the leases replaces it.
        self._expiry: asyncio.Handle = asyncio.get_running_loop().call_soon(woken.clear)
        try:
            while True:
                woken.clear()
                running.raise_failure()
                seconds = await self._step(running)
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await woken.wait()
        finally:
            await finish(self._end(running))

    async def _step(self, running: LeaseWork) -> float:
        """Synchronise once, act by the response, and return the seconds to wait."""
        names = frozenset(self._find_names())
        try:
            await self._synchronise(running, names)
        except SharedStoreError as error:
            self._outage.begin(error)
            return min(1.0, self._seconds / 10)
        self._outage.end()
        plan = self._plan(names)
        held = self._server.table.held_by(self._session.id)
        kept = held.keys() - set(plan.give_up) - running.returned
        fences = {name: held[name] for name in kept} if self._session.is_valid else {}
        running.stop_except(fences)
        await running.start(fences, self._session)
        is_left = any(not running.is_running(name) for name in plan.give_up)
        is_due = plan.take or is_left or not self._session.is_valid
        return 0.0 if is_due else self._seconds / 3

    async def _synchronise(self, running: LeaseWork, names: frozenset[str]) -> None:
        """
        Renew all leases, and take and give up what was decided last time.

        Raises:
            SharedStoreError: The server did not respond.
        """
        session, plan = self._session, self._plan(names)
        if running.lost:
            self._server.distrust()
        wanted = {*plan.give_up, *running.returned}
        ended = [name for name in wanted if not running.is_running(name)]
        # Before the server's clock is read, so that the lease ends here first.
        started = asyncio.get_running_loop().time()
        is_member = await self._server.synchronise(
            session,
            digest_names(names),
            give_up=ended[:_MAX_CHANGES],
            take=plan.take[:_MAX_CHANGES],
        )
        running.lost.clear()
        running.returned -= set(ended[:_MAX_CHANGES])
        if is_member:
            self._renew(running, started + self._seconds)
        else:
            self._session = Session()
            self._server.distrust()

    def _plan(self, names: frozenset[str]) -> LeasePlan:
        """Decide what to do; with many accounts, anew only if something changed."""
        table = self._server.table
        if self._session.id not in table.members:
            return _NOTHING
        basis = (table, names)
        if self._plan_basis != basis:
            self._plan_basis = basis
            self._latest_plan = plan_leases(self._session.id, names, table)
        return self._latest_plan

    def _renew(self, running: LeaseWork, valid_until: float) -> None:
        """Record that all leases last until then, and stop their work at that time."""
        self._session.has_joined, self._session.valid_until = True, valid_until
        self._expiry.cancel()
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_at(valid_until, running.stop_except, {})

    async def _end(self, running: LeaseWork) -> None:
        running.stop_except({})
        while not await running.join(self._seconds / 10):
            # As one that knows no account, it keeps those of tasks that have not ended.
            with suppress(SharedStoreError):
                await self._synchronise(running, frozenset())
        self._expiry.cancel()
        running.log_failures()
        session, self._session, self._work = self._session, Session(), None
        with suppress(SharedStoreError):
            await self._server.leave(session)
