"""Decide when to poll and when to stop; pure, with every time passed in."""

from __future__ import annotations

from typing import Final

import attrs

# Seconds from the first poll to the second, and the growth per poll from then on.
_FIRST_INTERVAL: Final = 1.0
_GROWTH: Final = 1.5
_LONGEST_INTERVAL: Final = 30.0

# Round trips vary, so a final poll gets this many seconds more than the latest took.
_MARGIN: Final = 0.1

# Seconds left after the first of the two final polls; less for a short timeout.
_SLACK: Final = 1.0

# Seconds that a poll after the deadline may take.
_GRACE: Final = 10.0


def poll_interval(polls: int, jitter: float) -> float:
    """
    Return the seconds from the start of the latest poll to the start of the next.

    1 s after the first poll, half as much again after each further one, 30 s at most,
    times 0.8 to 1.2 by jitter.

    Args:
        polls: Number of polls so far, at least 1.
        jitter: A random number in [0, 1).
    """
    # The exponent is capped because a long wait would overflow the float.
    growth = _GROWTH ** min(polls - 1, 32)
    return min(_LONGEST_INTERVAL, _FIRST_INTERVAL * growth) * (0.8 + 0.4 * jitter)


@attrs.frozen
class ScheduledPoll:
    """A poll to run; times are seconds of the event loop's clock."""

    at: float
    """When to start."""
    until: float
    """When to cut the poll off."""
    is_last: bool
    """Whether no poll of the same length would fit in after this one."""


class PollSchedule:
    """
    When to poll, from the first poll at `started` to the deadline.

    Run the poll that `next_poll` returns, then pass its outcome to `record_success`
    or `record_failure`. Do not record a poll that was cancelled: `next_poll` then
    schedules it again at once.

    Args:
        started: When the first poll is due, in seconds of a monotonic clock.
        timeout: Seconds from then to the deadline.
    """

    def __init__(self, *, started: float, timeout: float) -> None:
        self.started: float = started
        """When the first poll is due."""
        self.deadline: float = started + timeout
        """When to stop."""
        self._due = started
        self._not_before = started
        self._round_trip = 0.0
        self._slack = min(_SLACK, timeout / 20)
        self._polls = 0
        self._was_last = False
        self._late_until: float | None = None

    def next_poll(self, now: float) -> ScheduledPoll | None:
        """
        Return the next poll, or None if no poll can find anything new in time.

        Before the deadline come two final polls, whatever the interval or the
        server's `Retry-After`: one with slack, one as late as a round trip allows.
        If the caller was away for both, one poll takes place after the deadline.
        """
        if now >= self.deadline:
            return None if self._was_last else self._late_poll(now)
        latest_start = self._latest_start(now)
        if latest_start is None:
            return None
        at = max(now, min(max(self._due, self._not_before), latest_start))
        is_last = at > self._final_start - _MARGIN
        return ScheduledPoll(at, until=self.deadline, is_last=is_last)

    def record_success(
        self, poll: ScheduledPoll, *, started: float, ended: float, jitter: float
    ) -> None:
        """Record a poll that fetched every pending job."""
        self._round_trip = ended - started
        self._record(poll, started, jitter)

    def record_failure(
        self,
        poll: ScheduledPoll,
        *,
        started: float,
        ended: float,
        jitter: float,
        retry_after: float | None,
    ) -> None:
        """
        Record a poll that failed; its length says nothing about the next poll's.

        Args:
            poll: The poll, as `next_poll` returned it.
            started: When its first request was sent.
            ended: When it failed.
            jitter: A random number in [0, 1).
            retry_after: Seconds that the server asked to wait; None if it did not.
        """
        self._not_before = ended + (retry_after or 0.0)
        self._record(poll, started, jitter)

    def _record(self, poll: ScheduledPoll, started: float, jitter: float) -> None:
        self._polls += 1
        self._due = started + poll_interval(self._polls, jitter)
        self._was_last = poll.is_last

    def _latest_start(self, now: float) -> float | None:
        """Return when to poll at the latest; None after the last final poll."""
        slack = max(2 * self._round_trip + _MARGIN, self._slack)
        if now < self.deadline - slack:
            return self.deadline - slack
        if now <= self._final_start - _MARGIN:
            return self._final_start
        return None if self._was_last else now

    @property
    def _final_start(self) -> float:
        """When a poll as long as the latest one would end just before the deadline."""
        return self.deadline - self._round_trip - _MARGIN

    def _late_poll(self, now: float) -> ScheduledPoll | None:
        """Return a poll to run at once, unless 10 s have passed since the first."""
        # A late poll that is cancelled is scheduled again, so the limit is for all.
        if self._late_until is None:
            self._late_until = now + _GRACE
        if now >= self._late_until:
            return None
        return ScheduledPoll(now, until=self._late_until, is_last=True)
