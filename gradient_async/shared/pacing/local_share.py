"""How much of a limit a process may use on its own, without the server; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import attrs

from gradient_async.transport.sliding_log import Window

# However many processes there were: ids of short-lived ones could add up.
_SMALLEST_SHARE: Final = 0.02

_FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 1.0
"""Maximum number of seconds between attempts to reach the server."""


@attrs.frozen
class Allowance:
    """How many requests of one window a process may send on its own."""

    window: Window
    """The window that is shared."""
    share: int
    """In any period of the window's length."""
    first: int
    """The same until `until`, while the window has others' requests from before."""
    until: float
    """Time of the event loop at which others' earlier requests have left the window."""

    def at(self, now: float) -> int:
        """Return the number of requests that may count at a time."""
        return self.first if now < self.until else self.share


@attrs.frozen
class Contact:
    """What was known about all processes when the server responded last."""

    processes: int
    """Number of processes that were seen lately; 0 before the first contact."""
    room: Sequence[int]
    """How many more requests each window allowed."""
    own: Sequence[int]
    """How many of this process each window counted."""

    @classmethod
    def none(cls, windows: Sequence[Window]) -> Self:
        """Return what is assumed before the first contact: no process sent anything."""
        return cls(0, [it.requests for it in windows], [0] * len(windows))

    def allow(
        self, windows: Sequence[Window], share: float, since: float
    ) -> list[Allowance]:
        """
        Return what this process may send on its own from the moment of an outage.

        If each process keeps to that, all of them stay within the limit: during the
        first window each has what it had, and its share of what was free.
        """
        allowances = []
        for window, room, own in zip(windows, self.room, self.own, strict=True):
            most = max(1, int(window.requests * share))
            first = min(most, own + int(max(0, room) * share))
            allowances.append(Allowance(window, most, first, since + window.seconds))
        return allowances


def find_share(processes: int, fixed: float | None) -> float:
    """Return a process's share: a fixed one, or the same for each that was seen."""
    if fixed is not None:
        return fixed
    return max(_SMALLEST_SHARE, 1 / processes) if processes else _SMALLEST_SHARE


def pause_before_retry(failures: int) -> float:
    """Return the seconds until the server is tried again; 0.1 to 1."""
    return min(LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
