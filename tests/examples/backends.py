"""Serve an example backend in the test's own event loop, on a free port."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import uvicorn
from aiohttp import web

from gradient_async import Feed, RateLimit

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

# Responses from this machine take milliseconds, so polling may be quick.
_QUICK: Mapping[str, object] = {
    "ACCOUNTS": {"timeout": 10, "rate_limit": RateLimit(None)},
    "FEED": {"interval": 0.01, "idle_interval": 0.01},
}


@attrs.frozen
class Backend:
    """A backend that is being served."""

    url: str
    feed: Feed


def load(name: str, **settings: object) -> ModuleType:
    """Load an example anew, with other values of its constants."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module).update({**_QUICK, **settings})
    return module


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition holds; raise TimeoutError if it takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


def _bind() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def _serve_asgi(module: ModuleType) -> AsyncIterator[Backend]:
    config = uvicorn.Config(module.app, log_config=None)
    server: uvicorn.Server = module.Server(config)
    listener, url = _bind()
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started or task.done())
    try:
        yield Backend(url, module.app.state.feed)
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _serve_aiohttp(module: ModuleType) -> AsyncIterator[Backend]:
    app: web.Application = module.create_app()
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    listener, url = _bind()
    await web.SockSite(runner, listener).start()
    try:
        yield Backend(url, app[module.feed_key])
    finally:
        await runner.cleanup()


_SERVERS: Mapping[str, Callable[[ModuleType], AbstractAsyncContextManager[Backend]]] = {
    "aiohttp_backend": _serve_aiohttp,
    "fastapi_backend": _serve_asgi,
    "starlette_backend": _serve_asgi,
}
NAMES = tuple(_SERVERS)


def serve(name: str, **settings: Any) -> AbstractAsyncContextManager[Backend]:
    """Serve an example until the end of the block."""
    return _SERVERS[name](load(name, **settings))
