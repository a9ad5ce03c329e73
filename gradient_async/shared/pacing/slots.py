"""
The requests of one process that still count, and what the server knows of them; pure.

Times are seconds of any one monotonic clock. A slot has a number, so that reporting it
twice, after a reply was lost, does not count it twice.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from gradient_async.shared.pacing.local_share import Allowance
from gradient_async.transport.sliding_log import Window

SLOT_SECONDS: Final = 5.0
"""Seconds after which a slot of a process that was not heard of expires."""

RENEWAL_SECONDS: Final = SLOT_SECONDS / 3
"""Seconds after which a slot in flight is renewed."""


@attrs.frozen
class Report:
    """What a process has to tell the server of its slots."""

    ended: list[tuple[int, float]] = attrs.field(factory=list)
    """Requests that have ended, and how many seconds ago."""
    held: list[int] = attrs.field(factory=list)
    """Slots that are in flight, and to be renewed."""
    unsent: list[int] = attrs.field(factory=list)
    """Slots that do not count, because no request was sent."""


class OwnLog:
    """
    The slots of one process and one token.

    Args:
        windows: The windows of the rate limit, the longest last.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        self._longest = windows[-1].seconds if windows else 0.0
        # When the server was last told; None means that it knows nothing of the slot.
        self._in_flight: dict[int, float | None] = {}
        # In the order in which they ended.
        self._times: list[float] = []
        self._numbers: list[int] = []
        self._untold: dict[int, float] = {}
        self._unsent: set[int] = set()

    def hold(self, number: int, told_at: float | None) -> None:
        """Count a request that is about to be sent; the server may know its slot."""
        self._in_flight[number] = told_at

    def end(self, number: int, now: float, *, sent: bool) -> None:
        """Count a request as ended now, or not at all if it was never sent."""
        told_at = self._in_flight.pop(number)
        if sent:
            self._forget_old(now)
            self._times.append(now)
            self._numbers.append(number)
            self._untold[number] = now
        elif told_at is not None:
            self._unsent.add(number)

    def withdraw(self, numbers: Iterable[int]) -> None:
        """Report slots as unsent that the server may have granted unheard."""
        self._unsent.update(numbers)

    def __contains__(self, number: object) -> bool:
        """Return whether a slot is in flight."""
        return number in self._in_flight

    def is_expired(self, number: int, now: float) -> bool:
        """Return whether the server may have stopped counting a slot as in flight."""
        told_at = self._in_flight.get(number)
        return told_at is not None and told_at + SLOT_SECONDS <= now

    def is_fresh(self, number: int, now: float) -> bool:
        """Return whether a slot that nobody uses may be kept for the next request."""
        told_at = self._in_flight[number]
        return told_at is not None and now < told_at + RENEWAL_SECONDS

    @property
    def has_in_flight(self) -> bool:
        """Whether there are slots that have not ended."""
        return bool(self._in_flight)

    @property
    def has_several_ended(self) -> bool:
        """Whether more than one request has ended that the server has in flight."""
        return len(self._untold) > 1

    @property
    def has_unsent(self) -> bool:
        """Whether the server counts slots that were not used."""
        return bool(self._unsent)

    @property
    def renewal_at(self) -> float:
        """When the first of the slots in flight is to be renewed."""
        times = (it or -math.inf for it in self._in_flight.values())
        return min(times, default=math.inf) + RENEWAL_SECONDS

    def report(self, now: float) -> Report:
        """Return everything that the server has to be told."""
        self._forget_old(now)
        return Report(
            [(number, now - ended_at) for number, ended_at in self._untold.items()],
            [
                number
                for number, told_at in self._in_flight.items()
                if told_at is None or told_at + RENEWAL_SECONDS <= now
            ],
            list(self._unsent),
        )

    def accept(self, report: Report, told_at: float) -> None:
        """Record that the server has a report, which was made at some time."""
        for number, _ in report.ended:
            self._untold.pop(number, None)
        for number in report.held:
            if number in self._in_flight:
                self._in_flight[number] = told_at
        self._unsent.difference_update(report.unsent)

    def report_again(self) -> None:
        """Report everything again, since the server has lost it."""
        self._untold = dict(zip(self._numbers, self._times, strict=True))
        self._in_flight = dict.fromkeys(self._in_flight)
        self._unsent.clear()

    def count(self, window: Window, now: float) -> int:
        """Return the number of own requests that a window counts."""
        ended = len(self._times) - bisect_right(self._times, now - window.seconds)
        return ended + len(self._in_flight)

    def room(self, allowances: Iterable[Allowance], now: float) -> float:
        """Return how many more requests may be sent on one's own; may be infinite."""
        rooms = (it.at(now) - self.count(it.window, now) for it in allowances)
        return max(0, min(rooms, default=math.inf))

    def ready_at(self, allowances: Iterable[Allowance], now: float) -> float:
        """
        Return the earliest time at which one more may be sent on one's own.

        Infinity means not before one in flight has ended.
        """
        return max((self._ready_at(it, now) for it in allowances), default=now)

    def _ready_at(self, allowance: Allowance, now: float) -> float:
        excess = self.count(allowance.window, now) - allowance.at(now)
        if excess < 0:
            return now
        seconds = allowance.window.seconds
        place = bisect_right(self._times, now - seconds) + excess
        own = self._times[place] + seconds if place < len(self._times) else math.inf
        return min(own, allowance.until) if now < allowance.until else own

    def _forget_old(self, now: float) -> None:
        """Forget what no longer counts."""
        old = bisect_right(self._times, now - self._longest)
        for number in self._numbers[:old]:
            self._untold.pop(number, None)
        del self._times[:old], self._numbers[:old]
