"""Run polls, and decide what a failure means for those that follow."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Final

from gradient_async.errors import (
    DeadlineExceededError,
    DecodeError,
    GradientError,
    RateLimitError,
    StatusError,
)
from gradient_async.transport.retry import is_transient
from gradient_async.waiting.clock import CLOCK
from gradient_async.waiting.schedule import PollSchedule, ScheduledPoll

# Responses that cannot be decoded for this many seconds will not fit any later: they
# come from another version of the API, not from a gateway in trouble.
_MAX_UNDECODABLE: Final = 300.0


class PollLog:
    """
    The outcome of each poll of one wait, and whether a failure ends it.

    Args:
        schedule: When to poll.
    """

    def __init__(self, schedule: PollSchedule) -> None:
        self.latest_failure: GradientError | None = None
        """The failure of the latest poll; None if it succeeded."""
        self._schedule = schedule
        self._undecodable_since: float | None = None

    async def run(
        self,
        poll: ScheduledPoll,
        fetch: Callable[[], Awaitable[None]],
        *,
        is_first: bool,
    ) -> GradientError | None:
        """
        Run a poll; return a failure that a later poll may not meet, None for success.

        Raises:
            GradientError: The failure is not transient, or the poll is the first.
        """
        started, jitter = CLOCK.now(), random.random()  # noqa: S311  (not for security)
        try:
            await fetch()
        except GradientError as error:
            wait = retry_after(error)
            self._schedule.record_failure(
                poll,
                started=started,
                ended=CLOCK.now(),
                jitter=jitter,
                retry_after=wait,
            )
            self._record(error, started)
            if is_first or not self._may_pass(error, started):
                raise
            return error
        self._schedule.record_success(
            poll, started=started, ended=CLOCK.now(), jitter=jitter
        )
        self._record(None, started)
        return None

    def _record(self, error: GradientError | None, now: float) -> None:
        if not isinstance(error, DecodeError):
            self._undecodable_since = None
        elif self._undecodable_since is None:
            self._undecodable_since = now
        self.latest_failure = error

    def _may_pass(self, error: GradientError, now: float) -> bool:
        since = now if self._undecodable_since is None else self._undecodable_since
        return is_transient(error) and now - since < _MAX_UNDECODABLE


def most_severe(errors: list[Exception]) -> Exception:
    """Return the first error that is not transient, or else the first."""
    return next((error for error in errors if not is_transient(error)), errors[0])


def may_be_the_list(error: GradientError) -> bool:
    """Return whether jobs may be found by id although the list failed so."""
    is_limited = isinstance(error, RateLimitError) or retry_after(error)
    return is_transient(error) and not is_limited


def retry_after(error: GradientError) -> float | None:
    """Return the seconds that the server, or its rate limit, requires to wait."""
    if isinstance(error, StatusError | DeadlineExceededError):
        return error.retry_after
    return None
