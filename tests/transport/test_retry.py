"""The decision after a failed attempt."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.errors import (
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    OutcomeUnknownError,
    PaginationError,
    ProtocolError,
    ResponseTooLargeError,
    StatusError,
    TLSError,
    TransportError,
)
from gradient_async.errors.status import error_class
from gradient_async.transport.retry import (
    Decision,
    Retry,
    RetryPolicy,
    RetryQuota,
    Stop,
    StopReason,
    decide,
    is_transient,
)

DEFAULTS: dict[str, Any] = {
    "policy": RetryPolicy(),
    "idempotent": True,
    "attempt": 1,
    "time_left": 60.0,
    "quota": 100,
    "jitter": 0.5,
}


def decide_with(error: BaseException, **facts: Any) -> Decision:
    """Decide about a typical call, with some of its facts replaced."""
    return decide(error, **(DEFAULTS | facts))


def status(code: int, retry_after: float | None = None) -> StatusError:
    """Create the error for a status."""
    return error_class(code)("no", status=code, retry_after=retry_after)


# Those above 504 are Cloudflare's.
TRANSIENT = {408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 529, 530}
REFUSED_BEFORE = {429, 521, 522, 523, 525}
"""Statuses that say that the API did not receive the request."""


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("code", range(200, 600))
def test_statuses(code: int, idempotent: bool) -> None:
    """Transient statuses are retried if that is safe, others never; a 429 is free."""
    expected: Decision = Stop(StopReason.NOT_RETRYABLE)
    if code in TRANSIENT | REFUSED_BEFORE:
        expected = Retry(0.25, 0 if code == 429 else 5)
        if not idempotent and code not in REFUSED_BEFORE:
            expected = Stop(StopReason.NOT_IDEMPOTENT)

    assert expected == decide_with(status(code), idempotent=idempotent)


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize(
    "kind", [TransportError, ConnectError, ConnectionLostError, ProtocolError]
)
def test_lost_responses(
    kind: type[TransportError], sent: bool, idempotent: bool
) -> None:
    """An unsent request is retried; one that was sent, only if that is safe."""
    error = kind("lost", sent=sent)
    expected = (
        Retry(0.25, 5) if idempotent or not sent else Stop(StopReason.NOT_IDEMPOTENT)
    )

    assert expected == decide_with(error, idempotent=idempotent)


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize(
    "error",
    [
        *(TLSError("no", sent=it) for it in (True, False)),
        ResponseTooLargeError("large", limit=5),
        GradientError("odd"),
        ConfigurationError("odd"),
        ClientClosedError("odd"),
        DecodeError("odd"),
        PaginationError("odd"),
        OutcomeUnknownError("odd"),
        DeadlineExceededError("odd", retry_after=1.0),
        asyncio.CancelledError(),
        KeyboardInterrupt(),
        SystemExit(),
        GeneratorExit(),
        ZeroDivisionError(),
        TimeoutError(),
        OSError(),
        Exception(),
        ExceptionGroup("odd", [ConnectionLostError("lost")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_other_errors_are_not_retried(error: BaseException, idempotent: bool) -> None:
    """Untrusted servers, oversized responses, and errors of others end the call."""
    assert Stop(StopReason.NOT_RETRYABLE) == decide_with(error, idempotent=idempotent)


LOST = ConnectionLostError("lost")


@pytest.mark.parametrize(
    ("expected", "attempts", "attempt"),
    [
        (Stop(StopReason.ATTEMPTS), 1, 1),
        (Retry(0.25, 5), 2, 1),
        (Stop(StopReason.ATTEMPTS), 2, 2),
        (Retry(1.0, 5), 4, 3),
        (Stop(StopReason.ATTEMPTS), 4, 4),
        (Stop(StopReason.ATTEMPTS), 4, 9),
        (Retry(10.0, 5), 10_000, 9_999),
    ],
)
def test_attempts(expected: Decision, attempts: int, attempt: int) -> None:
    """No attempt follows the last one allowed."""
    policy = RetryPolicy(attempts=attempts)

    assert expected == decide_with(LOST, policy=policy, attempt=attempt)


@pytest.mark.parametrize(
    ("expected", "error", "time_left"),
    [
        (Stop(StopReason.DEADLINE), status(429, 3600.0), 60.0),
        (Retry(29.0, 0), status(429, 29.0), 60.0),
        (Retry(29.0, 5), status(503, 29.0), 60.0),
        (Stop(StopReason.DEADLINE), status(429, 29.0), 29.0),
        (Retry(29.0, 0), status(429, 29.0), 29.001),
        (Stop(StopReason.DEADLINE), status(503, 1e10), 60.0),
        (Stop(StopReason.DEADLINE), status(503, math.inf), 60.0),
        # A wait of 0 would cause a burst of retries.
        (Retry(0.25, 0), status(429, 0.0), 60.0),
        (Retry(0.25, 0), status(429, 0.1), 60.0),
        (Retry(0.25, 5), LOST, 0.251),
        (Stop(StopReason.DEADLINE), LOST, 0.25),
        (Stop(StopReason.DEADLINE), LOST, 0.0),
        (Stop(StopReason.DEADLINE), LOST, -1.0),
    ],
)
def test_deadlines(expected: Decision, error: GradientError, time_left: float) -> None:
    """The server's wait is honoured exactly, unless it would exceed the deadline."""
    assert expected == decide_with(error, time_left=time_left)


