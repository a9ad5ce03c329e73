"""What leases cost with 20,000 accounts: `python -m tests.benchmarks.shared_leases`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from gradient_async.shared import SharedStore
from gradient_async.shared.leases.lease import Session
from gradient_async.shared.leases.plan import digest_names, plan_leases
from gradient_async.shared.leases.server import LeaseServer
from gradient_async.shared.log_keys import LogKeys
from tests.shared.redis_server import run_redis

NAMES = [f"customer-{number:05}" for number in range(20_000)]
MEMBERS = 40


class Member:
    """One of the processes, with its share of the accounts."""

    def __init__(self, store: SharedStore) -> None:
        self.server = LeaseServer(store, LogKeys("gradient", "main"), 600.0)
        self.session = Session()
        self._digest = digest_names(NAMES)

    async def renew(self, *take: str) -> None:
        """Renew all leases, and take some."""
        await self.server.synchronise(self.session, self._digest, give_up=(), take=take)
        self.session.has_joined = True

    async def fetch(self) -> None:
        """Renew all leases, and fetch the table."""
        self.server.distrust()
        await self.renew()

    async def decide(self) -> None:
        """Decide what to take and to give up."""
        plan_leases(self.session.id, frozenset(NAMES), self.server.table)


async def measure(name: str, act: Callable[[], Awaitable[None]], count: int) -> None:
    """Print the median of how long something takes."""
    times = []
    for _ in range(count):
        started = perf_counter()
        await act()
        times.append(perf_counter() - started)
    print(f"{name}: {1000 * median(times):.1f} ms")


async def main() -> None:
    """Let all members take their share, and measure one of them."""
    with run_redis() as server:
        async with SharedStore(server.url, key="k" * 16, timeout=60.0) as store:
            members = [Member(store) for _ in range(MEMBERS)]
            for number, member in enumerate(members):
                await member.renew(*NAMES[number::MEMBERS])
            await members[0].fetch()
            await measure("renew", members[0].renew, 300)
            await measure("renew and fetch", members[0].fetch, 30)
            await measure("decide", members[0].decide, 30)


if __name__ == "__main__":
    asyncio.run(main())
