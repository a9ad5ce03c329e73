"""Tell the log, and whoever asked, about each attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from gradient_async.logger import logger


@attrs.frozen(kw_only=True)
class Attempt:
    """One request and what came of it; holds no header, body or query."""

    method: str
    """HTTP method."""
    path: str
    """Path, ids percent-encoded, without the query."""
    number: int
    """Which attempt of the call this was, from 1."""
    waited: float
    """Seconds it waited for its turn within the rate limit."""
    seconds: float
    """Seconds from the send to the end of the answer or the failure."""
    status: int | None = None
    """HTTP status code, None when no whole answer arrived."""
    request_id: str | None = None
    """The server's name for the request, None when it gave none."""
    error: str | None = None
    """Name of the error class, None when it succeeded."""
    retry_in: float | None = None
    """Seconds until the next attempt, None when this was the last."""


OnAttempt: TypeAlias = Callable[[Attempt], object]
"""
Called right after each attempt that ended, in the task that made the call.

An attempt cut short by a deadline or a cancellation is not reported. The function must
not block; what it raises ends the call.
"""


def report_attempt(attempt: Attempt, on_attempt: OnAttempt | None) -> None:
    """Log an attempt (debug), and that it is tried again (warning); call the hook."""
    outcome = attempt.error or "ok"
    logger.debug(
        "%s %s attempt %d: %s %s in %.3f s after %.3f s in the queue, request id %s",
        attempt.method,
        attempt.path,
        attempt.number,
        "-" if attempt.status is None else attempt.status,
        outcome,
        attempt.seconds,
        attempt.waited,
        attempt.request_id,
    )
    if attempt.retry_in is not None:
        logger.warning(
            "%s %s attempt %d failed (%s); trying again in %.2f s",
            attempt.method,
            attempt.path,
            attempt.number,
            outcome,
            attempt.retry_in,
        )
    if on_attempt is not None:
        on_attempt(attempt)
