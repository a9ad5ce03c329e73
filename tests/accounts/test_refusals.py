"""What an account's 429 and 401 do to its own calls, and to those of the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gradient_async import (
    Accounts,
    AuthenticationError,
    Client,
    RateLimit,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.emulator import Window as ServerWindow
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator with two accounts."""
    async with Emulator(jobs=5, accounts=2, limits=None) as emulator:
        yield emulator


def open_both(api: Emulator) -> Accounts:
    """Return the two accounts `a` and `b`."""
    return Accounts(dict(zip("ab", api.tokens, strict=True)), base_url=api.url)


async def times_of(client: Client, calls: int) -> list[float]:
    """Make calls at once, and return how long each took."""
    start = now()

    async def call() -> float:
        await client.request("GET", LIST)
        return now() - start

    return await asyncio.gather(*(call() for _ in range(calls)))


async def test_a_429_holds_up_its_account_alone(api: Emulator) -> None:
    """After `retry-after: 29` all calls of the account wait that long, others none."""
    fault = Fault(status=429, headers={"retry-after": "29"}, token=api.tokens[0])
    async with open_both(api) as accounts:
        api.fail(fault)
        first = asyncio.ensure_future(times_of(accounts["a"], 1))
        await asyncio.sleep(0.5)
        later, others = await asyncio.gather(
            times_of(accounts["a"], 20), times_of(accounts["b"], 20)
        )
        (waited,) = await first

    assert 29.0 <= waited <= 32.0
    assert all(28.5 <= seconds <= 31.5 for seconds in later)
    assert all(seconds < 0.5 for seconds in others)
    assert [429] + [200] * 41 == sorted(
        (it.status or 0 for it in api.requests), reverse=True
    )


async def test_a_limit_that_ends_at_this_moment() -> None:
    """A request is sent right when the server's window has room, and not refused."""
    limits = (ServerWindow(5, 10.0),)
    async with Emulator(jobs=5, limits=limits) as api:
        async with Client(
            api.token, base_url=api.url, rate_limit=RateLimit([Window(5, 10.0)])
        ) as client:
            times = sorted(await times_of(client, 15))

    assert {200} == {it.status for it in api.requests}
    assert [0.0] * 5 + [10.0] * 5 + [20.0] * 5 == [
        pytest.approx(it, abs=0.5) for it in times
    ]


async def test_a_token_revoked_on_the_way(api: Emulator) -> None:
    """After a 401 its account fails at once and sends no more; the others go on."""
    async with open_both(api) as accounts:
        await asyncio.gather(times_of(accounts["a"], 1), times_of(accounts["b"], 1))
        api.fail(Fault(status=401, token=api.tokens[0], times=None))
        start = now()
        revoked, others = await asyncio.gather(
            asyncio.gather(
                *(accounts["a"].request("GET", LIST) for _ in range(200)),
                return_exceptions=True,
            ),
            times_of(accounts["b"], 200),
        )
        elapsed = now() - start
    refusals = [it for it in api.requests if it.status == 401]

    assert {AuthenticationError} == {type(it) for it in revoked}
    # At most those that were in flight when the first was refused.
    assert 1 <= len(refusals) <= 16
    assert elapsed < 5.0
    assert 200 == len(others)
