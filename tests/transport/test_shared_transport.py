"""Transports that clients share: connections, isolation, and who closes them."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import Client, ClientClosedError
from gradient_async.emulator import Emulator, Fault
from gradient_async.transport.session import AiohttpTransport

LIST = "/v2/gen-ai/indexing_jobs"


async def test_clients_share_connections() -> None:
    """Two clients with one transport use the same connection, each with its token."""
    async with (
        Emulator(jobs=1, accounts=2, limits=None) as api,
        AiohttpTransport() as transport,
    ):
        first, second = (
            Client(token, base_url=api.url, transport=transport) for token in api.tokens
        )
        async with first, second:
            await first.request("GET", LIST)
            await second.request("GET", LIST)
            await first.request("GET", LIST)

    assert [0, 1, 0] == [request.account for request in api.requests]
    assert 1 == api.connections


async def test_clients_keep_their_base_urls() -> None:
    """Clients that share a transport send to their own servers."""
    async with (
        Emulator(jobs=1) as here,
        Emulator(jobs=1) as elsewhere,
        AiohttpTransport() as transport,
    ):
        for api in (here, elsewhere):
            client = Client(api.token, base_url=api.url, transport=transport)
            async with client:
                await client.request("GET", LIST)

    assert [200] == [request.status for request in here.requests]
    assert [200] == [request.status for request in elsewhere.requests]


async def test_closing_a_client_leaves_the_transport_open(api: Emulator) -> None:
    """After one client has closed, another uses the same connection."""
    async with AiohttpTransport() as transport:
        first, second = (
            Client(api.token, base_url=api.url, transport=transport) for _ in range(2)
        )
        async with first, second:
            await first.request("GET", LIST)
            await first.aclose()
            with pytest.raises(ClientClosedError):
                await first.request("GET", LIST)
            await second.request("GET", LIST)

    assert [200, 200] == [request.status for request in api.requests]
    assert 1 == api.connections


async def test_closing_ends_only_own_calls(api: Emulator) -> None:
    """Closing a client ends its calls, not those of others on the same transport."""
    api.fail(Fault(delay=5.0, times=2))
    async with AiohttpTransport() as transport:
        closed, other = (
            Client(api.token, base_url=api.url, transport=transport) for _ in range(2)
        )
        async with closed, other:
            ended, kept = (
                asyncio.ensure_future(it.request("GET", LIST)) for it in (closed, other)
            )
            await asyncio.sleep(1)
            await closed.aclose()
            with pytest.raises(ClientClosedError):
                await ended
            await kept

    assert 2 == len(api.requests)


async def test_an_unclosed_client_leaves_the_transport_open(api: Emulator) -> None:
    """A client that is dropped without closing warns, but keeps the connections."""
    async with AiohttpTransport() as transport:
        client = Client(api.token, base_url=api.url, transport=transport)
        await client.request("GET", LIST)
        with pytest.warns(ResourceWarning, match="unclosed Client"):
            del client
        async with Client(api.token, base_url=api.url, transport=transport) as other:
            await other.request("GET", LIST)

    assert [200, 200] == [request.status for request in api.requests]
    assert 1 == api.connections
