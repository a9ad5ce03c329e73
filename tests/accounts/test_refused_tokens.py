"""A token that the API has refused rests for `refused_for` seconds; health."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from gradient_async import (
    AccountsError,
    AuthenticationError,
    Client,
    PermissionDeniedError,
    RetryPolicy,
)
from gradient_async.testing import Request, Response, json_response
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts

LIST = "/v2/gen-ai/indexing_jobs"


class Server:
    """Responds to each token with its status."""

    def __init__(self, **statuses: int) -> None:
        self.statuses = statuses

    def __call__(self, token: str, _: Request) -> Response | None:
        """Respond with an error; None serves the list."""
        status = self.statuses.get(token, 200)
        return None if status == 200 else error(status)


def two(server: Server, **options: Any) -> FakeApi:
    """Return an API with two accounts."""
    return FakeApi({it: job_list(it, 3) for it in "ab"}, respond=server, **options)


async def first(client: Client) -> object:
    """Fetch the first page."""
    return await client.iter_indexing_jobs()


async def outcomes(client: Client, count: int) -> list[str]:
    """Make several calls at once, and return the class of each result."""
    calls = (first(client) for _ in range(count))
    found = await asyncio.gather(*calls, return_exceptions=True)
    return [type(it).__name__ for it in found]


async def test_a_refused_token_is_asked_once() -> None:
    """After one refusal, calls fail at once with the same error, unsent."""
    api = two(Server(a=401))
    async with open_accounts(api, refused_for=300) as accounts:
        assert ["AuthenticationError"] == await outcomes(accounts["a"], 1)
        for _ in range(10):
            assert {"AuthenticationError"} == set(await outcomes(accounts["a"], 100))
            await asyncio.sleep(29)

        with pytest.raises(AuthenticationError, match=r"^401 odd") as caught:
            await first(accounts["a"])
        assert ["not sent: the API has refused this token before"] == (
            caught.value.__notes__
        )
        assert 10 == round(caught.value.retry_after or 0)
        assert ["Page"] * 5 == await outcomes(accounts["b"], 5)
    assert {"a": 1, "b": 5} == Counter(api.tokens)


async def test_only_401_rests() -> None:
    """A 403 is about one operation: the token is sent again."""
    api = two(Server(a=403))
    async with open_accounts(api) as accounts:
        for _ in range(3):
            with pytest.raises(PermissionDeniedError):
                await first(accounts["a"])
    assert 3 == len(api.requests)


async def test_views_know_what_was_refused() -> None:
    """Views of a client, and of the accounts, share the refusal."""
    api = two(Server(a=401))
    async with open_accounts(api) as accounts:
        await outcomes(accounts.with_options(timeout=5)["a"], 1)
        await outcomes(accounts["a"].with_options(timeout=5), 1)
        await outcomes(accounts["a"], 1)
    assert 1 == len(api.requests)


async def test_a_stream_skips_a_refused_token() -> None:
    """The report of an account that was not asked says so."""
    api = two(Server(a=401))
    states = []
    async with open_accounts(api) as accounts:
        for _ in range(2):
            stream = accounts.iter_indexing_jobs()
            with pytest.raises(AccountsError):
                await stream.collect()
            states.append(str(stream.reports["a"].state))

    assert ["failed", "skipped"] == states
    assert {"a": 1, "b": 2} == Counter(api.tokens)


async def test_health() -> None:
    """Health is what the latest call found out, and costs no request."""

    def respond(token: str, _: Request) -> Response:
        if token == "a":
            return error(503)
        headers = {"ratelimit-remaining": "4711", "ratelimit-reset": "60"}
        return json_response({"jobs": []}, headers=headers)

    api = FakeApi({"a": [], "b": [], "c": []}, respond=respond)
    async with open_accounts(api, retry=RetryPolicy(attempts=1)) as accounts:
        assert {"a", "b", "c"} == accounts.health().keys()
        assert [] == api.requests
        await accounts.select(names=["a", "b"]).map(first, on_error="collect")
        health = accounts.health()

        assert (False, True, True) == tuple(health[it].ok for it in "abc")
        assert "ServerError" == type(health["a"].error).__name__
        assert 4711 == health["b"].remaining
        assert health["b"].reset_at is not None
        assert (None, None) == (health["c"].remaining, health["c"].reset_at)
        assert ["a"] == list(accounts.select(names=["a"]).health())
