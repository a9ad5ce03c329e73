"""Decide what a failed request means for the polls that follow; pure."""

from __future__ import annotations

from typing import Final

from gradient_async.errors import (
    DeadlineExceededError,
    DecodeError,
    GradientError,
    RateLimitError,
    StatusError,
)
from gradient_async.transport.retry import is_transient

# Responses that cannot be decoded for this many seconds will not fit any later: they
# come from another version of the API, not from a gateway in trouble.
_MAX_UNDECODABLE: Final = 300.0


class FailureLog:
    """Since when responses could not be decoded."""

    def __init__(self) -> None:
        self._undecodable_since: float | None = None

    def record(self, error: GradientError | None, now: float) -> None:
        """Record the outcome of a poll; None means that it succeeded."""
        if not isinstance(error, DecodeError):
            self._undecodable_since = None
        elif self._undecodable_since is None:
            self._undecodable_since = now

    def may_pass(self, error: GradientError, now: float) -> bool:
        """Return whether a later poll may not meet a failure that was recorded."""
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
