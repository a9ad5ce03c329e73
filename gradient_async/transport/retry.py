"""Decide whether a failed attempt is retried; pure, nothing here waits."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import (
    ConfigurationError,
    DeadlineExceededError,
    DecodeError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    StatusError,
    TLSError,
    TransportError,
)

# The server could not serve the request; the request itself was fine. From 520 on,
# they are Cloudflare's; 526, an invalid certificate, does not pass.
_TRANSIENT: Final = frozenset(
    {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 529, 530}
)

# A gateway lost the response of the server behind it.
_RESPONSE_LOST: Final = frozenset({502, 504, 520, 524})

# The rate limit refused it, or Cloudflare could not connect to the server behind it.
_NOT_EXECUTED: Final = frozenset({429, 521, 522, 523, 525})

# botocore's standard mode (retries/quota.py) uses 500 and 5; a fifth of that suits
# clients that make tens of calls a minute.
_QUOTA: Final = 100
_COST: Final = 5


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """
    How many times a call is attempted, and how long it waits in between.

        RetryPolicy()              4 attempts, waits of up to 0.5, 1, 2 s
        RetryPolicy(attempts=1)    no retries
        RetryPolicy(max_wait=5.0)  waits of up to 5 s

    Waits are drawn evenly between 0 and a ceiling that doubles (full jitter).
    A `retry-after` of the server is honoured, even beyond `max_wait`.

    Raises:
        ConfigurationError: A number is out of range.
    """

    attempts: int = 4
    """Maximum number of attempts, including the first; at least 1."""
    first_wait: float = 0.5
    """Ceiling of the first wait, in seconds."""
    max_wait: float = 20.0
    """Ceiling of every wait, in seconds."""

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        check_int("attempts", self.attempts, minimum=1)
        for name in ("first_wait", "max_wait"):
            check_instance(name, getattr(self, name), int | float)
        if not 0 <= self.first_wait <= self.max_wait:
            waits = f"{self.first_wait} and {self.max_wait}"
            msg = f"0 <= first_wait <= max_wait must hold, not {waits}"
            raise ConfigurationError(msg)


class StopReason(StrEnum):
    """Why a failed attempt is not retried."""

    NOT_RETRYABLE = "another attempt would fail the same way"
    NOT_IDEMPOTENT = "the request may have taken effect already"
    ATTEMPTS = "all attempts are used up"
    DEADLINE = "the wait would exceed the deadline"
    QUOTA = "the client's retry quota is used up"


@attrs.frozen
class Retry:
    """Make another attempt."""

    wait: float
    """Seconds to wait first."""
    cost: int
    """What the retry costs of the client's quota."""


@attrs.frozen
class Stop:
    """Raise the error instead."""

    reason: StopReason


Decision: TypeAlias = Retry | Stop
"""What follows a failed attempt."""


def decide(
    error: BaseException,
    *,
    policy: RetryPolicy,
    idempotent: bool,
    attempt: int,
    time_left: float,
    quota: int,
    jitter: float,
    has_new_token: bool = False,
) -> Decision:
    """
    Decide whether to retry after a failed attempt.

    Args:
        error: The error it raised; unknown kinds are never retried.
        policy: Number of attempts and waits.
        idempotent: Whether the request may be sent twice.
        attempt: Number of the failed attempt, counted from 1.
        time_left: Seconds until the call's deadline.
        quota: What is left of the client's retry quota.
        jitter: A random number in [0, 1).
        has_new_token: Whether the token that a 401 refused was replaced since.
    """
    stop = _find_obstacle(error, idempotent=idempotent)
    if stop is not None and not has_new_token:
        return Stop(stop)
    if attempt >= policy.attempts:
        return Stop(StopReason.ATTEMPTS)
    if has_new_token:
        return Retry(0.0, 0)
    seconds = _backoff(error, policy=policy, attempt=attempt, jitter=jitter)
    if seconds >= time_left:
        return Stop(StopReason.DEADLINE)
    # A refused request waits for the rate limit; that is no sign of an outage.
    cost = 0 if isinstance(error, RateLimitError) else _COST
    if cost > quota:
        return Stop(StopReason.QUOTA)
    return Retry(seconds, cost)


def _find_obstacle(error: BaseException, *, idempotent: bool) -> StopReason | None:
    """Return why an attempt with this error must not be retried; None if it may be."""
    if not is_transient(error):
        return StopReason.NOT_RETRYABLE
    match error:
        case TransportError(sent=False):
            return None
        case StatusError(status=status) if status in _NOT_EXECUTED:
            return None
        case TransportError():
            return None if idempotent else StopReason.NOT_IDEMPOTENT
        case StatusError(status=status) if status in _TRANSIENT:
            return None if idempotent else StopReason.NOT_IDEMPOTENT
        case _:
            return StopReason.NOT_RETRYABLE


def may_have_executed(error: TransportError | StatusError) -> bool:
    """Return whether the request may have taken effect and its response was lost."""
    match error:
        case ResponseTooLargeError():
            # There was a response, so the request is known to have taken effect.
            return False
        case TransportError():
            return error.sent
        case _:
            return error.status in _RESPONSE_LOST


def is_transient(error: BaseException) -> bool:
    """
    Whether the same request may succeed later.

    Broader than what one call retries: it includes every 5xx status, a call that ran
    out of time, and a response that is not what was expected, such as a gateway's page.
    """
    match error:
        case TLSError() | ResponseTooLargeError():
            return False
        case TransportError() | ServerError() | DeadlineExceededError() | DecodeError():
            return True
        case _:
            return isinstance(error, StatusError) and error.status in _TRANSIENT


def _backoff(
    error: BaseException, *, policy: RetryPolicy, attempt: int, jitter: float
) -> float:
    """Return the wait before a retry: the server's, if longer than our own backoff."""
    ceiling = min(policy.max_wait, policy.first_wait * 2.0 ** min(attempt - 1, 32))
    requested = error.retry_after if isinstance(error, StatusError) else None
    return max(requested or 0.0, ceiling * jitter)


class RetryQuota:
    """
    What a client may spend on retries.

    Each retry costs 5 of 100, each success earns 1 and returns what its own retries
    cost. In a total outage the first 20 retries use it up, and from then on each call
    makes one attempt only.
    """

    def __init__(self) -> None:
        self.left: int = _QUOTA
        """What may be spent now."""

    def spend(self, cost: int) -> None:
        """Pay for a retry."""
        self.left -= cost

    def refund(self, spent: int) -> None:
        """Return what a call that succeeded had spent, and 1 more."""
        self.left = min(_QUOTA, self.left + spent + 1)
