"""What tenacity asks after each attempt: report it, and say whether to go on."""

from __future__ import annotations

import asyncio
import random

from tenacity import RetryCallState

from gradient_async.errors import StatusError, TransportError
from gradient_async.transport.attempt import Attempt, OnAttempt, report_attempt
from gradient_async.transport.call_state import CallState, call_state
from gradient_async.transport.retry import (
    Decision,
    RetryPolicy,
    RetryQuota,
    StopReason,
    Wait,
    decide,
    may_have_executed,
)
from gradient_async.transport.wire import Response


class AttemptHandler:
    """
    Decide, account for and report each attempt.

    One object serves all calls of a client: what belongs to one call is in `CallState`.
    It never awaits: tenacity keeps the state of a step on an object that is shared.
    """

    def __init__(self, policy: RetryPolicy, on_attempt: OnAttempt | None) -> None:
        self._policy = policy
        self._on_attempt = on_attempt
        self._quota = RetryQuota()

    def __call__(self, state: RetryCallState) -> bool:
        """Say whether there is another attempt."""
        call, outcome = call_state(state), state.outcome
        assert outcome is not None
        error = outcome.exception()
        if error is None:
            self._quota.earn(call.spent)
            self._report(call, response=outcome.result())
            return False
        if not isinstance(error, TransportError | StatusError):
            return False
        return self._after_failure(call, error)

    def _after_failure(
        self, call: CallState, error: TransportError | StatusError
    ) -> bool:
        call.failure = error
        call.may_have_executed = call.may_have_executed or may_have_executed(error)
        decision = self._decide(call, error)
        if isinstance(decision, Wait):
            call.wait = decision.seconds
            call.spent += decision.cost
            self._quota.spend(decision.cost)
            self._report(call, error=error, retry_in=decision.seconds)
            return True
        if decision.reason is not StopReason.NOT_RETRYABLE:
            error.add_note(f"not tried again: {decision.reason}")
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
            jitter=random.random(),  # noqa: S311  (no secret)
        )

    def _report(
        self,
        call: CallState,
        *,
        response: Response | None = None,
        error: TransportError | StatusError | None = None,
        retry_in: float | None = None,
    ) -> None:
        answer = error if isinstance(error, StatusError) else response
        attempt = Attempt(
            method=call.request.method,
            path=call.request.path,
            number=call.attempts,
            waited=call.sent_at - call.queued_at,
            seconds=asyncio.get_running_loop().time() - call.sent_at,
            status=None if answer is None else answer.status,
            request_id=call.request_id,
            error=None if error is None else type(error).__name__,
            retry_in=retry_in,
        )
        report_attempt(attempt, self._on_attempt)
