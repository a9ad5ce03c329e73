"""The server's life cycle: start, restart and stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web

from gradient_async.emulator.domain.platform import Platform
from gradient_async.emulator.server.applications import create_api, create_storage
from gradient_async.emulator.server.connection import create_connections
from gradient_async.emulator.server.state import ServerState, Traffic

# Not `localhost`, which may mean ::1, where another program may listen.
_HOST: Final = "127.0.0.1"
_PORTS: Final = range(65536)
# Handlers are cancelled before the server shuts down, so there is nothing to wait for.
# Not 0, which aiohttp takes for no timeout at all.
_SHUTDOWN_TIMEOUT: Final = 0.1
# Rounds of the event loop until a connection that was accepted is made.
_ROUNDS: Final = 3


class Site:
    """One application on one port, which can be started again after a stop."""

    def __init__(self, create: Callable[[], web.Application], traffic: Traffic) -> None:
        self._create = create
        self._traffic = traffic
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None

    @property
    def is_running(self) -> bool:
        """Whether the site listens."""
        return self._listener is not None

    @property
    def port(self) -> int:
        """The port; a RuntimeError while the site is not running."""
        if self._listener is None:
            msg = "the emulator is not running: use `async with Emulator() as api`"
            raise RuntimeError(msg)
        _, port = self._listener.sockets[0].getsockname()
        return int(port)

    @property
    def url(self) -> str:
        """The base URL; a RuntimeError while the site is not running."""
        return f"http://{_HOST}:{self.port}"

    async def start(self, port: int) -> None:
        """Listen on a port, 0 for a free one; clean up if it is taken."""
        loop = asyncio.get_running_loop()
        runner = web.AppRunner(
            self._create(),
            # A client that has disconnected ends its request, even a fault that hangs.
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN_TIMEOUT,
        )
        await runner.setup()
        # Not `TCPSite`, which makes connections of aiohttp's own class only.
        connect = create_connections(runner, self._traffic)
        try:
            self._listener = await loop.create_server(connect, _HOST, port)
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner

    async def aclose(self) -> None:
        """Stop listening, and end all connections and their handlers."""
        listener, self._listener = self._listener, None
        runner, self._runner = self._runner, None
        if listener is not None and runner is not None:
            # Connections that are made after the listener is closed would never be.
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)
            listener.close()
            # Cleanup alone would wait for the handlers of open connections.
            await self._traffic.abort()
            await runner.cleanup()


class Server:
    """The API on one port, and the storage site on another."""

    def __init__(self, platform: Platform, state: ServerState, port: int) -> None:
        if port not in _PORTS:
            msg = f"`port` must be 0 (any free port) to 65535, not {port}"
            raise ValueError(msg)
        self._platform = platform
        self._port = port
        self._storage_port = 0
        self.api: Site = Site(lambda: create_api(platform, state), state.traffic)
        self.storage: Site = Site(
            lambda: create_storage(platform, state), state.storage_traffic
        )
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on both ports; clean up if one is taken."""
        if self._starting is not None:
            msg = "the emulator is already running"
            raise RuntimeError(msg)
        # If a start is cancelled halfway, asyncio loses a socket that already listens.
        # So the start runs to its end in a task, and is undone then.
        self._starting = asyncio.create_task(self._listen())
        try:
            await asyncio.shield(self._starting)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Stop listening, and end all connections and their handlers."""
        if self._starting is not None and not self._starting.done():
            await asyncio.wait([self._starting])
        self._starting = None
        await self.api.aclose()
        await self.storage.aclose()

    async def _listen(self) -> None:
        """Start both sites; storage first, because the API hands out its URLs."""
        self._platform.clock.start(asyncio.get_running_loop())
        try:
            await self.storage.start(self._storage_port)
        except OSError:
            # Another process has taken the port since the last start.
            await self.storage.start(0)
        # The same port next time keeps presigned URLs valid across a restart.
        self._storage_port = self.storage.port
        self._platform.store.url = self.storage.url
        await self.api.start(self._port)
