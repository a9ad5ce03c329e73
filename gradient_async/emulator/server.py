"""The life of the server: it listens, and it ends without waiting for anyone."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from gradient_async.emulator.application import build_application
from gradient_async.emulator.state import State

_HOST: Final = "127.0.0.1"
_PORTS: Final = range(65536)
# Handlers are cancelled before the server shuts down, so there is nothing to wait for;
# but aiohttp takes zero for endless patience.
_PATIENCE: Final = 0.1


class Server:
    """Serves a state on 127.0.0.1, any number of times but once at a time."""

    def __init__(self, state: State, port: int) -> None:
        """Remember what to serve, and on which port; 0 takes a free one."""
        if port not in _PORTS:
            msg = "a port is at least 0, which takes a free one, and at most 65535"
            raise ValueError(msg)
        self._state = state
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str | None:
        """The base URL, or None while the server is not running."""
        if self._runner is None:
            return None
        _, port = self._runner.addresses[0]
        return f"http://{_HOST}:{port}"

    async def start(self) -> None:
        """Listen; on a port that is taken, leave nothing behind."""
        if self._runner is not None:
            msg = "the emulator is running already"
            raise RuntimeError(msg)
        self._state.calendar.start(asyncio.get_running_loop().time())
        runner = web.AppRunner(
            build_application(self._state),
            access_log=None,
            # Whoever leaves need not be answered, however long a fault still lasts.
            handler_cancellation=True,
            shutdown_timeout=_PATIENCE,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner

    async def aclose(self) -> None:
        """Stop listening, and end all connections and their handlers."""
        runner, self._runner = self._runner, None
        if runner is not None:
            for site in runner.sites:
                await site.stop()
            await self._state.traffic.interrupt()
            await runner.cleanup()
