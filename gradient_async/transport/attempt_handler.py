"""Handle the end of each attempt: report it, and decide whether to retry."""

from __future__ import annotations

import asyncio
import random

from tenacity import RetryCallState

from gradient_async.errors import StatusError, TransportError
from gradient_async.transport.attempt import (
    Attempt,
    OnAttempt,
    is_observed,
    report_attempt,
)
from gradient_async.transport.call_state import CallState, call_state
from gradient_async.transport.retry import (
    Decision,
    Retry,
    RetryPolicy,
    RetryQuota,
    StopReason,
    decide,
    may_have_executed,
)
from gradient_async.transport.wire import Response


class AttemptHandler:
    """
    Report each attempt, decide whether to retry, and account for the retry quota.

    One object serves all calls of a client: the state of a call is in `CallState`.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        on_attempt: OnAttempt | None,
        quota: RetryQuota | None = None,
    ) -> None:
        self._policy = policy
        self._on_attempt = on_attempt
        self._quota = RetryQuota() if quota is None else quota

    def with_policy(self, policy: RetryPolicy) -> AttemptHandler:
        """Return a handler with another policy that shares the quota."""
        return AttemptHandler(policy, self._on_attempt, self._quota)

    def observe(self, on_attempt: OnAttempt) -> AttemptHandler:
        """Return a handler that also calls another function and shares the quota."""
        earlier = self._on_attempt

        def call_both(attempt: Attempt) -> None:
            on_attempt(attempt)
            if earlier is not None:
                earlier(attempt)

        return AttemptHandler(self._policy, call_both, self._quota)

    def __call__(self, state: RetryCallState) -> bool:
        """Return whether to make another attempt; tenacity's retry strategy."""
        call, outcome = call_state(state), state.outcome
        assert outcome is not None
        error = outcome.exception()
        if error is None:
            self._quota.refund(call.spent)
            # Most calls of most clients are not observed, and a report is not free.
            if is_observed(self._on_attempt):
                self._report(call, response=outcome.result())
            return False
        # A token known to be refused fails before its attempt begins.
        is_begun = call.attempts > call.reported
        if not isinstance(error, TransportError | StatusError) or not is_begun:
            return False
        call.reported = call.attempts
        return self._handle_failure(call, error)

    def _handle_failure(
        self, call: CallState, error: TransportError | StatusError
    ) -> bool:
        call.failure = error
        call.may_have_executed = call.may_have_executed or may_have_executed(error)
        decision = self._decide(call, error)
        if isinstance(decision, Retry):
            call.wait = decision.wait
            call.spent += decision.cost
            self._quota.spend(decision.cost)
            self._report(call, error=error, retry_in=decision.wait)
            return True
        if decision.reason is not StopReason.NOT_RETRYABLE:
            error.add_note(f"not retried: {decision.reason}")
        self._report(call, error=error)
        return False

    def _decide(self, call: CallState, error: TransportError | StatusError) -> Decision:
        return decide(
            error,
            policy=self._policy,
            idempotent=call.request.is_idempotent,
            attempt=call.attempts,
            time_left=call.deadline - asyncio.get_running_loop().time(),
            quota=self._quota.left,
            has_new_token=call.has_new_token,
            jitter=random.random(),  # noqa: S311  (not security-sensitive)
        )

    def _report(
        self,
        call: CallState,
        *,
        response: Response | None = None,
        error: TransportError | StatusError | None = None,
        retry_in: float | None = None,
    ) -> None:
        responded = error if isinstance(error, StatusError) else response
        attempt = Attempt(
            account=call.account,
            method=call.request.method,
            path=call.request.path,
            number=call.attempts,
            waited=call.sent_at - call.queued_at,
            seconds=asyncio.get_running_loop().time() - call.sent_at,
            status=None if responded is None else responded.status,
            request_id=call.request_id,
            remaining=call.limits.remaining,
            reset_in=call.limits.reset_in,
            error=None if error is None else type(error).__name__,
            retry_in=retry_in,
        )
        report_attempt(attempt, self._on_attempt)
