"""The life of the server: it listens, and it ends without waiting for anyone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web

from gradient_async.emulator.http.application import build_application
from gradient_async.emulator.http.traffic import Traffic
from gradient_async.emulator.state import State
from gradient_async.emulator.storage.site import build_storage

_HOST: Final = "127.0.0.1"
_PORTS: Final = range(65536)
# Handlers are cancelled before the server shuts down, so there is nothing to wait for;
# but aiohttp takes zero for endless patience.
_PATIENCE: Final = 0.1


class Site:
    """Serves one application on one port, any number of times but once at a time."""

    def __init__(self, build: Callable[[], web.Application], traffic: Traffic) -> None:
        """Remember what to serve, and who keeps its connections."""
        self._build = build
        self._traffic = traffic
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int | None:
        """The port, or None while the site is not running."""
        if self._runner is None:
            return None
        _, port = self._runner.addresses[0]
        return int(port)

    @property
    def url(self) -> str | None:
        """The base URL, or None while the site is not running."""
        return None if self.port is None else f"http://{_HOST}:{self.port}"

    async def start(self, port: int) -> None:
        """Listen on a port, 0 for a free one; if it is taken, leave nothing behind."""
        runner = web.AppRunner(
            self._build(),
            access_log=None,
            # Whoever leaves need not be answered, however long a fault still lasts.
            handler_cancellation=True,
            shutdown_timeout=_PATIENCE,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner

    async def aclose(self) -> None:
        """Stop listening, and end all connections and their handlers."""
        runner, self._runner = self._runner, None
        if runner is not None:
            for site in runner.sites:
                await site.stop()
            await self._traffic.interrupt()
            await runner.cleanup()


class Server:
    """Serves a state: the API on one port, and the object store on another."""

    def __init__(self, state: State, port: int) -> None:
        """Remember what to serve, and on which port; 0 takes a free one."""
        if port not in _PORTS:
            msg = "a port is at least 0, which takes a free one, and at most 65535"
            raise ValueError(msg)
        self._state = state
        self._port = port
        self._storage_port = 0
        self._api = Site(lambda: build_application(state), state.traffic)
        self._storage = Site(lambda: build_storage(state), state.storage_traffic)
        self._starting: asyncio.Task[None] | None = None

    @property
    def url(self) -> str | None:
        """The base URL of the API, or None while the server is not running."""
        return self._api.url

    @property
    def storage_url(self) -> str | None:
        """The base URL of the store, or None while the server is not running."""
        return self._storage.url

    async def start(self) -> None:
        """Listen on both ports; if one is taken, leave nothing behind."""
        if self._starting is not None:
            msg = "the emulator is running already"
            raise RuntimeError(msg)
        # Cancelled halfway, asyncio would lose a socket that listens already. So it is
        # not: who cancels a start waits for it to succeed, and then for its undoing.
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
        await self._api.aclose()
        await self._storage.aclose()

    async def _listen(self) -> None:
        """Start both sites; the store first, as the API hands out its URLs."""
        self._state.start(asyncio.get_running_loop())
        try:
            await self._storage.start(self._storage_port)
        except OSError:
            # Somebody else has taken the port since the last time.
            await self._storage.start(0)
        # Presigned URLs, and what they lead to, outlive a restart.
        self._storage_port = self._storage.port or 0
        self._state.store.url = self._storage.url or ""
        await self._api.start(self._port)
