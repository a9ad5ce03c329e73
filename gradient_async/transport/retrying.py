"""tenacity's retry loop, with every step computed from the call's own state."""

from __future__ import annotations

from tenacity import AsyncRetrying, DoAttempt, DoSleep, RetryCallState

from gradient_async.transport.call_state import call_state
from gradient_async.transport.wire import Response


class Retrying(AsyncRetrying):
    """
    Make attempts until the retry strategy ends the call.

    tenacity stores the steps of an iteration on the shared instance, where a task that
    starts eagerly within a step would overwrite them, and inspects each strategy anew,
    which takes a fifth of the time of a small call. So `iter` is replaced: it depends
    on nothing but the state passed to it.
    """

    def begin(self) -> None:
        """Keep no statistics: the shared instance would mix those of all calls."""

    async def iter(self, retry_state: RetryCallState) -> DoAttempt | DoSleep | Response:
        """Return the next step: an attempt, a sleep, or the response; or raise."""
        outcome = retry_state.outcome
        if outcome is None:
            return DoAttempt()
        if self.retry(retry_state):
            return DoSleep(call_state(retry_state).wait)
        response: Response = outcome.result()
        return response
