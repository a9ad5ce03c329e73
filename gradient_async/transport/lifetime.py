"""Lifetime of a client: its event loop, its calls in progress, open or closed."""

from __future__ import annotations

import asyncio
import warnings

from gradient_async.errors import ClientClosedError, ConfigurationError
from gradient_async.transport.wire import Transport


class Lifetime:
    """
    The lifetime of a client.

    It begins with the first call, in the event loop running then, and ends for good
    with `end`, which also ends all calls in progress. A client and the views that
    `with_options` makes share one.

    Args:
        transport: The transport to close at the end; None if it is somebody else's.
        warn: Whether to warn if the client is dropped unclosed.
    """

    def __init__(
        self, transport: Transport | None = None, *, warn: bool = True
    ) -> None:
        self._transport = transport
        self._warn = warn
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scopes: set[asyncio.Timeout] = set()
        self._all_left = asyncio.Event()
        self.has_ended: bool = False
        """Whether `end` was called."""

    @property
    def has_begun(self) -> bool:
        """Whether any call was made."""
        return self._loop is not None

    @property
    def running(self) -> int:
        """Number of calls in progress."""
        return len(self._scopes)

    def enter(self, scope: asyncio.Timeout) -> None:
        """
        Register a call and its timeout scope; the first one binds the event loop.

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
                "the client was first used in another event loop; "
                "create one Client per asyncio.run()"
            )
            raise ConfigurationError(msg)
        self._scopes.add(scope)

    def leave(self, scope: asyncio.Timeout) -> None:
        """Unregister a call that has ended."""
        self._scopes.discard(scope)
        if not self._scopes:
            self._all_left.set()

    async def end(self) -> None:
        """End calls in progress with `ClientClosedError`, and close the transport."""
        self.has_ended = True
        try:
            await self._end_calls()
        finally:
            if self._transport is not None:
                await self._transport.aclose()

    async def drain(self) -> None:
        """Accept no more calls, and wait until those in progress have ended."""
        self.has_ended = True
        await self._wait_for_calls()

    async def _wait_for_calls(self) -> None:
        if self._scopes:
            self._all_left.clear()
            await self._all_left.wait()

    async def _end_calls(self) -> None:
        """Expire the timeouts of all calls in progress, and wait for their end."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            return
        for scope in self._scopes:
            if not scope.expired():
                scope.reschedule(loop.time())
        await self._wait_for_calls()

    def __del__(self) -> None:
        """Warn about an unclosed client, and drop its connections."""
        if self._warn and self.has_begun and not self.has_ended:
            text = "unclosed Client: use `async with` or `await client.aclose()`"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            if self._transport is not None:
                self._transport.abandon()
