"""Metrics of calls and attempts for Prometheus; pass both functions to a client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from gradient_async import Attempt, Call

CALLS = Histogram(
    "gradient_call_seconds",
    "Duration of calls, with their retries and waits",
    ["account", "operation", "outcome"],
)
ATTEMPTS = Counter(
    "gradient_attempts_total",
    "Requests sent, by HTTP status or by error",
    ["account", "outcome"],
)
WAITED = Counter(
    "gradient_wait_seconds_total",
    "Time that requests waited for the rate limit and for other requests",
    ["account"],
)
REMAINING = Gauge(
    "gradient_requests_remaining",
    "Requests left in the hour, as the latest response says",
    ["account"],
)


@contextmanager
def observe_call(call: Call) -> Iterator[None]:
    """Observe a call: `Client(on_call=observe_call)`."""
    started = time.perf_counter()
    outcome = "ok"
    try:
        yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        seconds = time.perf_counter() - started
        operation = call.operation or f"{call.method} request"
        CALLS.labels(call.account, operation, outcome).observe(seconds)


def observe_attempt(attempt: Attempt) -> None:
    """Observe an attempt: `Client(on_attempt=observe_attempt)`."""
    outcome = attempt.error or str(attempt.status)
    ATTEMPTS.labels(attempt.account, outcome).inc()
    WAITED.labels(attempt.account).inc(attempt.waited)
    if attempt.remaining is not None:
        REMAINING.labels(attempt.account).set(attempt.remaining)
