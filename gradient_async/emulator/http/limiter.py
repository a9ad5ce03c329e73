"""The rate limit as a pure value: it is told the time and never asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

import attrs


@attrs.frozen
class Window:
    """At most `limit` requests in any `seconds` that follow each other."""

    limit: int = attrs.field(validator=attrs.validators.ge(1))
    """The number of requests, at least 1."""
    seconds: float = attrs.field(validator=attrs.validators.gt(0))
    """The length of the window in seconds, more than 0."""


DEFAULT_LIMITS: Final = (Window(250, 60.0), Window(5000, 3600.0))
"""What the platform grants to each token by default."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What the limiter decided about one request."""

    allowed: bool
    """Whether the request may pass."""
    limit: int
    """The size of the longest window, in requests."""
    remaining: int
    """The requests still free in the longest window."""
    resets_at: float
    """The time at which the oldest request leaves the longest window."""
    retry_after: float | None
    """
    The seconds until the shorter windows have room again.

    None if the request passed, or if only the longest window refused it.
    """


@attrs.frozen
class _WindowLog:
    """The requests that one window still remembers, oldest first."""

    window: Window
    stamps: deque[float] = attrs.field(factory=deque, init=False)

    def is_full(self, now: float) -> bool:
        """Forget what has expired by `now`, then tell whether no slot is free."""
        while self.stamps and self.expires_at(0) <= now:
            self.stamps.popleft()
        return len(self.stamps) >= self.window.limit

    def shift(self, seconds: float) -> None:
        """Move all that is remembered, as if it had been so much later."""
        for position in range(len(self.stamps)):
            self.stamps[position] += seconds

    def expires_at(self, position: int) -> float:
        """Tell when the request at `position` leaves the window."""
        return self.stamps[position] + self.window.seconds

    def has_room_at(self) -> float:
        """Tell when a full window takes a request again."""
        # Counted refusals can fill a window beyond its limit: all the surplus must go.
        return self.expires_at(len(self.stamps) - self.window.limit)


class SlidingLog:
    """
    A sliding log over one or more windows.

    Every request counts for the full length of each window from its own arrival on;
    nothing is reset at round times.
    A request passes if it finds a free slot in all windows.
    With `count_refused` a refused request uses slots like any other.
    A single window counts as the longest one.
    """

    def __init__(
        self, windows: Iterable[Window], *, count_refused: bool = False
    ) -> None:
        """Start with an empty log; without any window this is a ValueError."""
        by_length = sorted(windows, key=lambda window: window.seconds)
        if not by_length:
            msg = "a sliding log needs at least one window"
            raise ValueError(msg)
        *shorter, longest = map(_WindowLog, by_length)
        self._shorter = shorter
        self._longest = longest
        self._count_refused = count_refused

    def shift(self, seconds: float) -> None:
        """Go over to a clock that is so many seconds ahead of the one so far."""
        for log in (*self._shorter, self._longest):
            log.shift(seconds)

    def hit(self, now: float) -> Verdict:
        """
        Decide about a request that arrives at `now`, in seconds.

        The times of successive calls must not decrease.
        """
        full = [log for log in (*self._shorter, self._longest) if log.is_full(now)]
        if self._count_refused or not full:
            for log in (*self._shorter, self._longest):
                log.stamps.append(now)
        waits = [log.has_room_at() - now for log in full if log is not self._longest]
        limit = self._longest.window.limit
        return Verdict(
            allowed=not full,
            limit=limit,
            remaining=max(0, limit - len(self._longest.stamps)),
            resets_at=self._longest.expires_at(0),
            retry_after=max(waits, default=None),
        )
