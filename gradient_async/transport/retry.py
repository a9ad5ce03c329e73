"""Decide what follows a failed attempt: a pure function; nothing here waits."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import (
    ConfigurationError,
    DeadlineExceededError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    StatusError,
    TLSError,
    TransportError,
)

# Each says that the server could not, not that the request was wrong.
_TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})

# Each says that a gateway lost the answer of the server behind it.
_ANSWER_LOST: Final = frozenset({502, 504})

# botocore's standard mode (retries/quota.py) uses 500 and 5; a fifth of that suits
# clients that make tens of calls a minute.
_QUOTA: Final = 100
_COST: Final = 5


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """
    How often and how patiently a call is tried.

        RetryPolicy()              4 attempts, waits of up to 0.5, 1, 2 s
        RetryPolicy(attempts=1)    no retry
        RetryPolicy(longest=5.0)   no wait of our own above 5 s

    Waits are drawn evenly between 0 and a ceiling that doubles (full jitter).
    A wait that the server asks for is kept, longer or not.

    Raises:
        ConfigurationError: A number is out of range.
    """

    attempts: int = 4
    """Requests at most, the first included; at least 1."""
    first: float = 0.5
    """Ceiling of the first wait, in seconds."""
    longest: float = 20.0
    """Ceiling of every wait, in seconds."""

    def __attrs_post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        check_int("attempts", self.attempts, minimum=1)
        for name in ("first", "longest"):
            check_instance(name, getattr(self, name), float | int)
        if not 0 <= self.first <= self.longest:
            msg = f"0 <= first <= longest must hold, not {self.first}, {self.longest}"
            raise ConfigurationError(msg)


class StopReason(StrEnum):
    """Why a failed attempt is not followed by another."""

    NOT_RETRYABLE = "another attempt would end the same"
    NOT_IDEMPOTENT = "it may have been done already"
    ATTEMPTS = "all attempts are used up"
    DEADLINE = "the wait would pass the deadline"
    QUOTA = "too many calls of this client were retried lately"


@attrs.frozen
class Wait:
    """Try again after so many seconds."""

    seconds: float
    cost: int


@attrs.frozen
class Stop:
    """Give up, and let the error out."""

    reason: StopReason


Decision: TypeAlias = Wait | Stop
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
) -> Decision:
    """
    Decide what follows a failed attempt.

    Args:
        error: What it raised; anything not listed here is never retried.
        policy: How often and how patiently.
        idempotent: Whether the request may be sent twice.
        attempt: Number of the failed attempt, from 1.
        time_left: Seconds until the call's deadline.
        quota: What is left of the client's retry quota.
        jitter: A random number in [0, 1).
    """
    stop = _forbidden(error, idempotent=idempotent)
    if stop is not None:
        return Stop(stop)
    if attempt >= policy.attempts:
        return Stop(StopReason.ATTEMPTS)
    seconds = _backoff(error, policy=policy, attempt=attempt, jitter=jitter)
    if seconds >= time_left:
        return Stop(StopReason.DEADLINE)
    # A refused request waits for its place in the limit; that is no sign of an outage.
    cost = 0 if isinstance(error, RateLimitError) else _COST
    if cost > quota:
        return Stop(StopReason.QUOTA)
    return Wait(seconds, cost)


def _forbidden(error: BaseException, *, idempotent: bool) -> StopReason | None:
    """Say why this error must not be followed by another attempt, if so."""
    if not is_transient(error):
        return StopReason.NOT_RETRYABLE
    match error:
        case TransportError(sent=False) | StatusError(status=429):
            return None
        case TransportError():
            return None if idempotent else StopReason.NOT_IDEMPOTENT
        case StatusError(status=status) if status in _TRANSIENT:
            return None if idempotent else StopReason.NOT_IDEMPOTENT
        case _:
            return StopReason.NOT_RETRYABLE


def may_have_executed(error: TransportError | StatusError) -> bool:
    """Tell whether the server may have carried it out, and its answer was lost."""
    match error:
        case ResponseTooLargeError():
            # It was an answer.
            return False
        case TransportError():
            return error.sent
        case _:
            return error.status in _ANSWER_LOST


def is_transient(error: BaseException) -> bool:
    """
    Whether the same request may succeed later.

    Broader than what one call retries: it includes every 5xx status, and a call that
    ran out of time.
    """
    match error:
        case TLSError() | ResponseTooLargeError():
            return False
        case TransportError() | ServerError() | DeadlineExceededError():
            return True
        case _:
            return isinstance(error, StatusError) and error.status in _TRANSIENT


def _backoff(
    error: BaseException, *, policy: RetryPolicy, attempt: int, jitter: float
) -> float:
    """Wait as long as the server asks, and never shorter than our own backoff."""
    ceiling = min(policy.longest, policy.first * 2.0 ** min(attempt - 1, 32))
    asked = error.retry_after if isinstance(error, StatusError) else None
    return max(asked or 0.0, ceiling * jitter)


class RetryQuota:
    """
    What a client may spend on retries.

    Each retry costs 5 of 100, each success earns 1 and what its own retries cost.
    In a total outage the first 20 retries empty it, and then each call is sent once.
    """

    def __init__(self) -> None:
        self.left: int = _QUOTA
        """What may be spent now."""

    def spend(self, cost: int) -> None:
        """Pay for a retry."""
        self.left -= cost

    def earn(self, spent: int) -> None:
        """Take back what a call that succeeded had spent, and 1 more."""
        self.left = min(_QUOTA, self.left + spent + 1)
