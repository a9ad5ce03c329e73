"""The only place that knows redis-py, which is imported on first use."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable
from contextlib import suppress
from types import ModuleType
from typing import Final, Protocol, cast, runtime_checkable
from urllib.parse import urlsplit

from gradient_async.errors import ConfigurationError

_NO_URL: Final = (
    "the URL of the server cannot be used; it is such as "
    "redis://user:password@host:6379/0, or rediss:// for TLS, or unix://; "
    "percent-encode / ? # @ [ ] in the password, and check its options"
)


@runtime_checkable
class RedisClient(Protocol):
    """A client of redis-py's asyncio: `Redis`, one by Sentinel, or `RedisCluster`."""

    def execute_command(self, *args: str | bytes | float) -> Awaitable[object]:
        """Send a command and return the response."""
        ...


class _OwnClient(RedisClient, Protocol):
    async def aclose(self) -> None: ...


def connect(url: str) -> RedisClient:
    """
    Return a client of a server, which connects when it is first used.

    Raises:
        ConfigurationError: The URL is invalid, or redis-py is not installed.
    """
    library = _import("redis.asyncio")
    client: object = None
    # Their texts may have a part of the password.
    with suppress(ValueError, TypeError):
        client = _create(library, url)
    if client is None:
        raise ConfigurationError(_NO_URL)
    return cast("RedisClient", client)


def _create(library: ModuleType, url: str) -> object:
    """
    Return a client; None if the URL has an `@` where its password was cut short.

    Raises:
        TypeError: The URL has an unknown option.
        ValueError: The URL is invalid.
    """
    if "@" in "".join(urlsplit(url)[2:]):
        return None
    # Repeating a script by itself would hide that the first run may have worked.
    client = library.Redis.from_url(url, retry=None, protocol=2)
    # Otherwise an unknown option is an error of the first command.
    client.connection_pool.make_connection()
    return client


async def disconnect(client: RedisClient) -> None:
    """Close the connections of a client that `connect` returned."""
    await cast("_OwnClient", client).aclose()


def is_from_redis(error: Exception) -> bool:
    """Return whether an error is about the server or the way to it."""
    return isinstance(error, (OSError, _import("redis.exceptions").RedisError))


def is_unknown_script(error: Exception) -> bool:
    """Return whether the server does not know the script that was to run."""
    return isinstance(error, _import("redis.exceptions").NoScriptError)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        msg = 'redis-py is missing: pip install "gradient_async[redis]"'
        raise ConfigurationError(msg) from None
