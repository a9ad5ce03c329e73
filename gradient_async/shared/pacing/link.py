"""Whether the server responds, for the pacing of all tokens of this process."""

from __future__ import annotations

import asyncio
import math
import secrets
from typing import Final

from gradient_async.errors import ConfigurationError, SharedStoreError
from gradient_async.shared.outage import Outage
from gradient_async.shared.pacing.local_share import LONGEST_PAUSE, pause_before_retry

# Longer than the others need to notice that the server is back.
_SETTLING_SECONDS: Final = 3.0

_CONSEQUENCE: Final = (
    "each process paces its requests on its own, at its share of the rate limit, until "
    "the server responds again"
)
_RECOVERY: Final = "processes pace their requests together"


class StoreLink:
    """
    The state of the server, as the latest scripts found it.

    It also names this process, and numbers its slots: no other has the same.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._outage = Outage(_CONSEQUENCE, _RECOVERY)
        self._failures = 0
        self._retry_at = -math.inf
        self._is_retrying = False
        self.process: str = ""
        """Random name of this process."""
        self._next_number = 0
        self.down_since: float = math.inf
        """When the server was found to be gone; infinity while it responds."""
        self.settled_at: float = -math.inf
        """When all processes will have noticed that it is back."""

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """
        Belong to an event loop, if the one before it is closed.

        Raises:
            ConfigurationError: It belongs to another event loop.
        """
        if loop is self._loop:
            return
        if self._loop is not None and not self._loop.is_closed():
            msg = "the SharedPacing belongs to another event loop that is still open"
            raise ConfigurationError(msg)
        self._loop = loop
        self._outage = Outage(_CONSEQUENCE, _RECOVERY)
        self._failures, self._retry_at, self._is_retrying = 0, -math.inf, False
        self.down_since, self.settled_at = math.inf, -math.inf
        # Not before: processes that were forked must have different names.
        self.process = secrets.token_hex(4)

    @property
    def is_down(self) -> bool:
        """Whether the server was found to be gone."""
        return self.down_since < math.inf

    def retry_at(self, now: float) -> float:
        """Return when to try it again, or to see what became of that."""
        return now + LONGEST_PAUSE if self._is_retrying else self._retry_at

    def number_slots(self, count: int) -> int:
        """Return the first of so many consecutive numbers."""
        first = self._next_number
        self._next_number += count
        return first

    def begin(self) -> None:
        """Record that the server is being tried."""
        self._is_retrying = self.is_down

    def abandon(self) -> None:
        """Record that an attempt was ended without a result."""
        self._is_retrying = False

    def fail(self, error: BaseException, now: float) -> None:
        """Record that the server did not respond; log the first time."""
        self._is_retrying = False
        if not self.is_down:
            self.down_since = now
            if not isinstance(error, SharedStoreError):
                # Texts of others' errors may hold anything.
                error = SharedStoreError(type(error).__name__)
            self._outage.begin(error)
        self._failures += 1
        self._retry_at = now + pause_before_retry(self._failures)

    def succeed(self, now: float) -> None:
        """Record that the server has responded; log that it is back."""
        self._is_retrying = False
        if self.is_down:
            self._outage.end()
            self.down_since = math.inf
            self._failures = 0
            self.settle(now)

    def settle(self, now: float) -> None:
        """Leave the other processes some time to report what they have sent."""
        self.settled_at = now + _SETTLING_SECONDS
