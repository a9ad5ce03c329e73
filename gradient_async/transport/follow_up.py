"""What tenacity asks after each attempt: report it, and say whether to go on."""

from __future__ import annotations

import asyncio
import random
from typing import Final

import attrs
from tenacity import RetryCallState

from gradient_async.errors import StatusError, TransportError
from gradient_async.transport.observe import Attempt, OnAttempt, observe
from gradient_async.transport.retry import (
    Decision,
    RetryPolicy,
    RetryQuota,
    StopReason,
    Wait,
    decide,
    may_be_done,
)
from gradient_async.transport.wire import Request, Response

_NOT_FOUND: Final = 404


@attrs.define(eq=False)
class Call:
    """One logical call while it runs; times are of the loop's clock."""

    request: Request
    started: float
    deadline: float
    attempts: int = 0
    queued_at: float = 0.0
    sent_at: float = 0.0
    on_the_wire: bool = False
    """Whether an attempt was begun, by connecting or later, that has not ended."""
    request_id: str | None = None
    """The server's name for the latest attempt, None before it answered one."""
    failure: TransportError | StatusError | None = None
    """How the latest attempt failed."""
    may_be_done: bool = False
    """Whether an attempt that failed may have been carried out nevertheless."""
    wait: float = 0.0
    """Seconds until the next attempt."""
    spent: int = 0
    """What its retries cost of the quota."""

    def is_done(self, response: Response) -> bool:
        """
        Tell whether an answer means that the call has reached its aim.

        What a DELETE no longer finds after an attempt whose answer was lost, that
        attempt has deleted, or somebody else has: it is gone, as was asked.
        """
        if response.status == _NOT_FOUND:
            return self.request.method == "DELETE" and self.may_be_done
        return response.is_success


def call_of(state: RetryCallState) -> Call:
    """Give the call that tenacity is at; it is the attempt's only argument."""
    call: Call = state.args[0]
    return call


class FollowUp:
    """
    Decide, account for and report each attempt.

    One object serves all calls of a client: what belongs to one call is in `Call`.
    It never awaits: tenacity keeps the state of a step on an object that is shared.
    """

    def __init__(self, policy: RetryPolicy, on_attempt: OnAttempt | None) -> None:
        self._policy = policy
        self._on_attempt = on_attempt
        self._quota = RetryQuota()

    def __call__(self, state: RetryCallState) -> bool:
        """Say whether there is another attempt."""
        call, outcome = call_of(state), state.outcome
        assert outcome is not None
        error = outcome.exception()
        if error is None:
            self._quota.earn(call.spent)
            self._report(call, response=outcome.result())
            return False
        if not isinstance(error, TransportError | StatusError):
            return False
        return self._after_failure(call, error)

    def _after_failure(self, call: Call, error: TransportError | StatusError) -> bool:
        call.failure = error
        call.may_be_done = call.may_be_done or may_be_done(error)
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

    def _decide(self, call: Call, error: TransportError | StatusError) -> Decision:
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
        call: Call,
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
        observe(attempt, self._on_attempt)
