"""A client of redis-py between which and its server things go wrong."""

from __future__ import annotations

import asyncio
import random

from redis.exceptions import ConnectionError as LostConnectionError

from gradient_async.shared import RedisClient
from gradient_async.shared.redis_library import connect, disconnect


class FaultyClient(RedisClient):
    """
    A client that repeats commands, and loses some commands and responses.

    Args:
        url: URL of the server.
        repeats: Probability that a command is sent twice, as redis-py does itself when
            a connection breaks.
        losses: Probability that a command, or the response to it, is lost.
        seed: Seed of the choices.
    """

    def __init__(
        self, url: str, *, repeats: float = 0.0, losses: float = 0.0, seed: int = 1
    ) -> None:
        self._client = connect(url)
        self._repeats = repeats
        self._losses = losses
        self._random = random.Random(seed)

    async def execute_command(self, *args: str | bytes | float) -> object:
        """Send a command, not at all, once or twice, and return a response or none."""
        is_script = args[0] in {"EVALSHA", "EVAL", "HMGET"}
        loss = self._random.random() if is_script else 1.0
        if loss < self._losses / 2:
            raise LostConnectionError("the command was lost")
        if is_script and self._random.random() < self._repeats:
            await self._client.execute_command(*args)
        response: object = await self._client.execute_command(*args)
        if loss < self._losses:
            raise LostConnectionError("the response was lost")
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await disconnect(self._client)


class LateClient(RedisClient):
    """A client whose next script can be held back on its way."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._is_to_hold = False
        self._released = asyncio.Event()
        self.is_holding = False

    def hold(self) -> None:
        """Hold back the next script."""
        self._is_to_hold = True

    def release(self) -> None:
        """Let it arrive."""
        self._released.set()

    async def execute_command(self, *args: str | bytes | float) -> object:
        """Send a command, now or later, and return the response."""
        if self._is_to_hold:
            self._is_to_hold, self.is_holding = False, True
            await self._released.wait()
        response: object = await self._client.execute_command(*args)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await disconnect(self._client)
