"""The state of one logical call while it runs."""

from __future__ import annotations

from typing import Final

import attrs
from tenacity import RetryCallState

from gradient_async.errors import StatusError, TransportError
from gradient_async.transport.rate_limit_headers import Limits
from gradient_async.transport.wire import Request, Response

_NOT_FOUND: Final = 404
_UNKNOWN_LIMITS: Final = Limits()


@attrs.define(eq=False)
class CallState:
    """One logical call; times are of the event loop's clock."""

    request: Request
    started: float
    deadline: float
    account: str = ""
    """Name of the account; empty without one."""
    ended_at: float | None = None
    """When the response or an error ended it; None before."""
    attempts: int = 0
    """Number of attempts so far."""
    queued_at: float = 0.0
    """When the latest attempt began to wait for its turn."""
    sent_at: float = 0.0
    """When the latest attempt was sent."""
    is_in_flight: bool = False
    """Whether an attempt was sent, or began to connect, and has not ended."""
    request_id: str | None = None
    """The server's id of the latest attempt; None before its response."""
    limits: Limits = _UNKNOWN_LIMITS
    """What the response to the latest attempt says about the rate limit."""
    failure: TransportError | StatusError | None = None
    """Error of the latest attempt that failed."""
    may_have_executed: bool = False
    """Whether an attempt that failed may have taken effect nevertheless."""
    has_renewed_token: bool = False
    """Whether the token was fetched again after a 401, which happens once a call."""
    has_new_token: bool = False
    """Whether the latest attempt failed with a token that was replaced since."""
    wait: float = 0.0
    """Seconds until the next attempt."""
    spent: int = 0
    """What its retries cost of the client's quota."""
    reported: int = 0
    """Number of attempts whose end was handled."""

    def begin_attempt(self, now: float) -> None:
        """Count an attempt that is about to be sent."""
        self.sent_at = now
        self.attempts += 1
        self.request_id = None
        self.limits = _UNKNOWN_LIMITS
        self.has_new_token = False
        self.is_in_flight = True

    def is_fulfilled(self, response: Response) -> bool:
        """
        Return whether a response fulfils the call.

        A 404 on a retried DELETE does: an earlier attempt, whose response was lost,
        has deleted the object.
        """
        if response.status == _NOT_FOUND:
            return self.request.method == "DELETE" and self.may_have_executed
        return response.is_success


def call_state(state: RetryCallState) -> CallState:
    """Return the call that tenacity is running: the attempt's only argument."""
    call: CallState = state.args[0]
    return call
