"""The examples of several processes: the backend, and what is deployed."""

from __future__ import annotations

import asyncio
import shlex
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import uvicorn
import yaml

from gradient_async.cli.command_tree import app
from gradient_async.cli.store_options import URL_VARIABLE
from gradient_async.shared.store import KEY_VARIABLE
from tests.examples.backends import EXAMPLES, load_plain, until
from tests.examples.event_stream import ServerEvent, read_events
from tests.shared.conftest import KEY
from tests.shared.redis_server import RedisServer
from tests.shared.test_worker import read_until, start_worker
from tests.support.streams import take

pytestmark = pytest.mark.real_time


@asynccontextmanager
async def serve() -> AsyncIterator[str]:
    """Serve the backend, and yield the URL of its events."""
    module = load_plain("shared_backend")
    vars(module)["HEARTBEAT"] = 0.05
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        module.app, log_config=None, log_level=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/events"
    finally:
        server.should_exit = True
        await task


async def read(url: str, count: int, last: str) -> list[ServerEvent]:
    """Return events after one, as a browser that reconnects gets them."""
    async with (
        aiohttp.ClientSession(headers={"Last-Event-ID": last}) as http,
        http.get(url) as response,
    ):
        events = (it async for it in read_events(response) if it.id)
        return await take(events, count)


@pytest.mark.gradient_emulator(jobs=5, unfinished=2, speed=0)
@pytest.mark.usefixtures("gradient_emulator")
async def test_the_backend(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser has what workers wrote, and goes on after the latest it has seen."""
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with start_worker() as worker:
        await asyncio.to_thread(read_until, worker.stderr, "1 of 1 account")
        async with serve() as url:
            both = await read(url, 2, "0-0")
            (second,) = await read(url, 1, str(both[0].id))
            async with aiohttp.ClientSession() as http, http.get(url) as response:
                heartbeat = await anext(read_events(response))

    assert ["running", "running"] == [event.kind for event in both]
    assert both[1] == second
    assert "heartbeat" == heartbeat.comment


@pytest.mark.parametrize(
    ("last", "status"), [("hello", 400), ("99999999999999999999999-1", 400), ("", 200)]
)
async def test_the_id_that_a_browser_sends(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, last: str, status: int
) -> None:
    """An id that is none gets a 400 that says so; an empty one is like no id."""
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    headers = {"Last-Event-ID": last}
    async with (
        serve() as url,
        aiohttp.ClientSession(headers=headers) as http,
        http.get(url) as response,
    ):
        first = await response.content.readline()

    assert (status, status == 400) == (response.status, b"since must be" in first)


def find_commands(value: Any) -> list[list[str]]:
    """Return the command lines of `gradient-async` in a deployment."""
    found = []
    if isinstance(value, dict):
        command = value.get("command", [])
        words = shlex.split(command) if isinstance(command, str) else command
        if words[:1] == ["gradient-async"]:
            found.append([*words[1:], *value.get("args", [])])
        value = list(value.values())
    if isinstance(value, list):
        found += [line for it in value for line in find_commands(it)]
    return found


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_deployments(name: str) -> None:
    """Their command lines are valid, and what they set is what the command reads."""
    text = (EXAMPLES / name).read_text()
    (words,) = find_commands(yaml.safe_load(text))
    command, bound, _ = app.parse_args(words, print_error=False, exit_on_error=False)

    assert "worker" == command.__name__
    assert 8080 == bound.arguments["health_port"]
    assert all(variable in text for variable in (URL_VARIABLE, KEY_VARIABLE))
