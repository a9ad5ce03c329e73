"""`GET /events`: what runs, then everything that happens, as server-sent events."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import TOKEN_VARIABLES
from tests.examples.backends import Backend, serve, until
from tests.examples.event_stream import read_events
from tests.examples.jobs import UNFINISHED, start_job
from tests.support.streams import take

pytestmark = pytest.mark.real_time


def running(api: Emulator) -> set[str]:
    """Return the ids of all unfinished jobs of both customers."""
    return {uuid for token in api.tokens for uuid in api.job_uuids(token)[:UNFINISHED]}


async def test_headers(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """No cache stores the stream, and no proxy buffers it."""
    async with serve(name) as backend, http.get(f"{backend.url}/events") as response:
        headers = response.headers

    assert "text/event-stream" == headers["Content-Type"].split(";")[0]
    assert "no-cache" == headers["Cache-Control"]
    assert "no" == headers["X-Accel-Buffering"]


async def test_snapshot(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """First come all unfinished jobs, each with a key of its state as event id."""
    async with serve(name) as backend, http.get(f"{backend.url}/events") as response:
        events = await take(read_events(response), 2 * UNFINISHED)

    assert {"running"} == {event.kind for event in events}
    assert running(api) == {event.data["job"]["uuid"] for event in events}
    assert [event.data["key"] for event in events] == [event.id for event in events]


async def test_progress(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """A job is running, changes as it progresses, and ends."""
    uuid = (await start_job(api)).uuid

    async with serve(name) as backend, http.get(f"{backend.url}/events") as response:
        events = read_events(response)
        of_job = (event async for event in events if event.data["job"]["uuid"] == uuid)
        start = await anext(of_job)
        api.advance(3)
        change = await anext(of_job)
        api.advance(100)
        end = await anext(of_job)

    kinds = [start.kind, change.kind, end.kind]
    assert ["running", "changed", "ended"] == kinds
    assert ["pending", "running"] == [
        start.data["job"]["phase"],
        change.data["job"]["phase"],
    ]
    assert end.data["job"]["succeeded"]


async def test_heartbeat(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """While nothing happens, comments keep the connection open."""
    async with serve(name, HEARTBEAT=0.01) as backend:
        async with http.get(f"{backend.url}/events") as response:
            comments = (it.comment async for it in read_events(response) if it.comment)
            assert ["heartbeat"] * 2 == await take(comments, 2)


async def test_dead_token(
    name: str,
    api: Emulator,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dead token is an event of that customer; the others' jobs come nevertheless."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_GLOBEX", "revoked")

    async with serve(name) as backend, http.get(f"{backend.url}/events") as response:
        events = await take(read_events(response), UNFINISHED + 1)

    (trouble,) = [event for event in events if event.kind == "trouble"]
    jobs = [event.data["account"] for event in events if event.kind == "running"]
    assert ("globex", None) == (trouble.data["account"], trouble.id)
    assert 401 == trouble.data["error"]["status"]
    assert ["acme"] * UNFINISHED == jobs


@pytest.fixture
def _no_gc() -> Iterator[None]:
    """Collect no garbage: what ends has to end by itself."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_gc")
async def test_disconnect(
    name: str, api: Emulator, http: aiohttp.ClientSession
) -> None:
    """A browser that is closed stops listening within a second, and polling with it."""
    async with serve(name, HEARTBEAT=60.0) as backend:
        response = await http.get(f"{backend.url}/events")
        await take(read_events(response), 1)
        assert 1 == backend.feed.listeners

        response.close()
        await until(lambda: backend.feed.listeners == 0, seconds=1)

        # A request may be on its way.
        await load_board_often(backend, http)
        api.requests.clear()
        await load_board_often(backend, http)
        assert [] == api.requests


async def load_board_often(backend: Backend, http: aiohttp.ClientSession) -> None:
    """Make requests that take longer than the feed's interval."""
    for _ in range(10):
        async with http.get(backend.url) as response:
            await response.read()


async def test_many_listeners(
    name: str, api: Emulator, http: aiohttp.ClientSession
) -> None:
    """A hundred browsers cause no more requests to the API than one."""
    async with serve(name, interval=600.0) as backend, AsyncExitStack() as browsers:

        async def listen() -> set[str]:
            response = await browsers.enter_async_context(
                http.get(f"{backend.url}/events")
            )
            events = await take(read_events(response), 2 * UNFINISHED)
            return {event.data["job"]["uuid"] for event in events}

        snapshots = await asyncio.gather(*(listen() for _ in range(100)))
        assert 100 == backend.feed.listeners

    assert [running(api)] * 100 == snapshots
    assert len(api.tokens) == len(api.requests)


async def test_shutdown(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """When the server stops, streams end completely, without a broken connection."""
    async with AsyncExitStack() as browser, asyncio.timeout(10):
        async with serve(name, HEARTBEAT=60.0) as backend:
            response = await browser.enter_async_context(
                http.get(f"{backend.url}/events")
            )
            await take(read_events(response), 1)
        rest = [event.kind async for event in read_events(response)]

    assert {"running"} >= set(rest)
