"""No token, cookie, limit, quota, refusal or error crosses from account to account."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import count, cycle
from typing import Any

import aiohttp
import pytest

from gradient_async import (
    Accounts,
    AiohttpTransport,
    Client,
    ConnectError,
    GradientError,
    Paginator,
    RateLimit,
    ServerError,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.models import IndexingJob
from gradient_async.testing import Request, Response
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts
from tests.support.examples import examples
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


async def first(client: Client) -> str:
    """Fetch the id of the newest job."""
    return (await client.iter_indexing_jobs()).items[0].uuid


async def cookies_sent(base_url: str, emulator: Emulator, clients: Any) -> int:
    """Let the server set a cookie for the first client; count those that come back."""
    emulator.requests.clear()
    emulator.fail(
        Fault(headers={"set-cookie": "session=1; Path=/"}, token=emulator.tokens[0])
    )
    for client in [*clients, *clients]:
        await client.request("GET", LIST)
    return sum("cookie" in request.headers for request in emulator.requests)


async def test_cookies_never_come_back() -> None:
    """A cookie that the server sets for one account goes into no later request."""
    async with Emulator(jobs=1, accounts=2, limits=None) as emulator:
        # Cookies are kept for host names only.
        base_url = emulator.url.replace("127.0.0.1", "localhost")
        tokens = emulator.tokens
        async with Accounts(
            {"a": tokens[0], "b": tokens[1]}, base_url=base_url
        ) as accounts:
            sent = await cookies_sent(base_url, emulator, accounts.values())
            owners = [request.account for request in emulator.requests]

        # A session that keeps cookies would send them: that is what is refused.
        async with aiohttp.ClientSession() as session:
            transport = AiohttpTransport(session=session)
            clients = [
                Client(token, base_url=base_url, transport=transport)
                for token in tokens
            ]
            control = await cookies_sent(base_url, emulator, clients)
            for client in clients:
                await client.aclose()

    assert 1 == sum(x != y for x, y in zip(*tokens, strict=True))
    assert 0 == sent
    assert [0, 1, 0, 1] == owners
    assert 0 < control


async def test_each_account_has_its_own_quota_for_retries() -> None:
    """An outage of one account uses up no retries of another."""
    flaky = iter([503])

    def respond(token: str, _: Request) -> Response | None:
        return error(503) if token == "a" or next(flaky, None) else None

    api = FakeApi({it: job_list(it, 1) for it in "ab"}, respond=respond)
    async with open_accounts(api) as accounts:
        for _ in range(20):
            with pytest.raises(ServerError):
                await first(accounts["a"])
        assert "b-0" == await first(accounts["b"])

    assert {"a": 20 + 20, "b": 2} == Counter(api.tokens)


@pytest.mark.parametrize(
    "token_of",
    [lambda token: token, lambda token: lambda: token],
    ids=["strings", "functions"],
)
async def test_one_token_has_one_limit(token_of: Callable[[str], Any]) -> None:
    """Two names with one token share its rate limit; two tokens never do."""
    api = FakeApi({it: job_list(it, 1) for it in ("same", "sane")})
    members = {"a": token_of("same"), "b": token_of("same"), "c": token_of("sane")}
    sent: dict[str, list[int]] = {}
    began = now()

    async def call(client: Client) -> None:
        await first(client)
        sent.setdefault(client.account, []).append(round(now() - began))

    limit = RateLimit([Window(1, 10.0)])
    async with Accounts(members, transport=api, rate_limit=limit) as accounts:
        await accounts.map(call)
        await accounts.map(call)

    assert sorted([*sent["a"], *sent["b"]]) == [0, 10, 20, 30]
    assert [0, 20] == sent["c"] or [0, 10] == sent["c"]


async def test_a_token_that_rotates_takes_its_limit_along() -> None:
    """The limit is the token's: who takes over a token waits for its requests."""
    api = FakeApi({it: job_list(it, 1) for it in ("t1", "t2")})
    limit = RateLimit([Window(1, 10.0)])
    async with Accounts(
        {"a": "t1", "b": "t2"}, transport=api, rate_limit=limit
    ) as both:
        began = now()
        await first(both["a"])
        await first(both["b"])
        both.replace("a", "t2")
        assert 0 == round(now() - began)
        await first(both["a"])
        assert 10 == round(now() - began)


