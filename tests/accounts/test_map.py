"""One call per account, all at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gradient_async import (
    Accounts,
    AccountsError,
    AuthenticationError,
    Client,
    ConfigurationError,
    RetryPolicy,
)
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts

NAMES = ["e", "c", "a", "d", "b"]


def five(failing: str = "", **options: Any) -> FakeApi:
    """Return an API with five accounts, some of which are refused."""
    return FakeApi(
        {name: job_list(name, 1) for name in NAMES},
        respond=lambda token, _: error(401) if token in failing else None,
        **options,
    )


async def first(client: Client) -> str:
    """Fetch the id of the newest job."""
    return (await client.iter_indexing_jobs()).items[0].uuid


async def test_results_in_the_order_of_the_accounts() -> None:
    """Results are in the accounts' order, whichever came first."""
    api = five(delay=lambda token: ord(token) / 10)
    async with open_accounts(api) as accounts:
        results = await accounts.map(first)

    assert [(name, f"{name}-0") for name in NAMES] == list(results.items())
    assert results.is_complete
    assert {} == results.errors
    assert "<AccountResults 5 results, 0 errors>" == repr(results)


async def test_failures_are_raised_after_all() -> None:
    """The error has each failure, and the results of the others."""
    async with open_accounts(five("ae")) as accounts:
        with pytest.raises(AccountsError, match="2 of 5 accounts failed") as caught:
            await accounts.map(first)

    found = caught.value
    assert ["e", "a"] == list(found.errors)
    assert {"a": "a", "e": "e"} == {it: found.errors[it].account for it in "ae"}
    assert {name: f"{name}-0" for name in "cdb"} == dict(found.results)
    assert {} == found.reports


async def test_collecting_failures() -> None:
    """With `collect`, the results have the errors, and lack those accounts."""
    api = five("ae", delay=lambda token: ord(token) / 10)
    async with open_accounts(api) as accounts:
        results = await accounts.map(first, on_error="collect")

    assert ["c", "d", "b"] == list(results)
    assert (3, False) == (len(results), results.is_complete)
    assert ["e", "a"] == list(results.errors)
    assert "a" not in results
    assert results.get("a") is None
    with pytest.raises(KeyError) as caught:
        results["a"]
    assert isinstance(caught.value.__cause__, AuthenticationError)


async def test_raising_at_once_cancels_the_others() -> None:
    """With `raise`, the first failure ends all calls."""
    api = five("a", delay=lambda token: 1.0 if token == "a" else 100.0)
    async with open_accounts(api) as accounts:
        with pytest.raises(AuthenticationError, match="account a"):
            await accounts.map(first, on_error="raise")

        assert 0 == api.in_flight
        assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_a_bug_cancels_the_others() -> None:
    """An exception of the caller's own propagates as it is, and names the account."""

    async def call(client: Client) -> str:
        raise LookupError(await first(client))

    api = five(delay=lambda token: 1.0 if token == "a" else 100.0)
    async with open_accounts(api) as accounts:
        with pytest.raises(LookupError) as caught:
            await accounts.map(call)

        assert ["account a"] == caught.value.__notes__
        assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_cancellation_cancels_all_calls() -> None:
    """Cancelling the caller leaves no call behind."""
    api = five(delay=lambda _: 100.0)
    async with open_accounts(api) as accounts:
        task = asyncio.ensure_future(accounts.map(first))
        await asyncio.sleep(1)
        assert 5 == api.in_flight
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert 0 == api.in_flight


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        (4, {"max_concurrency": 4}),
        (10, {"per_account_concurrency": 2}),
        (15, {}),
    ],
)
async def test_concurrency(expected: int, options: dict[str, int]) -> None:
    """`max_concurrency` caps all accounts, `per_account_concurrency` each of them."""

    async def thrice(client: Client) -> None:
        await asyncio.gather(*(first(client) for _ in range(3)))

    api = five(delay=lambda _: 1.0)
    async with open_accounts(api, **options) as accounts:
        await accounts.map(thrice)

    assert expected == api.most_in_flight


async def test_without_accounts() -> None:
    """No accounts, no calls, no results."""
    async with Accounts({}) as accounts:
        assert {} == dict(await accounts.map(first))


async def test_an_unknown_reaction() -> None:
    """An unknown reaction is refused before anything is sent."""
    api = five()
    async with open_accounts(api) as accounts:
        with pytest.raises(ConfigurationError, match="finish, raise, collect"):
            await accounts.map(first, on_error="ignore")  # type: ignore[arg-type]
    assert [] == api.requests


async def test_options_and_selections_hold() -> None:
    """`map` calls the accounts of a view, with the view's options."""
    api = five(delay=lambda _: 2.0)
    async with open_accounts(api, retry=RetryPolicy(attempts=1)) as accounts:
        view = accounts.select(names=["a", "c"]).with_options(timeout=1.0)
        results = await view.map(first, on_error="collect")

    assert ["c", "a"] == list(results.errors)
    assert {"DeadlineExceededError"} == {
        type(it).__name__ for it in results.errors.values()
    }
