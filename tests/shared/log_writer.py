"""Write entries to a log, without accounts."""

from __future__ import annotations

import asyncio

from gradient_async import AccountEvent, AccountEventKind
from gradient_async.shared import Lease, SharedStore
from gradient_async.shared.leases.lease import Session
from gradient_async.shared.log.account_journal import AccountJournal, Retention
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.outage import Outage

KEYS = LogKeys("gradient", "main")
TROUBLE = AccountEvent(account="acme", kind=AccountEventKind.TROUBLE)


class LogWriter:
    """Appends events of one account, whose lease it takes."""

    def __init__(
        self,
        store: SharedStore,
        *,
        keep_seconds: float = 1e6,
        keep_events: int = 10_000,
    ) -> None:
        self._store = store
        self._retention = Retention(keep_seconds, keep_events)
        self._journal: AccountJournal | None = None

    async def write(self, count: int = 1) -> None:
        """Append some events, in one step."""
        if self._journal is None:
            await self.restart()
        assert self._journal is not None
        await self._journal._append([TROUBLE] * count)

    async def restart(self) -> None:
        """Take the lease anew, as after the server has lost it."""
        lease = await take_lease(self._store, 1)
        self._journal = journal_of(self._store, lease, self._retention)
        await self._journal.load()


def journal_of(
    store: SharedStore, lease: Lease, retention: Retention | None = None
) -> AccountJournal:
    """Return a journal of an account, which keeps everything by default."""
    return AccountJournal(
        store,
        KEYS,
        lease,
        retention=retention or Retention(1e6, 10_000),
        outage=Outage("events wait", "events are written"),
    )


async def take_lease(store: SharedStore, fence: int) -> Lease:
    """Take the lease of an account, whoever has it."""
    session = Session()
    session.valid_until = asyncio.get_running_loop().time() + 60
    lease = Lease("acme", fence, session)
    await store.execute("HSET", KEYS.leases, "acme", lease.value)
    return lease
