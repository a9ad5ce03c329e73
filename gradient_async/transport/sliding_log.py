"""
Decide when the next request may be sent; nothing here waits or reads a clock.

The server keeps a sliding log: each request counts for one window length from its
arrival. The arrival is somewhere between sending it and receiving the response, so a
request counts here from before it is sent until the response plus one window: never
too short, whatever the latency.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

import attrs

from gradient_async.checks import check_instance, check_int, check_seconds

# The API's longest window, after which there is room whatever a header says. Without
# it a single absurd number would block a client for good.
MAX_BLOCK: Final = 3600.0


@attrs.frozen
class Window:
    """
    One limit: a number of requests in any period of some length.

    Raises:
        ConfigurationError: A number is not above zero.
    """

    requests: int
    """Maximum number of requests."""
    seconds: float
    """Length of the period, in seconds."""

    def __attrs_post_init__(self) -> None:
        """Check both numbers."""
        check_int("requests", self.requests, minimum=1)
        check_seconds("seconds", self.seconds)


def _sort_windows(windows: Iterable[Window] | None) -> tuple[Window, ...]:
    """Return the windows, the longest last: the server's headers are about that one."""
    if windows is None:
        return ()
    check_instance("windows", windows, Iterable)
    windows = list(windows)
    for window in windows:
        check_instance("each of windows", window, Window)
    return tuple(sorted(windows, key=lambda window: window.seconds))


@attrs.frozen
class RateLimit:
    """
    The number of requests that one token may send.

        RateLimit()                     250 a minute and 5,000 an hour, as documented
        RateLimit([Window(25, 1.0)])    25 a second
        RateLimit(None)                 no pacing; a refused request still waits

    The defaults are those of docs.digitalocean.com/reference/api, "Rate Limit".
    """

    windows: tuple[Window, ...] = attrs.field(
        default=(Window(250, 60.0), Window(5000, 3600.0)), converter=_sort_windows
    )
    """The windows, shortest first; all of them apply."""


class SlidingLog:
    """
    The requests of one token that still count.

    Times are seconds of any one monotonic clock.
    """

    def __init__(self, windows: Iterable[Window]) -> None:
        self._windows = [(window, deque[float]()) for window in windows]
        self._in_flight = 0
        self._foreign = 0
        self._foreign_until = -math.inf
        self.blocked_until: float = -math.inf
        """Time before which nothing is sent, because the server refused a request."""

    def ready_at(self, now: float) -> float:
        """
        Return the earliest time at which the next request may be sent.

        `now` or earlier means immediately; infinity means not before one in flight is
        released. Call again at that time, since more may have happened.
        """
        return self._room_at(now, self._in_flight, is_certain=True)

    def earliest_at(self, now: float) -> float:
        """
        Return the time before which certainly no further request may be sent.

        A request in flight may turn out not to have been sent, and its response may
        correct the number of others' requests; neither is certain before it ends.
        """
        return self._room_at(now, 0, is_certain=not self._in_flight)

    def _room_at(self, now: float, in_flight: int, *, is_certain: bool) -> float:
        """Return when all windows have room; others' requests count if certain."""
        times = (
            self._free_at(
                window,
                log,
                now,
                in_flight,
                self._count_foreign(window, now) if is_certain else 0,
            )
            for window, log in self._windows
        )
        return max(self.blocked_until, *times, now)

    def _free_at(
        self,
        window: Window,
        log: deque[float],
        now: float,
        in_flight: int,
        foreign: int,
    ) -> float:
        """Return the time at which a window has room beside these requests."""
        while log and log[0] + window.seconds <= now:
            log.popleft()
        excess = len(log) + in_flight + foreign - window.requests
        if excess < 0:
            return now
        own = log[excess] + window.seconds if excess < len(log) else math.inf
        return min(own, self._foreign_until) if foreign else own

    def _count_foreign(self, window: Window, now: float) -> int:
        """Count others' requests: known for the longest window only, for a while."""
        longest, _ = self._windows[-1]
        return self._foreign if window is longest and now < self._foreign_until else 0

    def reserve(self) -> None:
        """Count a request that is about to be sent."""
        self._in_flight += 1

    def release(self, now: float, *, sent: bool) -> None:
        """Count a request as finished, or not at all if it was never sent."""
        self._in_flight -= 1
        if sent:
            for _, log in self._windows:
                log.append(now)

    def block(self, now: float, seconds: float) -> None:
        """Block sending for some seconds, an hour at most, after a refusal."""
        self.blocked_until = max(self.blocked_until, now + min(seconds, MAX_BLOCK))

    def update(self, now: float, *, remaining: int, reset_in: float) -> None:
        """
        Correct the log by what the server has left in the longest window.

        What is missing there was sent by others with the same token. That is assumed
        until the server's oldest request expires, an hour at most.
        """
        if not self._windows:
            return
        window, log = self._windows[-1]
        self._free_at(window, log, now, 0, 0)
        left = window.requests - len(log) - self._in_flight
        self._foreign = max(0, left - remaining)
        self._foreign_until = now + min(reset_in, MAX_BLOCK)
