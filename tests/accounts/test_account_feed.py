"""Feeds of several accounts: who joins and leaves, tokens, shares of limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gradient_async import (
    Account,
    AccountEvent,
    Accounts,
    JobEvent,
    RetryPolicy,
)
from gradient_async.accounts.pacers import AccountPacing, Pacers
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import ClientClosedError
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.credentials import to_secret
from gradient_async.transport.sliding_log import RateLimit
from tests.changes.feed_accounts import listening, settle, texts
from tests.support.streams import take
from tests.support.virtual_time import now

ROUND = 2.88


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator with four accounts without jobs."""
    async with Emulator(jobs=0, accounts=4, limits=None) as emulator:
        yield emulator


@pytest_asyncio.fixture
async def accounts(api: Emulator) -> AsyncIterator[Accounts]:
    """Open two accounts, a and b."""
    tokens = {
        "a": Account(api.tokens[0], tags=["old"]),
        "b": Account(api.tokens[1], tags=["new"]),
    }
    retry = RetryPolicy(attempts=1)
    async with Accounts(tokens, base_url=api.url, retry=retry) as accounts:
        yield accounts


def start_jobs(api: Emulator, *indexes: int) -> list[str]:
    """Start a job in each of several accounts, and return their ids."""
    return [api.add_jobs(1, token=api.tokens[index])[0] for index in indexes]


async def test_events_name_their_accounts(api: Emulator, accounts: Accounts) -> None:
    """Every event names the account it is of."""
    one, two = start_jobs(api, 0, 1)
    events = await take(accounts.feed().listen(), 2)

    assert {f"a: running {one}", f"b: running {two}"} == set(texts(events))


async def test_refused_tokens_are_not_sent_again(api: Emulator) -> None:
    """A dead token is one event, and is not sent again before `refused_for` is over."""
    tokens = {"dead": "dop_v1_dead", "good": api.token}
    async with Accounts(tokens, base_url=api.url, refused_for=300) as accounts:
        async with listening(accounts.feed()) as events:
            (uuid,) = start_jobs(api, 0)
            await settle(299)
            dead = [it for it in api.requests if it.status == 401]
            assert 1 == len(dead)
            await settle(300)

            assert 2 == len([it for it in api.requests if it.status == 401])
    assert {
        "dead: trouble AuthenticationError",
        f"good: appeared {uuid}",
    } == set(texts(events))
    assert 2 == len(events)


async def test_replaced_token(api: Emulator, accounts: Accounts) -> None:
    """An account in trouble recovers with the new token, and its feed goes on."""
    accounts.add("c", "dop_v1_dead")
    async with listening(accounts.select(names=["c"]).feed()) as events:
        await settle(40)
        accounts.replace("c", api.tokens[2])
        (uuid,) = start_jobs(api, 2)
        await settle(40)

    assert [
        "c: trouble AuthenticationError",
        f"c: running {uuid}",
        "c: recovered",
    ] == texts(events)


async def test_accounts_come_and_go(api: Emulator, accounts: Accounts) -> None:
    """An account that is added joins; one that is removed leaves, without trouble."""
    three, *_ = start_jobs(api, 2)
    async with listening(accounts.feed()) as events:
        accounts.add("c", api.tokens[2])
        await settle(1)
        await accounts.remove("a")
        await accounts.remove("b", drain=False)
        sent = len(api.requests)
        await settle(29)
        # Only the one that is left.
        assert {2} == {it.account for it in api.requests[sent:]}

    assert [f"c: running {three}", "a: removed", "b: removed"] == texts(events)


async def test_removal_during_a_request(api: Emulator, accounts: Accounts) -> None:
    """A request in flight is given up with its account."""
    api.fail(Fault(delay=1000.0, token=api.tokens[0]))
    async with listening(accounts.feed()) as events:
        await settle(5)
        await accounts.remove("a", drain=False)
        (uuid,) = start_jobs(api, 1)
        await settle(40)

    assert ["a: removed", f"b: appeared {uuid}"] == texts(events)


