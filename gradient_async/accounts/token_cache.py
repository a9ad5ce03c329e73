"""Keep a token for a while, and read it once for all tasks that need it."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine

from gradient_async.errors import TokenError
from gradient_async.transport.credentials import Secret


class SharedRead:
    """
    A read that several tasks wait for.

    It goes on while any of them waits, and is cancelled when the last one is.
    """

    def __init__(self, read: Coroutine[object, object, Secret]) -> None:
        self._task = asyncio.ensure_future(read)
        self._waiting = 0
        self._is_abandoned = False

    @property
    def is_joinable(self) -> bool:
        """Whether further tasks can wait for it."""
        return not (self._is_abandoned or self._task.done())

    async def result(self) -> Secret:
        """Return the token, or raise the error of the read."""
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                await self._abandon()

    async def _abandon(self) -> None:
        """Cancel the read, and wait until it has cleaned up."""
        self._is_abandoned = True
        # An event loop that ends has cancelled it as well; a second time would
        # interrupt the clean-up.
        if not self._task.cancelling():
            self._task.cancel()
        await asyncio.wait([self._task])


class TokenCache:
    """
    A token, and until when it is used.

    It belongs to the running event loop, and starts anew in another one. A failed read
    is not kept.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read: SharedRead | None = None
        self._secret: Secret | None = None
        self._expires = 0.0

    async def get(
        self, read: Callable[[], Coroutine[object, object, Secret]], ttl: float
    ) -> Secret:
        """
        Return the token, read anew if it is older than `ttl` seconds.

        Raises:
            TokenError: It could not be read.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._read, self._secret = loop, None, None
        if self._secret is not None and loop.time() < self._expires:
            return self._secret
        return await self._join(read, ttl)

    def forget(self, secret: Secret) -> None:
        """Forget this token, which was refused; another one is kept."""
        if self._secret == secret:
            self._secret = None

    async def _join(
        self, read: Callable[[], Coroutine[object, object, Secret]], ttl: float
    ) -> Secret:
        if self._read is None or not self._read.is_joinable:
            self._read = SharedRead(self._refresh(read, ttl))
        try:
            return await self._read.result()
        except TokenError as error:
            # An error of its own for each task: the facts of its call are added to it.
            raise copy.copy(error) from error.__cause__

    async def _refresh(
        self, read: Callable[[], Coroutine[object, object, Secret]], ttl: float
    ) -> Secret:
        loop = asyncio.get_running_loop()
        secret = await read()
        self._secret, self._expires = secret, loop.time() + ttl
        return secret

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy empty: a token must not leave the process."""
        return TokenCache, ()
