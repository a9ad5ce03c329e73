"""Which accounts a stream has not read in time, and which have failed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gradient_async import Accounts, AuthenticationError, RateLimit
from gradient_async.accounts.merge import Order
from gradient_async.emulator import Emulator, Fault


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator with two accounts of 60 jobs."""
    async with Emulator(jobs=60, accounts=2, limits=None) as api:
        yield api


@pytest_asyncio.fixture
async def accounts(api: Emulator) -> AsyncIterator[Accounts]:
    """Open both accounts, and one whose token is refused."""
    tokens = dict(zip(("acme", "globex"), api.tokens, strict=True))
    async with Accounts(
        {**tokens, "dead": "revoked"}, base_url=api.url, rate_limit=RateLimit(None)
    ) as accounts:
        yield accounts


async def test_budget_is_used_up(api: Emulator, accounts: Accounts) -> None:
    """An account that does not respond within the budget is late, in either order."""
    api.fail(Fault(hang=True, token=api.tokens[1], times=None))

    orders: tuple[Order, ...] = ("arrival", "newest")
    for order in orders:
        stream = accounts.iter_indexing_jobs(budget=5, order=order, on_error="collect")
        jobs = await stream.collect()
        assert [*api.job_uuids()] == [job.uuid for _, job in jobs]
        assert ("globex",) == stream.late


async def test_slow_loop(accounts: Accounts, api: Emulator) -> None:
    """If the loop takes all the time, accounts with further pages are late."""
    stream = accounts.iter_indexing_jobs(budget=0.5, on_error="collect", per_page=59)
    async for account, job in stream:
        if (account, job.uuid) == ("acme", api.job_uuids()[0]):
            api.fail(Fault(delay=10, times=None))

    assert ("acme", "globex") == stream.late


async def test_enough_was_read(accounts: Accounts) -> None:
    """An account that is not read further because enough was found is not late."""
    healthy = accounts.select(names=["acme", "globex"])
    stream = healthy.iter_indexing_jobs(
        max_items=10, budget=5, order="newest", per_page=20
    )
    await stream.collect()

    assert {"errors": {}, "late": [], "complete": True} == stream.to_dict()
    assert not stream.is_complete


async def test_errors(accounts: Accounts) -> None:
    """An account that has failed has an error, and is not late."""
    stream = accounts.iter_indexing_jobs(budget=5, on_error="collect")
    assert {} == stream.errors
    await stream.collect()

    assert ["dead"] == [*stream.errors]
    errors = {"dead": stream.errors["dead"].to_dict()}
    assert {"errors": errors, "late": [], "complete": False} == stream.to_dict()
    assert isinstance(stream.errors["dead"], AuthenticationError)
    assert () == stream.late
