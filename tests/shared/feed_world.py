"""Accounts whose jobs move when a test says so, and what a log has of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gradient_async import Accounts, JobEvent, RateLimit
from gradient_async.emulator import Emulator
from gradient_async.shared import LogEntry, SharedFeed, SharedStore
from gradient_async.shared.log.entry import parse_entries
from gradient_async.shared.script import Script
from gradient_async.shared.store import to_text

# Seconds after which a new job is pending, indexes its first source, its second one,
# and has ended.
STEPS = (0.0, 3.0, 8.0, 8.0)

_READ_ALL = Script("return redis.call('XRANGE', KEYS[1], '-', '+')")


class FeedWorld:
    """An emulator with some accounts, each with an idle knowledge base."""

    def __init__(self, emulator: Emulator, accounts: Accounts) -> None:
        self.emulator = emulator
        self.accounts = accounts
        self.tokens = dict(zip(accounts, emulator.tokens, strict=True))
        self._bases = {
            name: emulator.add_knowledge_base("base", sources=2, token=token).uuid
            for name, token in self.tokens.items()
        }

    async def start_jobs(self, *names: str) -> None:
        """Start a job in each account, or in those named."""
        await asyncio.gather(
            *(
                self.accounts[name].indexing_jobs.create(self._bases[name])
                for name in names or self._bases
            )
        )

    def feed(self, store: SharedStore, accounts: Accounts | None = None) -> SharedFeed:
        """Return a feed that is quick."""
        return SharedFeed(
            store,
            self.accounts if accounts is None else accounts,
            lease_seconds=1.2,
            interval=0.05,
            idle_interval=0.05,
            share=1.0,
        )


@asynccontextmanager
async def open_world(
    accounts: int = 3, *, latency: float = 0.0
) -> AsyncIterator[FeedWorld]:
    """Start an emulator, and open its accounts, with a job that runs in each."""
    emulator = Emulator(
        jobs=3,
        unfinished=1,
        accounts=accounts,
        limits=None,
        database_seconds=0,
        speed=0,
        latency=latency,
    )
    async with emulator:
        async with open_accounts(emulator.url, emulator.tokens) as opened:
            yield FeedWorld(emulator, opened)


def open_accounts(url: str, tokens: tuple[str, ...]) -> Accounts:
    """Return accounts `a0`, `a1` and so on, without a rate limit of their own."""
    named = {f"a{number}": token for number, token in enumerate(tokens)}
    return Accounts(named, base_url=url, rate_limit=RateLimit(()))


async def read_log(store: SharedStore) -> list[LogEntry]:
    """Return all entries of the log."""
    response = await store.run(_READ_ALL, ["gradient:{main}:events"])
    return parse_entries(response)


def by_account(entries: list[LogEntry]) -> dict[str, list[str]]:
    """Return the kinds and states of each account, in order."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        assert isinstance(entry.event, JobEvent), entry
        state = entry.key.split("/", 2)[2]
        found.setdefault(entry.account, []).append(f"{entry.event.kind} {state}")
    return found


async def count_log(store: SharedStore) -> int:
    """Return the number of entries that the log has had."""
    last = await store.execute("GET", "gradient:{main}:last")
    return int(to_text(last).split("-")[1]) if last else 0