@pytest.mark.parametrize(
    ("expected", "error", "quota"),
    [
        (Retry(0.25, 5), LOST, 5),
        (Stop(StopReason.QUOTA), LOST, 4),
        (Stop(StopReason.QUOTA), status(503), 0),
        (Retry(0.25, 0), status(429), 0),
    ],
)
def test_quota(expected: Decision, error: GradientError, quota: int) -> None:
    """Retries stop when the quota is used up, except those after a 429."""
    assert expected == decide_with(error, quota=quota)


@pytest.mark.parametrize(
    ("expected", "attempt"),
    [(0.5, 1), (1.0, 2), (2.0, 3), (4.0, 4), (8.0, 5), (16.0, 6), (20.0, 7), (20.0, 8)],
)
def test_ceilings_double(expected: float, attempt: int) -> None:
    """The ceiling of the waits doubles up to `max_wait`."""
    policy = RetryPolicy(attempts=99)

    assert Retry(expected, 5) == decide_with(
        LOST, policy=policy, attempt=attempt, jitter=1.0
    )


POLICIES = st.tuples(
    st.integers(1, 10_000), st.floats(0, 1e300), st.floats(0, 1e300)
).map(
    lambda parts: RetryPolicy(
        attempts=parts[0], first_wait=min(parts[1:]), max_wait=max(parts[1:])
    )
)
ERRORS = st.one_of(
    st.builds(ConnectionLostError, st.just("lost"), sent=st.booleans()),
    st.builds(
        status,
        st.sampled_from([408, 429, 500, 503]),
        st.none() | st.floats(0, 1e10),
    ),
)


