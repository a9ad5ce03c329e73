"""Clients that are dropped or closed in threads, forks and cancel scopes."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import pytest
import pytest_asyncio

from gradient_async import Accounts, AiohttpTransport, Client
from gradient_async.loops import LoopHome, finish
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request
from tests.support.raw_server import HANG, RawServer, raw_response

pytestmark = pytest.mark.real_time

FIRST = raw_response(
    b'{"jobs": [{"uuid": "u"}], "meta": {"page": 1, "pages": 9, "total": 9}}',
    connection="keep-alive",
)
Open = Callable[[str], Awaitable[object]]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RawServer]:
    """Serve one page, and never respond to further requests."""
    async with RawServer(FIRST, HANG, keep_alive=True) as server:
        yield server


async def wait_while(is_so: Callable[[], object]) -> None:
    """Wait until something is over."""
    async with asyncio.timeout(5):
        while is_so():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("drop", "dropped"),
        ("use", "ConfigurationError"),
        ("close", "closed"),
        ("send", "a Client cannot be pickled or copied; create one where it is needed"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
async def test_a_fork_leaves_the_connection_alone(act: str, expected: str) -> None:
    """Whatever a forked process does with a client, its parent goes on as before."""
    command = ("-W", "error", "-m", "tests.support.forking", act)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=-1, stderr=-1
    )
    output, errors = await process.communicate()

    assert b"" == errors
    assert [expected, "[1]", "1 2"] == output.decode().splitlines()


async def open_client(url: str) -> object:
    """Return a client with a connection at rest."""
    client = Client("t", base_url=url)
    await client.indexing_jobs.list()
    return client


async def open_accounts(url: str) -> object:
    """Return accounts with a connection at rest."""
    accounts = Accounts({"a": "t"}, base_url=url)
    await accounts["a"].indexing_jobs.list()
    return accounts


async def open_transport(url: str) -> object:
    """Return a transport with a connection at rest."""
    transport = AiohttpTransport()
    get = Request(method="GET", path="/v2/x")
    await transport.send(get, base_url=url, token=Secret("t"))
    return transport


# A warning that is recorded would keep what it is about.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("create", [open_client, open_accounts, open_transport])
async def test_dropped_in_another_thread(create: Open, server: RawServer) -> None:
    """What is garbage-collected in another thread is closed in that of its loop."""
    held = [await create(server.url)]

    def drop() -> None:
        held.clear()
        gc.collect()

    loop = asyncio.get_running_loop()
    problems: list[str] = []
    loop.set_exception_handler(lambda _, context: problems.append(context["message"]))
    await asyncio.to_thread(drop)
    await wait_while(lambda: server.writers)

    assert [] == [it for it in problems if "Unclosed" not in it]


async def test_a_loop_left_in_another_thread(server: RawServer) -> None:
    """Requests of an iterator that another thread drops are cancelled by the loop."""
    async with Client("t", base_url=server.url) as client:
        paginator = client.iter_indexing_jobs(prefetch=3)
        held = [aiter(paginator)]
        assert "u" == (await anext(held[0])).uuid
        stuck = asyncio.ensure_future(anext(held[0]))
        await wait_while(lambda: len(server.heads) < 4)
        stuck.cancel()
        await asyncio.wait({stuck})

        def drop() -> None:
            held.clear()
            gc.collect()

        await asyncio.to_thread(drop)
        await wait_while(lambda: client._caller.lifetime.running)


async def test_a_listener_dropped_in_another_thread(server: RawServer) -> None:
    """A listener that another thread drops is the last one, so polling ends."""
    async with Client("t", base_url=server.url) as client, client.feed() as feed:
        held = [feed.listen()]
        waiting = asyncio.ensure_future(anext(held[0]))
        await wait_while(lambda: not server.heads)
        waiting.cancel()
        await asyncio.wait({waiting})
        del waiting

        def drop() -> None:
            held.clear()
            gc.collect()

        await asyncio.to_thread(drop)
        await wait_while(lambda: feed._tasks)


async def close_client(url: str) -> None:
    """Close a client with calls in progress."""
    client = Client("t", base_url=url)
    await client.indexing_jobs.list()
    call = asyncio.ensure_future(client.indexing_jobs.list())
    call.add_done_callback(lambda it: it.exception())
    await asyncio.sleep(0.05)
    try:
        await anyio.sleep(10)
    finally:
        await client.aclose()


async def close_accounts(url: str) -> None:
    """Close accounts."""
    async with Accounts({"a": "t", "b": "u"}, base_url=url) as accounts:
        await accounts["a"].indexing_jobs.list()
        await anyio.sleep(10)


async def close_transport(url: str) -> None:
    """Close a transport."""
    async with AiohttpTransport() as transport:
        get = Request(method="GET", path="/v2/x")
        await transport.send(get, base_url=url, token=Secret("t"))
        await anyio.sleep(10)


async def close_paginator(url: str) -> None:
    """Close a list whose pages are being fetched."""
    async with Client("t", base_url=url) as client:
        async with client.iter_indexing_jobs(prefetch=3) as jobs:
            await anext(jobs)
            await anyio.sleep(10)


async def close_stream(url: str) -> None:
    """Close a stream over accounts."""
    async with Accounts({"a": "t", "b": "u"}, base_url=url) as accounts:
        async with accounts.iter_indexing_jobs() as jobs:
            await jobs.collect()


async def close_feed(url: str) -> None:
    """Close a feed that polls."""
    async with Client("t", base_url=url) as client, client.feed() as feed:
        async with feed.listen() as listener:
            await anext(listener)


@pytest.mark.parametrize(
    "use",
    [
        close_client,
        close_accounts,
        close_transport,
        close_paginator,
        close_stream,
        close_feed,
    ],
    ids=lambda it: it.__name__,
)
async def test_closing_in_a_cancelled_scope(
    use: Callable[[str], Awaitable[None]], server: RawServer
) -> None:
    """A cancelled scope absorbs its own cancellation, and all is closed by then."""
    others = asyncio.all_tasks()
    with anyio.move_on_after(0.3) as scope:
        await use(server.url)
    mine = [it for it in asyncio.all_tasks() - others if "_serve" not in repr(it)]

    assert scope.cancelled_caught
    assert [] == mine
    task = asyncio.current_task()
    assert task is not None
    assert 0 == task.cancelling()
    await wait_while(lambda: server.writers)


async def test_finishing_raises_what_was_raised() -> None:
    """An error of closing is raised, unless it was cancelled."""

    async def fail() -> None:
        await asyncio.sleep(0.05)
        raise KeyError

    with pytest.raises(KeyError):
        await finish(fail())
    cancelled = asyncio.ensure_future(finish(fail()))
    await asyncio.sleep(0.01)
    cancelled.cancel("mine")
    with pytest.raises(asyncio.CancelledError, match="mine"):
        await cancelled


async def test_a_home_whose_loop_has_closed() -> None:
    """Once the loop is closed, finalizers run where they are."""
    seen: list[int] = []
    loop = asyncio.new_event_loop()
    home = LoopHome(loop)
    loop.close()
    await asyncio.to_thread(home.run, lambda: seen.append(1))

    assert [1] == seen


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("create", [open_client, open_transport])
async def test_a_process_that_inherits_a_client(
    create: Open, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another process than that of its first call, a client closes nothing."""
    held = [await create(server.url)]
    monkeypatch.setattr(os, "getpid", lambda: 0)
    held.clear()
    gc.collect()
    await asyncio.sleep(0.05)

    assert 1 == len(server.writers)
