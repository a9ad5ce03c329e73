"""Feeds of a real client over the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import cycle

import pytest
import pytest_asyncio

from gradient_async import AccountEvent, Attempt, Client, JobEvent, RetryPolicy
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import (
    ClientClosedError,
    ConnectError,
    DeadlineExceededError,
    GradientError,
    ServerError,
)
from gradient_async.testing import MemoryTransport, json_response
from tests.changes.feed_accounts import listening, settle, texts
from tests.support.secrets import texts_of_error
from tests.support.virtual_time import now


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator without jobs."""
    async with Emulator(jobs=0, limits=None) as emulator:
        yield emulator


async def test_life_of_a_job(api: Emulator, client: Client) -> None:
    """A job that another program starts appears, changes and ends."""
    # With several data sources, so that it changes on the way.
    bases = [str(it["uuid"]) for it in api.knowledge_bases()]
    base = max(bases, key=lambda uuid: len(api.data_sources(uuid)))
    async with listening(client.feed(idle_interval=2)) as events:
        job = await client.indexing_jobs.create(base)
        await settle(200)

    kinds = [event.kind for event in events if isinstance(event, JobEvent)]
    assert "appeared" == kinds[0]
    assert "ended" == kinds[-1]
    assert {"changed"} == set(kinds[1:-1])
    assert {job.uuid} == {it.job.uuid for it in events if isinstance(it, JobEvent)}


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ServerError, Fault(status=503)),
        (ServerError, Fault(status=500)),
        (DeadlineExceededError, Fault(delay=1000.0)),
    ],
)
async def test_outage(api: Emulator, error: type[GradientError], fault: Fault) -> None:
    """An outage is one event, its end another; what happened meanwhile is told."""
    retry = RetryPolicy(attempts=1)
    async with Client(
        api.token, base_url=api.url, timeout=10, retry=retry, account="acme"
    ) as client:
        async with listening(client.feed()) as events:
            api.fail(*[fault] * 5)
            asyncio.get_running_loop().call_later(60, api.add_jobs, 1)
            await settle(400)

    assert [
        f"acme: trouble {error.__name__}",
        f"acme: appeared {api.job_uuids()[0]}",
        "acme: recovered",
    ] == texts(events)


async def test_server_that_is_down(api: Emulator, client: Client) -> None:
    """A server that is down, and comes back, is no end of the feed."""
    async with listening(client.feed()) as events:
        await api.aclose()
        await settle(200)
        # The port would be another one.
        assert [": trouble ConnectError"] == texts(events)
    (event,) = events
    assert isinstance(event, AccountEvent)
    assert isinstance(event.error, ConnectError)


async def test_secrets_of_trouble(api: Emulator) -> None:
    """Events of a refused token show neither the token nor the frames of the call."""
    token = "dop_v1_hunter2"
    async with Client(token, base_url=api.url) as client:
        event = await anext(client.feed().listen())
    assert isinstance(event, AccountEvent)
    error = event.error
    assert error is not None

    assert (None, None, None) == (
        error.__traceback__,
        error.__cause__,
        error.__context__,
    )
    shown = [event.to_json(), repr(event), *texts_of_error(error)]
    assert not [text for text in shown if "hunter2" in text]
    assert '"type":"AuthenticationError"' in event.to_json()


async def test_closing_the_client(api: Emulator) -> None:
    """Closing the client ends every loop at once, though the next poll were later."""
    client = Client(api.token, base_url=api.url)
    feed = client.feed()
    tasks = [asyncio.create_task(anext(feed.listen())) for _ in range(3)]
    await settle(10)
    closed_at = now()
    await client.aclose()
    errors = await asyncio.gather(*tasks, return_exceptions=True)

    assert [ClientClosedError] * 3 == [type(error) for error in errors]
    assert 3 == len({id(error) for error in errors})
    assert closed_at == now()
    await settle()
    assert {asyncio.current_task()} == asyncio.all_tasks()
    with pytest.raises(ClientClosedError):
        await anext(feed.listen())


async def test_closing_the_client_during_a_request(api: Emulator) -> None:
    """The same holds while a request is in flight."""
    client = Client(api.token, base_url=api.url)
    api.fail(Fault(delay=1000.0))
    async with client.feed() as feed:
        waiting = asyncio.create_task(anext(feed.listen()))
        await settle(5)
        await client.aclose()
        with pytest.raises(ClientClosedError):
            await waiting


async def test_hook_that_raises(api: Emulator) -> None:
    """What `on_attempt` raises reaches every listener, and leaves no task."""

    def fail(attempt: Attempt) -> None:
        raise ZeroDivisionError

    async with Client(api.token, base_url=api.url, on_attempt=fail) as client:
        feed = client.feed()
        tasks = [asyncio.create_task(anext(feed.listen())) for _ in range(3)]
        errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert [ZeroDivisionError] * 3 == [type(error) for error in errors]
        assert 0 == feed.listeners


async def test_share_of_the_limit_where_the_server_is_flaky() -> None:
    """Requests that are repeated count: a quarter of the hour's limit, and no more."""
    statuses = cycle([503, 503, 503, 200])
    transport = MemoryTransport(
        lambda _: json_response({"jobs": [], "meta": {}}, status=next(statuses))
    )
    async with Client("t", transport=transport) as client:
        async with listening(client.feed(idle_interval=1)):
            await settle(3600)

    assert 1250 - 4 <= len(transport.requests) <= 1250 + 4
