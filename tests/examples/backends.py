"""Serve an example backend in the test's own event loop, on a free port."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self, Unpack

import attrs
import uvicorn
from aiohttp import web

from gradient_async import Accounts, AccountsOptions, Feed, FeedOptions, RateLimit

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def _quick_accounts(interval: float) -> type[Accounts]:
    """Return `Accounts` without a rate limit, whose feeds poll so often."""

    class QuickAccounts(Accounts):
        @classmethod
        def from_env(cls, **options: Unpack[AccountsOptions]) -> Self:
            options["rate_limit"] = RateLimit(None)
            return super().from_env(**options)

        def feed(self, **options: Unpack[FeedOptions]) -> Feed:
            options["interval"] = options["idle_interval"] = interval
            return super().feed(**options)

    return QuickAccounts


_State = tuple[Accounts, Feed]


@attrs.frozen
class Backend:
    """A backend that is being served."""

    port: int
    accounts: Accounts
    feed: Feed

    @property
    def url(self) -> str:
        """URL of the board."""
        return f"http://127.0.0.1:{self.port}"


def load(name: str, *, interval: float = 0.01, **settings: object) -> ModuleType:
    """Load an example anew, with other values of its constants; it polls so often."""
    module = load_plain(name)
    vars(module).update(settings, Accounts=_quick_accounts(interval))
    return module


def load_plain(name: str) -> ModuleType:
    """Load an example anew, as it is."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until a condition holds; raise TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def _serve_asgi(
    module: ModuleType, listener: socket.socket
) -> AsyncIterator[_State]:
    config = uvicorn.Config(module.app, log_config=None)
    server: uvicorn.Server = module.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started or task.done())
    try:
        yield module.app.state.accounts, module.app.state.feed
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _serve_aiohttp(
    module: ModuleType, listener: socket.socket
) -> AsyncIterator[_State]:
    app: web.Application = module.create_app()
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield app[module.accounts_key], app[module.feed_key]
    finally:
        await runner.cleanup()


_Serve = Callable[[ModuleType, socket.socket], AbstractAsyncContextManager[_State]]
_SERVERS: Mapping[str, _Serve] = {
    "aiohttp_backend": _serve_aiohttp,
    "fastapi_backend": _serve_asgi,
    "starlette_backend": _serve_asgi,
}
NAMES = tuple(_SERVERS)


@asynccontextmanager
async def serve(name: str, *, port: int = 0, **settings: Any) -> AsyncIterator[Backend]:
    """Serve an example until the end of the block; port 0 means a free one."""
    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    async with _SERVERS[name](load(name, **settings), listener) as state:
        yield Backend(port, *state)