async def test_views(api: Emulator, accounts: Accounts) -> None:
    """The feed of a view has its accounts only, also when tags change."""
    one, two = start_jobs(api, 0, 1)
    async with listening(accounts.select(tags=["new"]).feed()) as events:
        await settle(1)
        accounts.replace("a", Account(api.tokens[0], tags=["new"]))
        accounts.replace("b", Account(api.tokens[1], tags=["old"]))
        await settle(1)

    assert [f"b: running {two}", "b: removed", f"a: running {one}"] == texts(events)


async def test_options_of_views(api: Emulator, accounts: Accounts) -> None:
    """The feed of a view polls with the view's options."""
    start_jobs(api, 0)
    view = accounts.with_options(timeout=7, headers={"x-feed": "yes"})
    api.fail(Fault(delay=1000.0, token=api.tokens[1]))
    started = now()
    first, second = await take(view.feed().listen(), 2)

    assert isinstance(first, JobEvent)
    assert isinstance(second, AccountEvent)
    assert started + 7 == pytest.approx(now(), abs=0.1)
    assert {"yes"} == {request.headers["x-feed"] for request in api.requests}


async def test_closing_the_accounts(api: Emulator, accounts: Accounts) -> None:
    """Closing the accounts ends every loop at once, also one over no accounts."""
    feeds = [accounts.feed(), accounts.select(names=["a"]).feed()]
    none = accounts.select(names=["a"]).select(names=["a"], tags=["new"])
    feeds.append(none.feed())
    tasks = [asyncio.create_task(anext(feed.listen())) for feed in feeds]
    await settle(10)
    closed_at = now()
    await accounts.aclose()
    errors = await asyncio.gather(*tasks, return_exceptions=True)

    assert [ClientClosedError] * 3 == [type(error) for error in errors]
    assert closed_at == now()
    for feed in feeds:
        with pytest.raises(ClientClosedError):
            await anext(feed.listen())


async def test_share_of_names_with_one_token() -> None:
    """Two names with one token use a quarter of its limit together."""
    job = {"uuid": "job-1", "phase": "BATCH_JOB_PHASE_RUNNING"}
    times: list[float] = []

    def handle(request: Request) -> Response:
        times.append(now())
        return json_response({"jobs": [job], "meta": {"total": 1}})

    transport = MemoryTransport(handle)
    tokens = {"a": "same", "b": "same"}
    async with Accounts(tokens, transport=transport) as accounts:
        async with listening(accounts.feed()) as events:
            await settle(3600)

    assert ["a: running job-1", "b: running job-1"] == texts(events)
    # After the first round, in which each name polls once.
    assert 1249 <= len([it for it in times if times[0] < it <= times[0] + 3600]) <= 1250


async def test_sharers() -> None:
    """Accounts are counted by the token that they use now."""
    pacers = Pacers(RateLimit())
    one, two = AccountPacing(pacers, "url"), AccountPacing(pacers, "url")
    assert 1 == one.sharers
    one(to_secret("x"))
    two(to_secret("x"))
    assert (2, 2) == (one.sharers, two.sharers)
    two(to_secret("y"))
    assert (1, 1) == (one.sharers, two.sharers)
    two(to_secret("x"))
    assert 2 == one.sharers
    del two
    assert 1 == one.sharers


async def test_removal_between_two_polls(api: Emulator, accounts: Accounts) -> None:
    """Removing an account does not wait for the next poll of a feed of its own."""
    listener = accounts["a"].feed().listen()
    listening_task = asyncio.ensure_future(anext(listener))
    await settle(5)
    began = now()
    await accounts.remove("a")

    assert 0 == pytest.approx(now() - began, abs=0.1)
    with pytest.raises(ClientClosedError):
        await listening_task
