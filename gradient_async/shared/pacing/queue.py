"""The queue of one process for one token, whose limit all processes share."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import attrs

from gradient_async.shared.pacing.link import StoreLink
from gradient_async.shared.pacing.script import PacingReply, ask_server
from gradient_async.shared.pacing.state import Question, TokenState
from gradient_async.shared.store import SharedStore
from gradient_async.transport.pacing import Slot, no_room
from gradient_async.transport.rate_limit_headers import Limits


@attrs.frozen(eq=False)
class _Waiter:
    """One place in the queue."""

    admitted: asyncio.Future[Slot]
    deadline: float


@attrs.frozen(eq=False)
class SharedSlot:
    """Permission to send one request, of which all processes know."""

    _pacer: SharedPacer
    _number: int

    @property
    def is_revoked(self) -> bool:
        """Whether a request was refused since, or 5 seconds have passed."""
        return self._pacer.is_revoked(self._number)

    def release(self, *, sent: bool, limits: Limits | None = None) -> None:
        """Report the end of the request, see `Slot.release`."""
        self._pacer.release(self._number, sent=sent, limits=limits)


class SharedPacer:
    """
    Paces the requests of one token together with other processes.

    It needs no closing: it has a timer while requests wait or are in flight, and a task
    while a script runs.

    Args:
        store: The server.
        keys: The keys of the token.
        link: Whether the server responds.
        create_state: Creates what is known about the token, for each event loop.
    """

    def __init__(
        self,
        store: SharedStore,
        keys: Sequence[str],
        link: StoreLink,
        create_state: Callable[[], TokenState],
    ) -> None:
        self._store = store
        self._keys = keys
        self._link = link
        self._create_state = create_state
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reset()

    def _reset(self) -> None:
        self._state = self._create_state()
        self._queue: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[PacingReply] | None = None

    async def acquire(self, seconds_left: float) -> Slot:
        """
        Wait until a request may be sent, and count it as sent in all processes.

        Raises:
            ConfigurationError: Another event loop is using it.
            DeadlineExceededError: The limit allows no request within `seconds_left`;
                raised as soon as that is certain, with `retry_after`.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._move_to(loop)
        now = loop.time()
        deadline, earliest = now + seconds_left, self._state.certain_at(now)
        if deadline <= earliest:
            raise no_room(earliest - now)
        if not self._queue and (number := self._state.take(now, 1)) is not None:
            self._set_timer(now)
            return SharedSlot(self, number)
        waiter = _Waiter(loop.create_future(), deadline)
        self._queue.append(waiter)
        self._advance()
        try:
            return await waiter.admitted
        except BaseException:
            self._leave(waiter)
            raise

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve another event loop, if the one before it is closed."""
        self._link.bind(loop)
        self._loop = loop
        self._reset()

    def _leave(self, waiter: _Waiter) -> None:
        """Leave the queue early; a slot that came at that very moment is returned."""
        admitted = waiter.admitted
        if not admitted.done():
            admitted.cancel()
        elif not admitted.cancelled() and admitted.exception() is None:
            admitted.result().release(sent=False)

    def is_revoked(self, number: int) -> bool:
        """Return whether a slot must not be used any more."""
        return self._state.is_revoked(number, asyncio.get_running_loop().time())

    def release(self, number: int, *, sent: bool, limits: Limits | None) -> None:
        """Report the end of a request, see `Slot.release`."""
        # A call that is destroyed after its loop was closed has no time to report.
        if self._loop is None or self._loop.is_closed():
            return
        now, queued = self._loop.time(), len(self._queue)
        self._state.release(number, now, queued, sent=sent, limits=limits)
        self._reject_late(now)
        self._advance()

    def _reject_late(self, now: float) -> None:
        """End the wait of every request that could only be sent after its deadline."""
        earliest = self._state.certain_at(now)
        for waiter in self._queue:
            if now < earliest >= waiter.deadline and not waiter.admitted.done():
                waiter.admitted.set_exception(no_room(earliest - now))

    def _advance(self) -> None:
        """Do what is due now, and set the timer for what is due next."""
        assert self._loop is not None
        now = self._loop.time()
        self._admit(now)
        self._state.return_spares(now, len(self._queue))
        if self._is_over:
            return
        if self._asking is None and self._state.ask_at(now, len(self._queue)) <= now:
            self._ask(now)
        self._set_timer(now)

    @property
    def _is_over(self) -> bool:
        """Whether there is nothing to do: nobody waits, and the store was closed."""
        return self._store.is_closed and not self._queue

    def _admit(self, now: float) -> None:
        """Admit the requests for which there are slots, first come, first served."""
        while self._queue:
            admitted = self._queue[0].admitted
            if not admitted.done():
                number = self._state.take(now, len(self._queue))
                if number is None:
                    return
                admitted.set_result(SharedSlot(self, number))
            self._queue.popleft()

    def _ask(self, now: float) -> None:
        """Run the script in a task of its own, which no cancelled call interrupts."""
        assert self._loop is not None
        self._link.begin()
        question = self._state.ask(now, len(self._queue))
        asking = ask_server(self._store, self._keys, question.request)
        self._asking = self._loop.create_task(asking)
        self._asking.add_done_callback(partial(self._hear, question))

    def _hear(self, question: Question, asking: asyncio.Task[PacingReply]) -> None:
        """Adopt what the server has said, if anything."""
        assert self._loop is not None
        now = self._loop.time()
        self._asking = None
        if asking.cancelled() or self._is_over:
            self._state.lose(question)
            self._link.abandon()
            if self._queue:
                # Not at once: if the loop is about to end, those in it are, too.
                self._set_timer(now)
            return
        error = asking.exception()
        if error is None:
            self._link.succeed(now)
            self._state.adopt(question, asking.result(), now)
            self._reject_late(now)
        else:
            self._state.lose(question)
            self._link.fail(error, now)
        self._advance()

    def _set_timer(self, now: float) -> None:
        """Wake up when something is due, unless a script will do so."""
        assert self._loop is not None
        is_asking = self._asking is not None
        wake_at = self._state.wake_at(now, len(self._queue), is_asking=is_asking)
        if self._timer is not None:
            if self._timer.when() <= wake_at:
                return
            self._timer.cancel()
        self._timer = None
        if wake_at < math.inf:
            self._timer = self._loop.call_at(wake_at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._advance()
