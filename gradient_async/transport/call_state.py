"""One logical call while it runs."""

from __future__ import annotations

from typing import Final

import attrs
from tenacity import RetryCallState

from gradient_async.errors import StatusError, TransportError
from gradient_async.transport.wire import Request, Response

_NOT_FOUND: Final = 404


@attrs.define(eq=False)
class CallState:
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
    may_have_executed: bool = False
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
            return self.request.method == "DELETE" and self.may_have_executed
        return response.is_success


def call_state(state: RetryCallState) -> CallState:
    """Give the call that tenacity is at; it is the attempt's only argument."""
    call: CallState = state.args[0]
    return call
