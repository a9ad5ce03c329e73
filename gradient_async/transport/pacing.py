"""Make requests wait for the rate limit, first come, first served."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Protocol, runtime_checkable

import attrs

from gradient_async.errors import ConfigurationError, DeadlineExceededError
from gradient_async.transport.credentials import Secret
from gradient_async.transport.rate_limit_headers import Limits
from gradient_async.transport.sliding_log import RateLimit, SlidingLog


class Slot(Protocol):
    """Permission to send one request."""

    @property
    def is_revoked(self) -> bool:
        """
        Whether the server refused another request since this slot was acquired.

        Then it is released unsent, and another one acquired.
        """
        ...

    def release(self, *, sent: bool, limits: Limits | None = None) -> None:
        """
        Report the end of the request; every slot is released exactly once.

        Args:
            sent: Whether the server may have received it, so that it counts.
            limits: What the response says about the limit; None without a response.
        """
        ...


@runtime_checkable
class Pacing(Protocol):
    """
    Decides when each request of one token may be sent.

    `Pacer` does so within one process. Concurrency is not its concern: see
    `max_concurrency` and `gate` of `Client`.
    """

    async def acquire(self, seconds_left: float) -> Slot:
        """
        Wait until a request may be sent, and count it as sent.

        Args:
            seconds_left: Seconds until the call's deadline.

        Raises:
            DeadlineExceededError: The limit allows no request before the deadline;
                raised as soon as that is known, with `retry_after`.
        """
        ...


@runtime_checkable
class PacingFactory(Protocol):
    """
    Creates the pacing of each token.

    `SharedPacing` of `gradient_async.shared` is one.
    """

    @property
    def rate_limit(self) -> RateLimit:
        """The rate limit of each token, by which feeds find how often to poll."""
        ...

    def for_account(self, fingerprint: str) -> Pacing:
        """
        Return what paces the requests of one token.

        Args:
            fingerprint: 16 hex digits that identify token and base URL, and reveal
                neither. A token that was replaced has another fingerprint.
        """
        ...


def choose_limit(
    rate_limit: RateLimit, pacing: Pacing | PacingFactory | None
) -> RateLimit:
    """
    Return the rate limit of each token: that of the factory, if one is passed.

    Raises:
        ConfigurationError: Both were passed.
    """
    if pacing is None:
        return rate_limit
    if rate_limit != RateLimit():
        msg = "pass either rate_limit= or pacing=, not both"
        raise ConfigurationError(msg)
    return pacing.rate_limit if isinstance(pacing, PacingFactory) else rate_limit


class LatestPacing:
    """
    Finds the pacing of a client's latest token, which is created once.

    Args:
        factory: What creates it.
        base_url: Base URL of the account.
    """

    def __init__(self, factory: PacingFactory, base_url: str) -> None:
        self._factory = factory
        self._base_url = base_url
        self._found: tuple[Secret, Pacing] | None = None

    def __call__(self, secret: Secret) -> Pacing:
        """Return the pacing of a token."""
        if self._found is None or self._found[0] != secret:
            fingerprint = secret.fingerprint(self._base_url)
            self._found = secret, self._factory.for_account(fingerprint)
        return self._found[1]


@attrs.frozen(eq=False)
class _Waiter:
    """One place in the queue."""

    admitted: asyncio.Future[None]
    """Done when the request may be sent, or could only be sent too late."""
    deadline: float


class Pacer:
    """
    The queue in front of one token's rate limit.

    Clients of one token can share it, in one event loop at a time. Costs a few
    microseconds per request while there is room, and one timer while there is none. It
    is its own `Slot`, since requests have no state of their own here.

    Args:
        rate_limit: The number of requests that the token may send.
    """

    def __init__(self, rate_limit: RateLimit = RateLimit()) -> None:  # noqa: B008
        self._log = SlidingLog(rate_limit.windows)
        self._queue: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether the server refused a request and none may be sent yet."""
        return asyncio.get_running_loop().time() < self._log.blocked_until

    async def acquire(self, seconds_left: float) -> Slot:
        """
        Wait until a request may be sent, and count it as sent.

        Raises:
            ConfigurationError: Another event loop is using it.
            DeadlineExceededError: The limit allows no request within `seconds_left`,
                however short the queue; raised as soon as that is certain, with
                `retry_after`.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._move_to(loop)
        now = loop.time()
        deadline = now + seconds_left
        if self._log.ready_at(now) <= now < deadline and not self._queue:
            self._log.reserve()
            return self
        earliest = self._log.earliest_at(now)
        if deadline <= earliest:
            raise no_room(earliest - now)
        waiter = _Waiter(loop.create_future(), deadline)
        self._queue.append(waiter)
        self._admit()
        try:
            await waiter.admitted
        except BaseException:
            self._leave(waiter)
            raise
        return self

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve another event loop, if the one before it is closed."""
        if self._loop is not None and not self._loop.is_closed():
            msg = "the Pacer belongs to another event loop that is still open"
            raise ConfigurationError(msg)
        self._loop, self._timer = loop, None
        self._queue.clear()

    def _leave(self, waiter: _Waiter) -> None:
        """Leave the queue early; a turn that came at that very moment is returned."""
        admitted = waiter.admitted
        if not admitted.done():
            admitted.cancel()
        elif not admitted.cancelled() and admitted.exception() is None:
            self.release(sent=False)

    def release(self, *, sent: bool, limits: Limits | None = None) -> None:
        """Report the end of a request, see `Slot.release`."""
        # A call that is destroyed after its loop was closed has no time to report.
        if self._loop is None or self._loop.is_closed():
            return
        now = self._loop.time()
        # Before the slot is free: a refusal must block whoever is next.
        if limits is not None:
            self._update(limits, now)
        self._log.release(now, sent=sent)
        self._reject_late(now)
        self._admit()

    def _update(self, limits: Limits, now: float) -> None:
        """Adopt what a response says about the limit."""
        if limits.remaining is not None and limits.reset_in is not None:
            self._log.update(now, remaining=limits.remaining, reset_in=limits.reset_in)
        if limits.refused and limits.wait is not None:
            self._log.block(now, limits.wait)

    def _reject_late(self, now: float) -> None:
        """End the wait of every request that could only be sent after its deadline."""
        if not self._queue:
            return
        earliest = self._log.earliest_at(now)
        for waiter in self._queue:
            if waiter.deadline <= earliest and not waiter.admitted.done():
                waiter.admitted.set_exception(no_room(earliest - now))

    def _admit(self) -> None:
        """Admit every request that may be sent now, and set the timer for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._queue:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._queue:
            ready_at = self._log.ready_at(now)
            if self._queue[0].admitted.done():
                self._queue.popleft()
            elif ready_at <= now:
                self._log.reserve()
                self._queue.popleft().admitted.set_result(None)
            else:
                if ready_at < math.inf:
                    self._timer = loop.call_at(ready_at, self._admit)
                return


def no_room(wait: float) -> DeadlineExceededError:
    """Return the error of a request that could only be sent after its deadline."""
    msg = f"the token's rate limit allows no request for another {wait:.0f} s"
    return DeadlineExceededError(msg, retry_after=wait)
