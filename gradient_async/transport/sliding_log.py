"""
Decide when the next request may be sent; nothing here waits or reads a clock.

The server keeps a sliding log: each request counts for a window of its own, from
its arrival. The arrival lies somewhere between our send and the answer, so a request
counts here from before the send until answer + window: never too short, whatever
the latency.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

import attrs

from gradient_async.checks import check_instance, check_int, check_seconds

# The API's longest window: whatever a header says, by then there is room. One absurd
# number must not stop a client for good.
_HOUR: Final = 3600.0


@attrs.frozen
class Window:
    """
    A limit: so many requests in any stretch of so many seconds.

    Raises:
        ConfigurationError: A number is not above zero.
    """

    requests: int
    """Requests at most."""
    seconds: float
    """Length of the stretch, in seconds."""

    def __attrs_post_init__(self) -> None:
        """Refuse a window nothing fits through."""
        check_int("requests", self.requests, minimum=1)
        check_seconds("seconds", self.seconds)


def _windows(windows: Iterable[Window] | None) -> tuple[Window, ...]:
    """Put the longest window last: the server's headers speak of that one."""
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
    How much one token may send.

        RateLimit()                     250 a minute and 5,000 an hour, as documented
        RateLimit([Window(25, 1.0)])    25 a second
        RateLimit(None)                 no pacing; a refused request still waits

    The defaults are those of docs.digitalocean.com/reference/api, "Rate Limit".
    """

    windows: tuple[Window, ...] = attrs.field(
        default=(Window(250, 60.0), Window(5000, 3600.0)), converter=_windows
    )
    """All of them hold at once; the shortest comes first."""


class SlidingLog:
    """
    The requests of one token that still count.

    Times are seconds of any one monotonic clock.
    """

    def __init__(self, windows: Iterable[Window], *, max_in_flight: int) -> None:
        self._windows = [(window, deque[float]()) for window in windows]
        self._max_in_flight = max_in_flight
        self._in_flight = 0
        self.closed_until: float = -math.inf
        """Until when nothing is sent, because the server refused a request."""
        self._foreign = 0
        self._foreign_until = -math.inf

    def ready_at(self, now: float) -> float:
        """
        Tell when the next request may be sent, at the earliest.

        Now or earlier means at once. Infinity means: only after one in flight
        has settled. Ask again at that time: more may have happened.
        """
        if self._in_flight >= self._max_in_flight:
            return math.inf
        return max(
            self.closed_until,
            *(self._free_at(window, log, now) for window, log in self._windows),
            now,
        )

    def _free_at(self, window: Window, log: deque[float], now: float) -> float:
        """Tell when a window has room."""
        while log and log[0] + window.seconds <= now:
            log.popleft()
        foreign = self._foreign_in(window, now)
        excess = len(log) + self._in_flight + foreign - window.requests
        if excess < 0:
            return now
        own = log[excess] + window.seconds if excess < len(log) else math.inf
        return min(own, self._foreign_until) if foreign else own

    def _foreign_in(self, window: Window, now: float) -> int:
        """Count others' requests: known for the longest window, for a while."""
        longest, _ = self._windows[-1]
        return self._foreign if window is longest and now < self._foreign_until else 0

    def take(self) -> None:
        """Count a request that is about to be sent."""
        self._in_flight += 1

    def settle(self, now: float, *, sent: bool) -> None:
        """Note that a request has its answer, or was never sent at all."""
        self._in_flight -= 1
        if sent:
            for _, log in self._windows:
                log.append(now)

    def close(self, now: float, seconds: float) -> None:
        """Send nothing for so long, an hour at most: the server refused a request."""
        self.closed_until = max(self.closed_until, now + min(seconds, _HOUR))

    def learn(self, now: float, *, remaining: int, reset_in: float) -> None:
        """
        Correct the log by what the server has left in the longest window.

        Whatever it has less than we think was sent by somebody else with the same
        token. That holds until the server's oldest request expires, at most an hour.
        """
        if not self._windows:
            return
        window, log = self._windows[-1]
        self._free_at(window, log, now)
        left = window.requests - len(log) - self._in_flight
        self._foreign = max(0, left - remaining)
        self._foreign_until = now + min(reset_in, _HOUR)
