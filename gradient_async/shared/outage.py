"""One warning for an outage of the server, however many attempts fail."""

from __future__ import annotations

import asyncio
from typing import Final

from gradient_async.errors import SharedStoreError
from gradient_async.logger import logger

_PAUSE: Final = 0.5


class Outage:
    """
    Whether the server responds.

    Args:
        consequence: What its absence means, for the warning.
        recovery: What goes on when it responds again.
    """

    def __init__(self, consequence: str, recovery: str) -> None:
        self._consequence = consequence
        self._recovery = recovery
        self._is_on = False

    def begin(self, error: SharedStoreError) -> None:
        """Log a warning unless the server was away before."""
        if not self._is_on:
            message = error.message.rstrip(".")
            logger.warning("shared store: %s; %s", message, self._consequence)
        self._is_on = True

    async def wait(self, error: SharedStoreError) -> None:
        """Record that the server is gone, and wait until it is worth trying again."""
        self.begin(error)
        await asyncio.sleep(_PAUSE)

    def end(self) -> None:
        """Log that the server is back, if it was away."""
        if self._is_on:
            logger.info("shared store: the server responds again; %s", self._recovery)
        self._is_on = False
