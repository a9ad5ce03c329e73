"""From the first call to the end: which loop, which calls run, open or closed."""

from __future__ import annotations

import asyncio

from gradient_async.errors import ClientClosedError, ConfigurationError


class Lifetime:
    """
    The open time of a client.

    It begins with the first call, in the loop that runs then, and ends for good with
    `end`, which also ends every call that still runs.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scopes: set[asyncio.Timeout] = set()
        self._all_left = asyncio.Event()
        self.has_ended: bool = False
        """Whether `end` was called."""

    @property
    def has_begun(self) -> bool:
        """Whether a call was ever made."""
        return self._loop is not None

    @property
    def running(self) -> int:
        """How many calls run now."""
        return len(self._scopes)

    def enter(self, scope: asyncio.Timeout) -> None:
        """
        Let a call run, bounded by this scope; the first one binds the loop.

        Raises:
            ClientClosedError: The client was closed.
            ConfigurationError: The client belongs to another event loop.
        """
        if self.has_ended:
            msg = "the client is closed"
            raise ClientClosedError(msg)
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            msg = (
                "the client was opened in another event loop; "
                "make one Client in each asyncio.run()"
            )
            raise ConfigurationError(msg)
        self._scopes.add(scope)

    def leave(self, scope: asyncio.Timeout) -> None:
        """Note that a call has ended."""
        self._scopes.discard(scope)
        if not self._scopes:
            self._all_left.set()

    async def end(self) -> None:
        """End every running call by letting its time run out; return when all have."""
        self.has_ended = True
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            return
        for scope in self._scopes:
            if not scope.expired():
                scope.reschedule(loop.time())
        if self._scopes:
            self._all_left.clear()
            await self._all_left.wait()
