"""Lifetime of a client: its event loop, its calls in progress, open or closed."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable

from gradient_async.errors import ClientClosedError, ConfigurationError
from gradient_async.loops import LoopHome, finish
from gradient_async.transport.wire import Transport


class Lifetime:
    """
    The lifetime of a client.

    It begins with the first call, in the event loop running then, and ends for good
    with `end`, which also ends all calls in progress. A client and the views that
    `with_options` makes share one.

    Args:
        transport: The transport to close at the end; None if it is somebody else's.
        owner: Name of the class to close, for messages.
        parent: Lifetime of which this one is a part, which ends it, too, and warns
            in its place; None if it stands alone.
    """

    def __init__(
        self,
        transport: Transport | None = None,
        *,
        owner: str = "Client",
        parent: Lifetime | None = None,
    ) -> None:
        self._transport = transport
        self.owner: str = owner if parent is None else parent.owner
        """Name of the class to close."""
        self._parent = parent
        self._loop: asyncio.AbstractEventLoop | None = None
        self._home: LoopHome | None = None
        self._scopes: set[asyncio.Timeout] = set()
        self._sleeps: set[asyncio.Timeout] = set()
        self._all_left = asyncio.Event()
        self._has_ended = False
        self.has_interrupted: bool = False
        """Whether calls in progress were ended, too."""

    @property
    def has_ended(self) -> bool:
        """Whether no more calls are accepted."""
        return self._has_ended or (self._parent is not None and self._parent.has_ended)

    @property
    def running(self) -> int:
        """Number of calls in progress."""
        return len(self._scopes)

    def enter(self, scope: asyncio.Timeout, *, is_sleep: bool = False) -> None:
        """
        Register a call and its timeout scope; the first one binds the event loop.

        Args:
            scope: The timeout, which is made to expire if the call has to end.
            is_sleep: Whether it only sleeps, so that nothing is lost if it ends.

        Raises:
            ClientClosedError: The client was closed.
            ConfigurationError: The client belongs to another event loop.
        """
        if self.has_ended:
            msg = "the client is closed"
            raise ClientClosedError(msg)
        self.bind(asyncio.get_running_loop())
        self._scopes.add(scope)
        if is_sleep:
            self._sleeps.add(scope)

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """
        Bind the event loop, of the parent, too.

        Raises:
            ConfigurationError: Another one is bound.
        """
        if self._parent is not None:
            self._parent.bind(loop)
        if self._loop is None:
            self._loop, self._home = loop, LoopHome(loop)
        elif self._loop is not loop:
            msg = (
                f"the {self.owner} was first used in another event loop; "
                f"create one {self.owner} per asyncio.run()"
            )
            raise ConfigurationError(msg)

    def leave(self, scope: asyncio.Timeout) -> None:
        """Unregister a call that has ended."""
        self._scopes.discard(scope)
        self._sleeps.discard(scope)
        if not self._scopes:
            self._all_left.set()

    async def end(self) -> None:
        """
        End calls in progress with `ClientClosedError`, and close the transport.

        It goes on to the end if it is cancelled.
        """
        self.refuse()
        await finish(self._end())

    async def _end(self) -> None:
        try:
            await self._end_calls()
        finally:
            if self._transport is not None:
                await self._transport.aclose()

    async def drain(self) -> None:
        """Accept no more calls, end sleeps, and wait for calls in progress."""
        self.refuse()
        self._expire(self._sleeps)
        await self._wait_for_calls()

    def refuse(self) -> None:
        """Accept no more calls."""
        self._has_ended = True

    async def _wait_for_calls(self) -> None:
        if self._scopes:
            self._all_left.clear()
            await self._all_left.wait()

    async def _end_calls(self) -> None:
        """Expire the timeouts of all calls in progress, and wait for their end."""
        if asyncio.get_running_loop() is not self._loop:
            return
        self.has_interrupted = True
        self._expire(self._scopes)
        await self._wait_for_calls()

    def _expire(self, scopes: Iterable[asyncio.Timeout]) -> None:
        for scope in scopes:
            if not scope.expired():
                scope.reschedule(asyncio.get_running_loop().time())

    def __del__(self) -> None:
        """Warn about an unclosed client, and drop its connections."""
        if self._parent is not None or self._home is None or self.has_ended:
            return
        if self._home.is_inherited:
            self._abandon()
        else:
            close = f"await {self.owner.lower()}.aclose()"
            text = f"unclosed {self.owner}: use `async with` or `{close}`"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            self._home.run(self._abandon)

    def _abandon(self) -> None:
        if self._transport is not None:
            self._transport.abandon()
