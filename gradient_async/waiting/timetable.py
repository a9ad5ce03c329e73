"""Decide when to look at jobs, and when to stop; nothing here has a clock."""

from __future__ import annotations

from typing import Final

import attrs

# The wait before the second round, in seconds, and how it grows from then on.
_FIRST: Final = 1.0
_GROWTH: Final = 1.5
_LONGEST: Final = 30.0

# No two round trips are alike: the last one gets so many seconds more.
_MARGIN: Final = 0.1


def pause(rounds: int, jitter: float) -> float:
    """
    Say how long to wait from the start of one round to the next, in seconds.

    It grows from 1 s by half each time, up to 30 s; `jitter`, a random number in
    [0, 1), makes of that 0.8 to 1.2 times as much.

    Args:
        rounds: How many rounds there were, at least 1.
        jitter: A random number in [0, 1).
    """
    # Far beyond the longest, and far from what a float cannot hold.
    growth = _GROWTH ** min(rounds - 1, 32)
    return min(_LONGEST, _FIRST * growth) * (0.8 + 0.4 * jitter)


# The last look but one has so many seconds to spare, or a twentieth of the timeout.
_SPARE: Final = 1.0

# What a look that comes late may take beyond the deadline, in seconds.
_GRACE: Final = 10.0


@attrs.frozen
class Look:
    """Look at this time of the clock."""

    at: float
    until: float
    """When to cut it off."""
    is_last: bool
    """Whether the deadline leaves no time for another look as long as this one."""


class Timetable:
    """
    When the rounds are, from the first one at `began` to the deadline.

    All times are of one monotonic clock, in seconds; ask `next_look`, look, and tell
    what came of it with `took` or `failed`. A look that was cut short is not told of,
    and so is made up for at once.
    """

    def __init__(self, *, began: float, timeout: float) -> None:
        self.began: float = began
        """When the waiting began."""
        self.deadline: float = began + timeout
        """When the waiting ends."""
        self._due = began
        self._not_before = began
        self._trip = 0.0
        self._spare = min(_SPARE, timeout / 20)
        self._rounds = 0
        self._was_last = False
        self._late_until: float | None = None

    def next_look(self, now: float) -> Look | None:
        """
        Say when to look next; None when nothing more can be learnt in time.

        There are two last looks, wherever the regular ones would be, and whatever the
        server asked for: one with time to spare, and one as late as a round trip
        allows. Whoever was away when they were due has one at once, be it late.
        """
        if now >= self.deadline:
            return None if self._was_last else self._late_look(now)
        target = self._target(now)
        if target is None:
            return None
        at = max(now, min(max(self._due, self._not_before), target))
        is_last = at > self._latest - _MARGIN
        return Look(at, until=self.deadline, is_last=is_last)

    def _target(self, now: float) -> float | None:
        """Say when to look at the latest; None when nothing more can be learnt."""
        spare = max(2 * self._trip + _MARGIN, self._spare)
        if now < self.deadline - spare:
            return self.deadline - spare
        if now <= self._latest - _MARGIN:
            return self._latest
        return None if self._was_last else now

    @property
    def _latest(self) -> float:
        """When a look as long as the one before would just be in time."""
        return self.deadline - self._trip - _MARGIN

    def _late_look(self, now: float) -> Look | None:
        """Look at once; however often that is cut short, for 10 s from the first."""
        if self._late_until is None:
            self._late_until = now + _GRACE
        if now >= self._late_until:
            return None
        return Look(now, until=self._late_until, is_last=True)

    def took(self, look: Look, *, began: float, ended: float, jitter: float) -> None:
        """Note a look that showed what it was to show."""
        self._trip = ended - began
        self._count(look, began, jitter)

    def failed(
        self,
        look: Look,
        *,
        began: float,
        ended: float,
        jitter: float,
        retry_after: float | None,
    ) -> None:
        """
        Note a look that failed; how long it took says nothing about the next.

        Args:
            look: What `next_look` had said.
            began: When its requests began.
            ended: When it failed.
            jitter: A random number in [0, 1).
            retry_after: Seconds that the server asked to wait; None when it did not.
        """
        self._not_before = ended + (retry_after or 0.0)
        self._count(look, began, jitter)

    def _count(self, look: Look, began: float, jitter: float) -> None:
        self._rounds += 1
        self._due = began + pause(self._rounds, jitter)
        self._was_last = look.is_last
