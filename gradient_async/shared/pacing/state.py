"""
What a process knows of one token's limit, and what it does next; nothing here waits.

Times are those of the event loop, in seconds.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import attrs

from gradient_async.shared.pacing.link import StoreLink
from gradient_async.shared.pacing.local_share import (
    Allowance,
    Contact,
    find_share,
)
from gradient_async.shared.pacing.script import PacingReply, PacingRequest
from gradient_async.shared.pacing.slots import RENEWAL_SECONDS, OwnLog
from gradient_async.transport.rate_limit_headers import Limits
from gradient_async.transport.sliding_log import MAX_BLOCK, Window

# More at once would only make a script longer.
_MOST_AT_ONCE: Final = 64

# Slots for the next requests, granted where there is plenty: running the script for
# every fourth request costs little.
_SPARES: Final = 3


@attrs.frozen
class Question:
    """A request to the server, and what was known when it was made."""

    request: PacingRequest
    """What the server is sent."""
    made_at: float
    """When it was made."""
    blocked_until: float
    """Time before which nothing was to be sent, because the API refused a request."""
    limits: tuple[int, float] | None
    """Requests left in the longest window, and the time of its reset, if known."""


class TokenState:
    """
    What one process knows of the limit of one token.

    Args:
        windows: The windows of the rate limit, the longest last.
        share: The process's share of the limit while the server is gone; None means
            the same as that of each other process.
        link: Whether the server responds.
        timeout: Seconds for each question.
    """

    def __init__(
        self,
        windows: Sequence[Window],
        share: float | None,
        link: StoreLink,
        timeout: float,
    ) -> None:
        self._windows = windows
        self._share = share
        self._link = link
        self._timeout = timeout
        self._log = OwnLog(windows)
        # Slots that are held for the next requests.
        self._spares: deque[int] = deque()
        self.blocked_until: float = -math.inf
        """Time before which nothing is sent, because the API refused a request."""
        self._told_until = -math.inf
        self._certain_at = -math.inf
        self._come_at = -math.inf
        self._flush_at = math.inf
        self._asked_at = -math.inf
        # What a response said last, and when that ends.
        self._limits: tuple[int, float] | None = None
        self._epoch = ""
        # From the event loop's time to the server's; unknown before the first contact.
        self._clock_offset: float | None = None
        self._rivals = 0
        self._contact = Contact.none(windows)
        self._allowances: list[Allowance] = []

    def certain_at(self, now: float) -> float:
        """Return the time before which certainly no further request may be sent."""
        return max(now, self._certain_at, self.blocked_until)

    def is_revoked(self, number: int, now: float) -> bool:
        """Return whether a slot must not be used any more."""
        return now < self.blocked_until or self._log.is_expired(number, now)

    def take(self, now: float, queued: int) -> int | None:
        """Return a slot for the next request; None if there is none yet."""
        self.return_spares(now, queued)
        if now < self.blocked_until:
            return None
        if self._spares:
            return self._spares.popleft()
        if not self._link.is_down or self._alone_at(now) > now:
            return None
        number = self._link.number_slots(1)
        self._log.hold(number, told_at=None)
        return number

    def return_spares(self, now: float, queued: int) -> None:
        """Return the slots that nobody uses, or that only others need."""
        is_needed = queued or not self._rivals
        for number in list(self._spares):
            if not is_needed or not self._log.is_fresh(number, now):
                self._spares.remove(number)
                self._log.end(number, now, sent=False)
                self._plan_flush(now, queued)

    def release(
        self, number: int, now: float, queued: int, *, sent: bool, limits: Limits | None
    ) -> None:
        """End a request, and adopt what its response says about the limit."""
        if number not in self._log:
            # Of an event loop that was closed.
            return
        if limits is not None:
            self._learn(limits, now)
        if sent or not self._log.is_fresh(number, now):
            self._log.end(number, now, sent=sent)
            self._plan_flush(now, queued)
        else:
            self._spares.append(number)

    def _learn(self, limits: Limits, now: float) -> None:
        if limits.remaining is not None and limits.reset_in is not None:
            reset_at = now + min(limits.reset_in, MAX_BLOCK)
            self._limits = (limits.remaining, reset_at)
        if limits.refused and limits.wait is not None:
            until = now + min(limits.wait, MAX_BLOCK)
            self.blocked_until = max(self.blocked_until, until)
            self._flush_at = now

    def _plan_flush(self, now: float, queued: int) -> None:
        """Decide by when to report what has ended, if no request to send does so."""
        if self._rivals or queued:
            # Before the slot could be free again, so that nobody waits for longer.
            shortest = self._windows[0].seconds if self._windows else math.inf
            delay = min(shortest / 2, RENEWAL_SECONDS)
        elif self._log.has_several_ended or (self._log.has_unsent and self._is_tight):
            # One script for one request would double what it costs.
            delay = RENEWAL_SECONDS
        else:
            return
        self._flush_at = min(self._flush_at, now + delay)

    @property
    def _is_tight(self) -> bool:
        """Whether less than half of a window was free."""
        pairs = zip(self._windows, self._contact.room, strict=True)
        return any(room < window.requests / 2 for window, room in pairs)

    def _is_settling(self, now: float) -> bool:
        """Return whether the server may not know yet what all processes have sent."""
        return now < self._link.settled_at

    def _alone_at(self, now: float) -> float:
        """Return when the process may send its next request on its own."""
        ready_at = self._log.ready_at(self._limit_alone(now), now)
        return max(ready_at, self.blocked_until)

    def _limit_alone(self, now: float) -> list[Allowance]:
        """Return what the process may send on its own, since the server was gone."""
        if not self._allowances:
            share = find_share(self._contact.processes, self._share)
            since = min(self._link.down_since, now)
            self._allowances = self._contact.allow(self._windows, share, since)
        return self._allowances

    def ask_at(self, now: float, queued: int) -> float:
        """Return when to ask the server next."""
        if self._link.is_down:
            is_used = queued or self._log.has_in_flight
            return self._link.retry_at(now) if is_used else math.inf
        report_at = min(self._flush_at, self._log.renewal_at)
        return min(report_at, self._want_at(now)) if queued else report_at

    def _want_at(self, now: float) -> float:
        """Return when to ask the server for slots."""
        want_at = max(self._come_at, self.blocked_until)
        if self._is_settling(now):
            settled_at = self._link.settled_at
            want_at = max(want_at, min(self._alone_at(now), settled_at))
        return want_at

    def wake_at(self, now: float, queued: int, *, is_asking: bool) -> float:
        """Return when there is something to do next, if nothing happens before."""
        ask_at = math.inf if is_asking else self.ask_at(now, queued)
        is_alone = self._link.is_down and queued
        return min(ask_at, self._alone_at(now)) if is_alone else ask_at

    def ask(self, now: float, queued: int) -> Question:
        """Return what to ask the server now, with all there is to report."""
        want = self._count_wanted(now, queued)
        is_busy = now < self._asked_at + RENEWAL_SECONDS
        spares = _SPARES if want and is_busy and not self._is_settling(now) else 0
        is_untold = self.blocked_until > max(now, self._told_until)
        limits = self._limits
        request = PacingRequest(
            process=self._link.process,
            epoch=self._epoch,
            windows=[(it.requests, it.seconds) for it in self._windows],
            first=self._link.number_slots(want + spares),
            want=want,
            valid_until=self._find_end(now),
            spare=spares,
            block=self.blocked_until - now if is_untold else 0.0,
            limits=None if limits is None else (limits[0], max(0.0, limits[1] - now)),
            report=self._log.report(now),
        )
        self._flush_at, self._asked_at = math.inf, now
        return Question(request, now, self.blocked_until, limits)

    def _find_end(self, now: float) -> float | None:
        """Return the server's time at which a reply comes too late."""
        offset = self._clock_offset
        return None if offset is None else now + offset + self._timeout

    def _count_wanted(self, now: float, queued: int) -> int:
        """Return how many slots to ask for."""
        if self._link.is_down or now < self.blocked_until:
            return 0
        wanted = min(queued, _MOST_AT_ONCE)
        if not self._is_settling(now):
            return wanted
        return int(min(wanted, self._log.room(self._limit_alone(now), now)))

    def lose(self, question: Question) -> None:
        """Return what the server may have granted without being heard."""
        request = question.request
        count = request.want + request.spare
        self._log.withdraw(range(request.first, request.first + count))

    def adopt(self, question: Question, reply: PacingReply, now: float) -> None:
        """Adopt a response of the server."""
        request = question.request
        self._clock_offset = reply.now - now
        if reply.is_late:
            # Its clock was set, or the process was stopped meanwhile.
            self.lose(question)
            self._flush_at = now
            return
        self._log.accept(request.report, question.made_at)
        if self._limits is question.limits:
            self._limits = None
        for number in range(request.first, request.first + reply.granted):
            self._log.hold(number, question.made_at)
            self._spares.append(number)
        heard = now + reply.blocked if reply.blocked else -math.inf
        self.blocked_until = max(self.blocked_until, heard)
        self._told_until = max(self._told_until, heard, question.blocked_until)
        self._certain_at = now + reply.certain_wait
        self._come_at = -math.inf if reply.wait is None else now + reply.wait
        self._rivals = reply.rivals
        if self._epoch not in {"", reply.epoch}:
            self._log.report_again()
            self._link.settle(now)
        else:
            self._meet(reply, now)
        self._epoch = reply.epoch

    def _meet(self, reply: PacingReply, now: float) -> None:
        """Remember what the server said, for when it is gone."""
        processes = reply.processes
        if self._is_settling(now):
            # Not all of the others have come back yet.
            processes = max(processes, self._contact.processes)
        else:
            self._allowances = []
        own = [self._log.count(window, now) for window in self._windows]
        self._contact = Contact(processes, reply.room, own)
