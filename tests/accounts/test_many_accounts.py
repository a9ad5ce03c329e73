"""Hundreds of accounts, some of them in trouble, and what a thousand of them cost."""

from __future__ import annotations

import asyncio
import gc
import itertools
import tracemalloc
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gradient_async import (
    Accounts,
    AccountsError,
    AuthenticationError,
    Client,
    DeadlineExceededError,
    RateLimit,
    RateLimitError,
    ReportState,
)
from gradient_async.accounts.account_client import AccountClient
from gradient_async.emulator import Emulator, Fault
from gradient_async.emulator import Window as ServerWindow
from tests.accounts.fake_api import FakeApi, job_list, open_accounts

LIST = "/v2/gen-ai/indexing_jobs"


async def test_three_of_300_accounts_are_in_trouble() -> None:
    """One token is dead, one hangs, one has no requests left: 297 do not notice."""
    hour = ServerWindow(30, 3600)
    async with Emulator(jobs=3, accounts=300, limits=[hour], latency=0.5) as emulator:
        tokens = {f"t{at:03}": token for at, token in enumerate(emulator.tokens)}
        dead, hung, spent = troubled = ("t007", "t100", "t299")
        emulator.fail(
            Fault(status=401, token=tokens[dead], times=None),
            Fault(hang=True, token=tokens[hung], times=None),
        )
        async with Client(tokens[spent], base_url=emulator.url) as other:
            await asyncio.gather(*(other.request("GET", LIST) for _ in range(30)))
        emulator.requests.clear()
        clock = asyncio.get_running_loop().time
        began, seen, latest = clock(), Counter[str](), 0.0
        async with Accounts(
            tokens, base_url=emulator.url, timeout=20, rate_limit=RateLimit(None)
        ) as accounts:
            stream = accounts.iter_indexing_jobs(per_page=2)
            try:
                async for account, _ in stream:  # pragma: no branch
                    seen[account] += 1
                    latest = clock() - began
            except AccountsError as error:
                failures = error.errors
            ended = clock() - began

            assert dict.fromkeys(tokens.keys() - troubled, 3) == seen
            assert {
                dead: AuthenticationError,
                hung: DeadlineExceededError,
                spent: RateLimitError,
            } == {name: type(it) for name, it in failures.items()}
            assert {dead: 401, spent: 429} == {
                name: getattr(failures[name], "status", None) for name in (dead, spent)
            }
            complete = [it for it in stream.reports.values() if it.is_complete]
            assert 297 == len(complete)
            assert {ReportState.FAILED} == {stream.reports[it].state for it in troubled}
            # Two pages each, half a second a page, 64 at a time: 600 / 64 / 2.
            assert 4.5 <= latest <= 6
            assert 19.9 <= ended <= 20.5

            # The dead token rests, whatever calls come, and is tried again once.
            for _ in range(3):
                calls = (accounts[dead].request("GET", LIST) for _ in range(50))
                results = await asyncio.gather(*calls, return_exceptions=True)
                assert {AuthenticationError} == {type(it) for it in results}
            assert 1 == requests_of(emulator)[7]
            await asyncio.sleep(300)
            calls = (accounts[dead].request("GET", LIST) for _ in range(50))
            await asyncio.gather(*calls, return_exceptions=True)
            assert 2 == requests_of(emulator)[7]


def requests_of(emulator: Emulator) -> Counter[int | None]:
    """Count the requests of each account."""
    return Counter(request.account for request in emulator.requests)


async def test_a_thousand_accounts_are_cheap() -> None:
    """Idle, they take a few hundred bytes each: clients come when they are used."""
    gc.collect()
    tracemalloc.start()
    try:
        accounts = Accounts({f"t{at}": f"token-{at}" for at in range(1000)})
        idle, _ = tracemalloc.get_traced_memory()
        clients = list(accounts.values())
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 1000 == len(clients)
    assert idle < 1_000_000
    assert used < 10_000_000


class Beginnings:
    """Counts, for each tick of the event loop, what begins in it."""

    def __init__(self) -> None:
        self.clients: list[int] = []
        self.requests: list[int] = []

    async def run(self, total: int) -> None:
        """Count until so many requests have begun."""
        while sum(self.requests) < total:
            self.clients.append(0)
            self.requests.append(0)
            await asyncio.sleep(0)

    def token_of(self, account: str) -> Callable[[], str]:
        """Return a token function, whose first call begins the first request."""
        numbers = itertools.count()

        def token() -> str:
            self.requests[-1] += next(numbers) == 0
            return account

        return token

    def spy_on_clients(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count the clients that are created."""
        create = AccountClient.__init__

        def count(*args: Any) -> None:
            self.clients[-1] += 1
            create(*args)

        monkeypatch.setattr(AccountClient, "__init__", count)


async def stream(accounts: Accounts) -> None:
    """Read the jobs of all accounts."""
    await accounts.iter_indexing_jobs().collect()


async def merge(accounts: Accounts) -> None:
    """Read the jobs of all accounts, newest first."""
    await accounts.iter_indexing_jobs(order="newest").collect()


async def changes(accounts: Accounts) -> None:
    """Read the changes of all accounts."""
    await accounts.changes().collect()


async def call(accounts: Accounts) -> None:
    """Call each account."""
    await accounts.map(lambda client: client.iter_indexing_jobs())


async def listen(accounts: Accounts) -> None:
    """Listen until a second has passed without an event."""
    async for event in accounts.feed().listen(heartbeat=1):  # pragma: no branch
        if event is None:  # pragma: no branch
            break


async def test_a_loop_left_early_leaves_most_accounts_alone() -> None:
    """After `break`, accounts whose turn has not come are not asked any more."""
    api = FakeApi({f"t{at}": job_list(f"t{at}", 1) for at in range(500)})
    async with open_accounts(api, max_concurrency=500) as accounts:
        async for _ in accounts.iter_indexing_jobs():  # pragma: no branch
            break
        await asyncio.sleep(100)

    assert 0 < len(api.requests) < 400


@pytest.mark.parametrize("use", [stream, merge, changes, call, listen])
async def test_accounts_begin_a_few_at_a_time(
    use: Callable[[Accounts], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many accounts, 16 per tick get a client and send a request."""
    names = [f"t{at}" for at in range(100)]
    api = FakeApi({name: [] for name in names})
    began = Beginnings()
    began.spy_on_clients(monkeypatch)
    counting = asyncio.create_task(began.run(len(names)))
    await asyncio.sleep(0)
    async with Accounts(
        {name: began.token_of(name) for name in names}, transport=api
    ) as accounts:
        await use(accounts)
    await counting

    assert [100, 100] == [sum(began.clients), sum(began.requests)]
    # One more client, with which arguments are checked.
    assert 16 <= max(began.clients) <= 17
    assert 16 == max(began.requests)
