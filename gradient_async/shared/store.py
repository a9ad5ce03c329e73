"""The Redis or Valkey server that several processes share."""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Awaitable, Sequence
from inspect import isawaitable
from typing import Final, Self

from gradient_async.asynchronous import AsyncCloseable
from gradient_async.checks import check_instance, check_seconds
from gradient_async.errors import ConfigurationError, SharedStoreError
from gradient_async.logger import logger
from gradient_async.shared.redis_library import (
    RedisClient,
    connect,
    disconnect,
    is_from_redis,
    is_unknown_script,
)
from gradient_async.shared.script import Script
from gradient_async.shared.server_check import find_eviction, find_version_fault

KEY_VARIABLE: Final = "GRADIENT_SHARED_KEY"
"""Environment variable for the key that hides names on the server."""

# A shorter one could be guessed.
_MIN_KEY_BYTES: Final = 16

# A user who may not ask for the version is not refused for that.
_CHECK: Final = Script(
    """
redis.call('XLEN', KEYS[1])
local information = ''
for _, section in ipairs({'server', 'memory'}) do
  local text = redis.pcall('INFO', section)
  if type(text) == 'string' then information = information .. text end
end
return information
"""
)


class SharedStore(AsyncCloseable):
    """
    A Redis or Valkey server, 6.2 or later, that several processes share.

        async with SharedStore("redis://localhost:6379/0", key=key) as store:
            ...

    Entering the block connects, and checks that the server has what is needed. What
    uses the store says in its own documentation what happens while the server is gone.

    Args:
        redis: URL of a server (`redis://`, `rediss://` or `unix://`), or your own
            client of redis-py, which stays open.
        key: At least 16 bytes, the same in all processes and kept like a token. Tokens
            have names on the server that cannot be computed without it. By default, the
            environment variable `GRADIENT_SHARED_KEY`.
        namespace: What all keys on the server begin with.
        timeout: Seconds for each command, 2 by default.

    Raises:
        ConfigurationError: An argument is invalid, the key is missing, or redis-py is
            not installed.
    """

    def __init__(
        self,
        redis: str | RedisClient,
        *,
        key: str | bytes | None = None,
        namespace: str = "gradient",
        timeout: float = 2.0,
    ) -> None:
        check_instance("redis", redis, str | RedisClient)
        check_instance("namespace", namespace, str)
        check_seconds("timeout", timeout)
        self._key = _find_key(key)
        self._timeout = timeout
        self._is_own = isinstance(redis, str)
        self._client = connect(redis) if isinstance(redis, str) else redis
        self._is_closed = False
        self.namespace: Final = namespace
        """What all keys on the server begin with."""

    @property
    def timeout(self) -> float:
        """Seconds for each command."""
        return self._timeout

    @property
    def is_closed(self) -> bool:
        """Whether the store was closed, and sends nothing any more."""
        return self._is_closed

    def hide(self, name: str) -> str:
        """Return what a name is called on the server: 32 hex digits."""
        return hmac.digest(self._key, name.encode(), "sha256").hex()[:32]

    async def __aenter__(self) -> Self:
        """Connect and `check`."""
        try:
            await self.check()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def check(self) -> None:
        """
        Connect, and check that the server has version 6.2, scripts and streams.

        One that may evict keys is a warning.

        Raises:
            SharedStoreError: It cannot be reached, refuses the password, or lacks
                something.
        """
        information = to_text(await self.run(_CHECK, [f"{self.namespace}:check"]))
        fault = find_version_fault(information)
        if fault is not None:
            raise SharedStoreError(fault)
        if policy := find_eviction(information):
            logger.warning(
                "shared store: the server may evict keys, and with them what processes "
                "share (maxmemory-policy %s); set it to noeviction",
                policy,
            )

    async def run(
        self, script: Script, keys: Sequence[str], *arguments: str | bytes | float
    ) -> object:
        """
        Run a script, which the server does as one step.

        A client that was passed in may repeat it if the connection breaks.

        Raises:
            SharedStoreError: The server was not reached in time, or the script failed.
        """
        parameters = (len(keys), *keys, *arguments)
        command = ("EVALSHA", script.digest, *parameters)
        try:
            return await self.execute(*command)
        except _UnknownScriptError:
            pass
        return await self.execute("EVAL", script.source, *parameters)

    async def execute(
        self, *command: str | bytes | float, patience: float = 0.0
    ) -> object:
        """
        Send a command and return the response, texts as the client decodes them.

        Args:
            command: The command and its arguments.
            patience: Seconds that a blocking command may take beyond `timeout`.

        Raises:
            SharedStoreError: The server was not reached in time, or refused it.
            ConfigurationError: Your own client is not of redis-py's asyncio.
        """
        if self._is_closed:
            # redis-py would connect again.
            msg = "the store is closed"
            raise SharedStoreError(msg)
        try:
            async with asyncio.timeout(self._timeout + patience):
                return await _finish(self._send(command))
        except TimeoutError:
            failure = SharedStoreError(f"no response within {self._timeout:g} s")
        except Exception as error:
            if not is_from_redis(error):
                raise
            kind = _UnknownScriptError if is_unknown_script(error) else SharedStoreError
            failure = kind(f"the server failed: {error}")
        # Not from the cause: its frames hold the password.
        raise failure

    def _send(self, command: Sequence[str | bytes | float]) -> Awaitable[object]:
        response: object = self._client.execute_command(*command)
        if isawaitable(response):
            return response
        kind = type(self._client)
        msg = (
            "redis must be a client of redis.asyncio, such as redis.asyncio.Redis, "
            f"got {kind.__module__}.{kind.__qualname__}"
        )
        raise ConfigurationError(msg)

    async def aclose(self) -> None:
        """
        Close the connections that the store opened; your own client stays open.

        Nothing is sent any more: what uses the store goes on as without the server.
        """
        self._is_closed = True
        if self._is_own:
            await disconnect(self._client)

    def __repr__(self) -> str:
        """Return the namespace, and neither the URL nor the key."""
        return f"<SharedStore {self.namespace!r}>"


class _UnknownScriptError(SharedStoreError):
    """The server was restarted, or has dropped its scripts."""


def _find_key(key: str | bytes | None) -> bytes:
    """Return the key, from the environment if none is given; never quote it."""
    check_instance("key", key, str | bytes | None)
    found = os.environ.get(KEY_VARIABLE, "") if key is None else key
    encoded = found.encode() if isinstance(found, str) else found
    if len(encoded) < _MIN_KEY_BYTES:
        msg = (
            f"set {KEY_VARIABLE}, or pass `key=`: at least {_MIN_KEY_BYTES} bytes, the "
            "same in all processes"
        )
        raise ConfigurationError(msg)
    return encoded


async def _finish(command: Awaitable[object]) -> object:
    """
    Return the response to a command, or raise at once if the caller is cancelled.

    The command has a task of its own, because redis-py uses `asyncio.wait_for`, which
    before Python 3.12 may drop a cancellation.
    """
    running = asyncio.ensure_future(command)
    # Nobody asks for the error of a command that was given up.
    running.add_done_callback(_retrieve)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.cancel()
        raise


def _retrieve(command: asyncio.Future[object]) -> None:
    if not command.cancelled():
        command.exception()


def to_text(value: object) -> str:
    """Return a text from a response, whether or not the client decoded it."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
