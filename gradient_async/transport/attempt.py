"""Report each attempt to the log and to the `on_attempt` hook."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

import attrs

from gradient_async.logger import logger


@attrs.frozen(kw_only=True)
class Attempt:
    """One request and its outcome; holds no header, body or query."""

    account: str = ""
    """Name of the account; empty without one."""
    method: str
    """HTTP method."""
    path: str
    """Path, ids percent-encoded, without the query."""
    number: int
    """Number of the attempt within its call, counted from 1."""
    waited: float
    """Seconds it waited for the rate limit and for other requests to finish."""
    seconds: float
    """Seconds from sending it to the end of the response or the failure."""
    status: int | None = None
    """HTTP status code; None if no complete response was received."""
    request_id: str | None = None
    """The server's id of the request; None if it sent none."""
    remaining: int | None = None
    """Requests left in the hour after it; None if the response does not say."""
    reset_in: float | None = None
    """Seconds until the hour's oldest request expires; None if it does not say."""
    error: str | None = None
    """Name of the error class; None if it succeeded."""
    retry_in: float | None = None
    """Seconds until the next attempt; None if this was the last one."""


OnAttempt: TypeAlias = Callable[[Attempt], object]
"""
Called right after each attempt that ended, in the task that made the call.

An attempt cut short by a deadline or a cancellation is not reported. The function must
not block; an error that it raises ends the call.
"""


def is_observed(on_attempt: OnAttempt | None) -> bool:
    """Return whether anybody would see the report of a successful attempt."""
    return on_attempt is not None or logger.isEnabledFor(logging.DEBUG)


def report_attempt(attempt: Attempt, on_attempt: OnAttempt | None) -> None:
    """Log an attempt (debug) and its retry (warning), and call the hook."""
    outcome = attempt.error or "ok"
    place = f"{attempt.method} {attempt.path}"
    if attempt.account:
        place = f"{attempt.account}: {place}"
    facts = {"account": attempt.account}
    logger.debug(
        "%s attempt %d: %s %s in %.3f s after waiting %.3f s, request id %s",
        place,
        attempt.number,
        "-" if attempt.status is None else attempt.status,
        outcome,
        attempt.seconds,
        attempt.waited,
        attempt.request_id,
        extra=facts,
    )
    if attempt.retry_in is not None:
        logger.warning(
            "%s attempt %d failed (%s); retrying in %.2f s",
            place,
            attempt.number,
            outcome,
            attempt.retry_in,
            extra=facts,
        )
    if on_attempt is not None:
        on_attempt(attempt)
