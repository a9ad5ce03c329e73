"""The rate limit as a pure value: the time is an argument, no clock is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

import attrs
from attrs.validators import ge, gt


@attrs.frozen
class Window:
    """At most `limit` requests in any period of `seconds`."""

    limit: int = attrs.field(validator=ge(1))
    """The number of requests, at least 1."""
    seconds: float = attrs.field(validator=gt(0))
    """The length of the window in seconds, more than 0."""


# From "Rate Limit" in the introduction of https://docs.digitalocean.com/reference/api/.
DEFAULT_LIMITS: Final = (Window(250, 60.0), Window(5000, 3600.0))
"""The platform's limits for each token."""


@attrs.frozen(kw_only=True)
class LimitDecision:
    """The limiter's decision about one request."""

    is_allowed: bool
    """Whether the request may pass."""
    limit: int
    """The size of the longest window, in requests."""
    remaining: int
    """The number of requests still free in the longest window."""
    resets_at: float
    """When the oldest request leaves the longest window."""
    retry_after: float | None
    """Seconds until the shorter windows have room; None unless one of them is full."""


@attrs.define
class _WindowLog:
    """The arrival times that still count in one window, oldest first."""

    window: Window
    arrivals: deque[float] = attrs.field(factory=deque, init=False)

    @property
    def is_full(self) -> bool:
        """Whether no slot is free."""
        return len(self.arrivals) >= self.window.limit

    @property
    def next_free_at(self) -> float:
        """When a full window has room again."""
        # Counted rejections can fill a window beyond its limit; the surplus must leave
        # before there is room.
        return self.expires_at(len(self.arrivals) - self.window.limit)

    def expires_at(self, position: int) -> float:
        """Return when the request at `position` leaves the window."""
        return self.arrivals[position] + self.window.seconds

    def expire(self, now: float) -> None:
        """Remove the requests that have left the window by `now`."""
        while self.arrivals and self.expires_at(0) <= now:
            self.arrivals.popleft()


class RateLimiter:
    """
    A sliding log over one or more windows.

    Every request counts for the full length of each window from its own arrival;
    nothing is reset at fixed times. A request passes if all windows have a free slot.
    With `count_refused`, rejected requests use slots too. A single window counts as
    the longest one; none at all is a ValueError.
    """

    def __init__(
        self, windows: Iterable[Window], *, count_refused: bool = False
    ) -> None:
        by_length = sorted(windows, key=lambda window: window.seconds)
        if not by_length:
            msg = "limits need at least one window; use None for no limits"
            raise ValueError(msg)
        self._logs = [_WindowLog(window) for window in by_length]
        # The headers `ratelimit-` describe only this one, as on the platform.
        self._longest = self._logs[-1]
        self._count_refused = count_refused

    def renewed(self) -> RateLimiter:
        """Return a limiter with the same windows that has counted nothing yet."""
        windows = [log.window for log in self._logs]
        return RateLimiter(windows, count_refused=self._count_refused)

    def hit(self, now: float) -> LimitDecision:
        """
        Decide about a request that arrives at `now`, in seconds.

        The times of successive calls must not decrease.
        """
        for log in self._logs:
            log.expire(now)
        full = [log for log in self._logs if log.is_full]
        if self._count_refused or not full:
            for log in self._logs:
                log.arrivals.append(now)
        waits = [log.next_free_at - now for log in full if log is not self._longest]
        limit = self._longest.window.limit
        return LimitDecision(
            is_allowed=not full,
            limit=limit,
            remaining=max(0, limit - len(self._longest.arrivals)),
            resets_at=self._longest.expires_at(0),
            retry_after=max(waits, default=None),
        )
