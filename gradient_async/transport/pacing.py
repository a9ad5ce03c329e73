"""Make requests wait their turn, first come, first served."""

from __future__ import annotations

import asyncio
import math
from collections import deque

import attrs

from gradient_async.errors import DeadlineExceededError
from gradient_async.transport.headers import Limits
from gradient_async.transport.sliding_log import RateLimit, SlidingLog


@attrs.frozen(eq=False)
class _Turn:
    """A place in the queue."""

    come: asyncio.Future[None]
    """Done when it is this one's turn, or when that would be too late."""
    deadline: float


class Pacer:
    """
    The queue in front of one token's limit.

    Belongs to one event loop, whose clock it reads. Costs a few microseconds while
    there is room, and one timer while there is none.
    """

    def __init__(self, rate_limit: RateLimit, *, max_in_flight: int) -> None:
        self._log = SlidingLog(rate_limit.windows, max_in_flight=max_in_flight)
        self._queue: deque[_Turn] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, deadline: float) -> None:
        """
        Wait until a request may be sent, and count it as sent.

        Every `acquire` that returns is followed by one `settle`.

        Raises:
            DeadlineExceededError: The limit has no room before the deadline, however
                short the queue; raised at once, with `retry_after`.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        ready_at = self._log.ready_at(now)
        if deadline <= ready_at < math.inf:
            raise _no_room(ready_at - now)
        if ready_at <= now and not self._queue:
            self._log.take()
            return
        turn = _Turn(loop.create_future(), deadline)
        self._queue.append(turn)
        self._admit()
        try:
            await turn.come
        except BaseException:
            if not turn.come.done():
                turn.come.cancel()
            elif not turn.come.cancelled() and turn.come.exception() is None:
                # The turn came in the very moment of the cancellation.
                self.settle(sent=False)
            raise

    def settle(self, *, sent: bool) -> None:
        """Note that a request has its answer, or was never sent at all."""
        self._log.settle(asyncio.get_running_loop().time(), sent=sent)
        self._admit()

    def learn(self, limits: Limits, *, refused: bool) -> None:
        """Take in what an answer says about the limit."""
        now = asyncio.get_running_loop().time()
        if limits.remaining is not None and limits.reset_in is not None:
            self._log.learn(now, remaining=limits.remaining, reset_in=limits.reset_in)
        wait = refusal_wait(limits) if refused else None
        if wait is not None:
            self._log.close(now, wait)
            self._refuse_the_late(now)
        self._admit()

    def _refuse_the_late(self, now: float) -> None:
        """End the wait of whoever could only be let in after the deadline."""
        opens_at = self._log.closed_until
        for turn in self._queue:
            if turn.deadline <= opens_at and not turn.come.done():
                turn.come.set_exception(_no_room(opens_at - now))

    def _admit(self) -> None:
        """Let in whoever may go now, and set the timer for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._queue:
            ready_at = self._log.ready_at(now)
            if self._queue[0].come.done():
                self._queue.popleft()
            elif ready_at <= now:
                self._log.take()
                self._queue.popleft().come.set_result(None)
            else:
                if ready_at < math.inf:
                    self._timer = loop.call_at(ready_at, self._admit)
                return


def refusal_wait(limits: Limits) -> float | None:
    """
    Tell how long a refused request should wait.

    `retry-after` comes with a minute's burst; for the hour there is only the reset.
    """
    return limits.reset_in if limits.retry_after is None else limits.retry_after


def _no_room(wait: float) -> DeadlineExceededError:
    msg = f"the token's rate limit has no room for another {wait:.0f} s"
    return DeadlineExceededError(msg, retry_after=wait)
