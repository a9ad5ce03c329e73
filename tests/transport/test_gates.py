"""Caps on the requests in flight: of one client, and of clients that share a gate."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gradient_async import (
    Client,
    DeadlineExceededError,
    RateLimit,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


async def open_clients(
    api: Emulator, stack: AsyncExitStack, **options: Any
) -> list[Client]:
    """Open a client for each of the emulator's accounts."""
    return [
        await stack.enter_async_context(Client(token, base_url=api.url, **options))
        for token in api.tokens
    ]


async def respond_slowly(_: Request) -> Response:
    """Respond after a tenth of a second."""
    await asyncio.sleep(0.1)
    return json_response({})


@pytest.mark.parametrize(
    ("cap", "options"),
    [(16, {}), *((it, {"max_concurrency": it}) for it in (1, 3, 16, 40))],
)
async def test_max_concurrency(cap: int, options: dict[str, Any]) -> None:
    """Exactly `max_concurrency` requests are in flight at most; 16 unless it is set."""
    async with Emulator(jobs=1, latency=0.1, limits=None) as api:
        async with Client(api.token, base_url=api.url, **options) as client:
            await asyncio.gather(*(client.request("GET", LIST) for _ in range(50)))

    assert cap == api.most_in_flight
    assert 50 == len(api.requests)


async def test_clients_have_caps_of_their_own() -> None:
    """Without a shared gate, the caps of two clients add up."""
    async with Emulator(jobs=1, accounts=2, latency=0.1, limits=None) as api:
        async with AsyncExitStack() as stack:
            clients = await open_clients(api, stack, max_concurrency=3)
            await asyncio.gather(
                *(client.request("GET", LIST) for client in clients for _ in range(10))
            )

    assert 6 == api.most_in_flight


@pytest.mark.parametrize("cap", [1, 4])
async def test_first_come_first_served(cap: int) -> None:
    """Calls that wait for others to finish are sent in the order they were made."""
    paths = [f"{LIST}/job-{number}" for number in range(40)]
    transport = MemoryTransport(respond_slowly)
    async with Client("t", transport=transport, max_concurrency=cap) as client:
        await asyncio.gather(*(client.request("GET", path) for path in paths))

    assert paths == [request.path for request in transport.requests]


async def test_newcomers_do_not_overtake() -> None:
    """A call made at the moment another ends goes behind those that wait already."""
    transport = MemoryTransport(respond_slowly)
    calls: list[asyncio.Task[Any]] = []
    async with Client("t", transport=transport, max_concurrency=1) as client:

        def start(path: str) -> None:
            calls.append(asyncio.ensure_future(client.request("GET", path)))

        start("/first")
        start("/second")
        calls[0].add_done_callback(lambda _: start("/newcomer"))
        await asyncio.wait(calls)
        await calls[-1]

    paths = [request.path for request in transport.requests]
    assert ["/first", "/second", "/newcomer"] == paths


async def test_cancellation_in_the_queue(api: Emulator) -> None:
    """A call cancelled while others are in flight leaves its turn to the next."""
    api.fail(Fault(delay=5.0))
    began = now()
    async with Client(api.token, base_url=api.url, max_concurrency=1) as client:
        first, leaver, stayer = (
            asyncio.ensure_future(client.request("GET", LIST)) for _ in range(3)
        )
        await asyncio.sleep(1)
        leaver.cancel()
        await asyncio.gather(first, stayer)

    assert leaver.cancelled()
    assert [0, 5] == [round(request.at - began) for request in api.requests]


async def test_a_timeout_in_the_queue(api: Emulator) -> None:
    """A call that times out while others are in flight was never attempted."""
    api.fail(Fault(hang=True))
    client = Client(api.token, base_url=api.url, max_concurrency=1, timeout=5.0)
    async with client:
        errors = await asyncio.gather(
            client.request("GET", LIST),
            client.request("POST", LIST),
            return_exceptions=True,
        )

    for attempts, error in enumerate(reversed(errors)):
        assert isinstance(error, DeadlineExceededError)
        assert attempts == error.attempts
        assert 5.0 == pytest.approx(error.elapsed, abs=0.1)
    assert ["GET"] == [request.method for request in api.requests]


async def test_backoff_leaves_the_turn_to_others(api: Emulator) -> None:
    """A call that waits for its retry holds neither the cap nor the shared gate."""
    api.fail(Fault(status=503, headers={"retry-after": "20"}))
    began = now()
    client = Client(
        api.token, base_url=api.url, max_concurrency=1, gate=asyncio.Semaphore(1)
    )
    async with client:
        first = asyncio.ensure_future(client.request("GET", LIST))
        await asyncio.sleep(1)
        await client.request("GET", LIST)
        await first

    assert [0, 1, 20] == [round(request.at - began) for request in api.requests]


async def test_a_shared_gate_caps_clients_together() -> None:
    """No more requests of several clients are in flight than their gate allows."""
    gate = asyncio.Semaphore(3)
    async with Emulator(jobs=1, accounts=4, latency=0.1, limits=None) as api:
        async with AsyncExitStack() as stack:
            clients = await open_clients(api, stack, gate=gate)
            await asyncio.gather(
                *(client.request("GET", LIST) for client in clients for _ in range(10))
            )

    assert 3 == api.most_in_flight
    assert 40 == len(api.requests)


async def test_waiting_for_a_limit_does_not_hold_the_shared_gate() -> None:
    """While one client waits for its rate limit, another uses the shared gate."""
    gate = asyncio.Semaphore(1)
    async with Emulator(jobs=1, accounts=2, limits=None) as api:
        limited = Client(
            api.tokens[0],
            base_url=api.url,
            gate=gate,
            rate_limit=RateLimit([Window(1, 50.0)]),
        )
        free = Client(api.tokens[1], base_url=api.url, gate=gate)
        async with limited, free:
            began = now()
            await limited.request("GET", LIST)
            waiting = asyncio.ensure_future(limited.request("GET", LIST))
            await asyncio.sleep(1)
            await free.request("GET", LIST)
            await waiting

    arrivals = [(it.account, round(it.at - began)) for it in api.requests]
    assert [(0, 0), (1, 1), (0, 50)] == arrivals


async def test_a_429_stops_requests_at_the_shared_gate(api: Emulator) -> None:
    """A request that waits at the gate while another is refused is held back, too."""
    api.fail(Fault(status=429, headers={"retry-after": "20"}, delay=1.0))
    began = now()
    client = Client(api.token, base_url=api.url, gate=asyncio.Semaphore(1))
    async with client:
        await asyncio.gather(*(client.request("GET", LIST) for _ in range(4)))

    arrivals = [round(request.at - began) for request in api.requests]
    assert [0, 21, 21, 21, 21] == arrivals