class Chaos:
    """
    Random operations on several accounts at once, over an unreliable API.

    Tokens have the form `name/version`, lists hold jobs named after their token, and
    each request carries the account that it was made for in a header.
    """

    def __init__(self, seed: int, names: str) -> None:
        self.rng = random.Random(seed)
        self.names = names
        self.versions = Counter[str]()
        self.api = FakeApi({}, delay=self._delay, respond=self._respond)
        self.accounts = Accounts(
            {name: self._issue(name) for name in names},
            transport=self.api,
            timeout=5.0,
            refused_for=3.0,
            max_concurrency=8,
            per_account_concurrency=3,
            rate_limit=RateLimit([Window(50, 1.0)]),
        )
        self.outcomes = Counter[str]()
        self.wrong: list[object] = []

    def _issue(self, name: str) -> str:
        """Return a new token, for which the API has a list."""
        self.versions[name] += 1
        token = f"{name}/{self.versions[name]}"
        self.api.lists[token] = job_list(token, 7)
        return token

    def _delay(self, _: str) -> float:
        return self.rng.choice([0.0, 0.01, 0.1, 0.3])

    def _respond(self, _token: str, _request: Request) -> Response | Exception | None:
        kind = self.rng.random()
        if kind < 0.03:
            return error(401)
        if kind < 0.06:
            return error(429, retry_after="1")
        if kind < 0.12:
            return error(503)
        if kind < 0.14:
            return ConnectError("no route", sent=False)
        return None

    async def work(self, operations: int) -> None:
        """Perform random operations, one after the other."""
        for _ in range(operations):
            name = self.rng.choice(self.names)
            operation = self.rng.choices(
                [self._call, self._stream, self._replace, self._remove], [92, 1, 5, 2]
            )[0]
            await operation(name)

    def _expect(self, account: str, uuids: list[str]) -> None:
        self.outcomes["items"] += len(uuids)
        self.wrong += [it for it in uuids if not it.startswith(f"{account}/")]

    def _expect_error(self, account: str, failure: GradientError) -> None:
        self.outcomes[type(failure).__name__] += 1
        self.wrong += [failure] if failure.account != account else []

    async def _call(self, name: str) -> None:
        client = self.accounts.get(name)
        if client is None:
            return
        try:
            page = await mark(client).iter_indexing_jobs(per_page=2)
        except GradientError as failure:
            self._expect_error(name, failure)
        else:
            self._expect(name, [it.uuid for it in page.items])

    async def _stream(self, _: str) -> None:
        def build(client: Client) -> Paginator[IndexingJob]:
            return mark(client).iter_indexing_jobs(per_page=3)

        order: Any = self.rng.choice(["arrival", "newest"])
        stop_after = self.rng.choice([1, 10, 10_000])
        stream = self.accounts.stream(build, order=order, on_error="collect")
        async for account, job in stream:
            self._expect(account, [job.uuid])
            stop_after -= 1
            if not stop_after:
                break
        for name, report in stream.reports.items():
            if report.error is not None:
                self._expect_error(name, report.error)

    async def _replace(self, name: str) -> None:
        if name in self.accounts:
            token = self._issue(name)
            is_function = self.rng.random() < 0.5
            self.accounts.replace(name, (lambda: token) if is_function else token)

    async def _remove(self, name: str) -> None:
        # Whether another worker removes or adds it first is a matter of chance.
        if name in self.accounts:  # pragma: no branch
            await self.accounts.remove(name, drain=self.rng.random() < 0.5)
        if name not in self.accounts:  # pragma: no branch
            self.accounts.add(name, self._issue(name))


def mark(client: Client) -> Client:
    """Return a view whose requests name the account that they are made for."""
    return client.with_options(headers={"X-Account": client.account})


async def test_random_interleavings(caplog: pytest.LogCaptureFixture) -> None:
    """In 10,000 operations no request has another account's token, nor any result."""
    operations = examples(400)
    # Thousands of warnings about retries cost more than the retries, and so does a
    # stack for each timer.
    caplog.set_level(logging.CRITICAL, "gradient_async")
    asyncio.get_running_loop().set_debug(False)
    chaos = Chaos(seed=7, names="abcdef")
    async with chaos.accounts:
        await asyncio.gather(*(chaos.work(operations) for _ in range(25)))
        for _ in range(3):
            await asyncio.sleep(0)

        assert 0 == chaos.api.in_flight
        assert {asyncio.current_task()} == asyncio.all_tasks()
    strays = [
        token
        for token, request in chaos.api.requests
        if token.split("/")[0] != request.headers["x-account"]
    ]
    assert [] == strays
    assert [] == chaos.wrong
    # It was no walk in the park.
    assert 10 * operations < len(chaos.api.requests)
    assert 8 == chaos.api.most_in_flight
    assert {"AuthenticationError", "ClientClosedError", "items"} <= {*chaos.outcomes}


async def test_a_function_that_alternates_between_tokens() -> None:
    """Each of two tokens keeps to its rate limit, whichever was used last."""
    tokens = cycle(["a", "b"])
    api = FakeApi({"a": job_list("a", 1), "b": job_list("b", 1)})
    limit = RateLimit([Window(5, 60.0)])
    async with Accounts(
        {"x": lambda: next(tokens)}, transport=api, rate_limit=limit, timeout=600
    ) as accounts:
        began = now()
        await asyncio.gather(*(first(accounts["x"]) for _ in range(20)))

    assert now() - began >= 60.0


async def test_a_function_with_a_new_token_each_time() -> None:
    """A call whose token is never the same twice is sent nevertheless."""
    numbers = count()
    api = FakeApi({}, delay=lambda _: 2.0)
    api.lists = defaultdict(list)
    async with Accounts(
        {"x": lambda: f"token-{next(numbers)}", "y": "busy"},
        transport=api,
        max_concurrency=1,
        timeout=30,
    ) as accounts:
        calls = [first_page(accounts[name]) for name in ("y", "y", "x", "x")]
        await asyncio.gather(*calls)

    assert 4 == len(api.requests)


async def first_page(client: Client) -> None:
    """Fetch a page of jobs."""
    await client.iter_indexing_jobs()
