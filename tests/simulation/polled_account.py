"""When one account was polled, by whoever had it."""

from __future__ import annotations

import attrs


@attrs.define
class PolledAccount:
    """An account that its holder polls at once, and then at regular intervals."""

    interval: float
    """Seconds between two polls."""
    polls: int = 0
    """Number of polls."""
    longest_gap: float = 0.0
    """Longest time between two of them."""
    lost_at: float | None = 0.0
    """When its last holder was lost; None while it has one."""
    has_died: bool = False
    """Whether that one died, and did not give it up."""
    _taken_at: float = 0.0
    _last_poll: float | None = None

    def begin(self, now: float) -> None:
        """Forget what was before, as if the account was taken now."""
        self.polls, self.longest_gap = 0, 0.0
        self._taken_at, self._last_poll = now, None

    def take(self, now: float) -> None:
        """Record that somebody has taken it."""
        self._taken_at, self.lost_at = now, None
        if self._last_poll is not None:
            self.longest_gap = max(self.longest_gap, now - self._last_poll)

    def lose(self, now: float, *, has_died: bool) -> None:
        """Record that its holder has died, or given it up."""
        self.count(now)
        self.lost_at, self.has_died = now, has_died

    def count(self, now: float) -> None:
        """Count the polls of its holder until now."""
        # All are held when a run ends, as a rule.
        if self.lost_at is None:  # pragma: no branch
            further = int((now - self._taken_at) / self.interval)
            self.polls += further + 1
            self._last_poll = self._taken_at + further * self.interval
            regular = self.interval * min(further, 1)
            self.longest_gap = max(self.longest_gap, regular)