# Most random examples stop; this one retries.
@example(
    error=ConnectionLostError("lost", sent=False),
    policy=RetryPolicy(),
    attempt=1,
    time_left=60.0,
    quota=100,
    jitter=0.5,
)
@given(
    error=ERRORS,
    policy=POLICIES,
    attempt=st.integers(1, 10_000),
    time_left=st.floats(-10, 1e6),
    quota=st.integers(0, 100),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_bounds_of_waits(
    *,
    error: TransportError | StatusError,
    policy: RetryPolicy,
    attempt: int,
    time_left: float,
    quota: int,
    jitter: float,
) -> None:
    """A wait is never negative, above its ceiling, below the server's, or too late."""
    decision = decide(
        error,
        policy=policy,
        idempotent=True,
        attempt=attempt,
        time_left=time_left,
        quota=quota,
        jitter=jitter,
    )
    requested = error.retry_after if isinstance(error, StatusError) else None
    ceiling = min(policy.max_wait, policy.first_wait * 2.0 ** min(attempt - 1, 1000))

    if isinstance(decision, Retry):
        assert 0 <= decision.wait < time_left
        assert (requested or 0.0) <= decision.wait <= max(requested or 0.0, ceiling)
        assert decision.cost <= quota
        assert attempt < policy.attempts
    else:
        assert decision.reason in {
            StopReason.ATTEMPTS,
            StopReason.DEADLINE,
            StopReason.QUOTA,
        }


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"attempts": 1},
        {"first_wait": 0.0},
        {"first_wait": 0.0, "max_wait": 0.0},
        {"max_wait": 0.5},
        {"max_wait": math.inf},
    ],
)
def test_valid_policies(numbers: dict[str, Any]) -> None:
    """A policy keeps numbers in range."""
    policy = RetryPolicy(**numbers)

    assert numbers == {name: getattr(policy, name) for name in numbers}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("attempts must be an integer of at least 1, got 0", {"attempts": 0}),
        ("attempts must be an integer of at least 1, got -1", {"attempts": -1}),
        ("not -0.1 and 20.0", {"first_wait": -0.1}),
        ("not 0.5 and 0.4", {"max_wait": 0.4}),
        ("not 21 and 20.0", {"first_wait": 21}),
        ("not nan and 20.0", {"first_wait": math.nan}),
        ("not 0.5 and nan", {"max_wait": math.nan}),
        ("not 0.5 and -1", {"max_wait": -1}),
        ("attempts must be an integer of at least 1, got '4'", {"attempts": "4"}),
        ("attempts must be an integer of at least 1, got 2.0", {"attempts": 2.0}),
        ("attempts must be an integer of at least 1, got True", {"attempts": True}),
        ("attempts must be an integer of at least 1, got None", {"attempts": None}),
        ("^first_wait must be a number, got str", {"first_wait": "1"}),
        ("^first_wait must be a number, got NoneType", {"first_wait": None}),
        ("^max_wait must be a number, got str", {"max_wait": "20"}),
        ("^max_wait must be a number, got list", {"max_wait": [20]}),
    ],
)
def test_invalid_policies(text: str, numbers: dict[str, Any]) -> None:
    """A number out of range, or no number, is rejected, and the error shows it."""
    with pytest.raises(ConfigurationError, match=text):
        RetryPolicy(**numbers)


@pytest.mark.parametrize("code", [*range(300, 501), 502, 503, 504])
def test_transient_statuses(code: int) -> None:
    """Every status that is retried is transient; all others below 500 are permanent."""
    assert (code in TRANSIENT | {429}) is is_transient(status(code))


@given(st.lists(st.integers(0, 4), max_size=60), st.randoms(use_true_random=False))
def test_the_quota_stays_in_bounds(failures: list[int], rng: Any) -> None:
    """However calls end and overlap, the quota stays between 0 and 100."""
    quota = RetryQuota()
    running: list[int] = []

    for fails in failures:
        spent = 0
        for attempt in range(1, fails + 1):
            decision = decide_with(LOST, attempt=attempt, quota=quota.left)
            if isinstance(decision, Stop):
                break
            quota.spend(decision.cost)
            spent += decision.cost
            assert 0 <= quota.left <= 100
        running.append(spent)
        while running and rng.random() < 0.5:
            quota.refund(running.pop(rng.randrange(len(running))))
            assert 0 <= quota.left <= 100


def test_the_quota_recovers() -> None:
    """A call that succeeds returns what its retries cost, and one more."""
    quota = RetryQuota()
    quota.spend(5)
    quota.spend(5)
    quota.refund(5)

    assert 96 == quota.left

    quota.refund(5)

    assert 100 == quota.left
