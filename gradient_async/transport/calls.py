"""
One logical call: attempts, deadline, pacing and retry quota around one request.

A deadline bounds everything: waiting for a turn, connecting, the body, the waits
between attempts. tenacity runs the attempts; `retry.decide` decides.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

import attrs
from tenacity import AsyncRetrying

from gradient_async.codec import JSON, Codec, decode_json
from gradient_async.errors import (
    ClientClosedError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    OutcomeUnknownError,
    StatusError,
    TransportError,
)
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.attempt_handler import AttemptHandler
from gradient_async.transport.call_state import CallState, call_state
from gradient_async.transport.credentials import Credentials
from gradient_async.transport.headers import read_limits
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.pacing import Pacer, refusal_wait
from gradient_async.transport.retry import RetryPolicy, may_have_executed
from gradient_async.transport.sanitize import sanitize
from gradient_async.transport.status import status_error
from gradient_async.transport.uploads import Uploads
from gradient_async.transport.wire import Request, Response, Transport

T = TypeVar("T")

_TOO_MANY_REQUESTS: Final = 429


class Caller:
    """
    Makes the calls of one account.

    May be used by many tasks at once, in one event loop.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        credentials: Credentials,
        codec: Codec,
        pacer: Pacer,
        retry: RetryPolicy,
        timeout: float,
        on_attempt: OnAttempt | None,
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._codec = codec
        self._pacer = pacer
        self._timeout = timeout
        self._lifetime = Lifetime()
        self.uploads: Uploads = Uploads(transport, self._lifetime)
        """Uploads of files, which go elsewhere than to the API."""
        # Called as a function: `async for attempt in` would keep one call's state
        # on this shared object.
        self._retrying = AsyncRetrying(
            retry=AttemptHandler(retry, on_attempt),
            wait=lambda state: call_state(state).wait,
            sleep=asyncio.sleep,
        )

    async def call(self, request: Request, shape: type[T]) -> T:
        """
        Make a call and decode its answer into an attrs class.

        Raises:
            ClientClosedError: The client was closed before the answer was in.
            ConfigurationError: The client belongs to another event loop.
            DeadlineExceededError: The answer was not in within the timeout.
            DecodeError: The answer is not of that shape.
            OutcomeUnknownError: A request not safe to repeat lost its answer.
            StatusError: The server refused.
            TransportError: No whole answer arrived in the last attempt.
        """
        return await self._decoded(
            request, lambda body: self._codec.decode(body, shape)
        )

    async def call_json(self, request: Request) -> JSON:
        """Make a call and decode its answer as plain JSON; None for no body."""
        return await self._decoded(
            request, lambda body: decode_json(body) if body else None
        )

    async def send(self, request: Request) -> None:
        """Make a call whose answer says nothing beyond its success."""
        await self._send(request)

    async def sleep(self, seconds: float) -> None:
        """
        Let time pass between calls that belong together.

        Raises:
            ClientClosedError: The client was closed before or meanwhile.
        """
        scope = asyncio.timeout(None)
        try:
            self._lifetime.enter(scope)
            async with scope:
                await asyncio.sleep(seconds)
        except TimeoutError:
            msg = "the client was closed meanwhile"
            raise ClientClosedError(msg) from None
        finally:
            self._lifetime.leave(scope)

    async def _decoded(self, request: Request, decode: Callable[[bytes], T]) -> T:
        call, response = await self._send(request)
        try:
            return decode(response.body)
        except DecodeError as error:
            error.request_id = call.request_id
            raise _during(error, call) from None

    async def _send(self, request: Request) -> tuple[CallState, Response]:
        now = asyncio.get_running_loop().time()
        call = CallState(request, started=now, deadline=now + self._timeout)
        scope = asyncio.timeout_at(call.deadline)
        try:
            self._lifetime.enter(scope)
            async with scope:
                return call, await self._retrying(self._attempt, call)
        except GradientError as error:
            failure, cause = _final(error, call)
        except TimeoutError:
            if not scope.expired():
                raise
            failure, cause = self._interrupted(call)
        finally:
            self._lifetime.leave(scope)
        # Raised out here, so that the error does not carry the frames that were
        # interrupted, whose variables hold headers.
        raise failure from cause

    async def _attempt(self, call: CallState) -> Response:
        clock = asyncio.get_running_loop().time
        secret = await self._credentials.current()
        call.queued_at = clock()
        await self._pacer.acquire(call.deadline)
        call.sent_at = clock()
        call.attempts += 1
        call.request_id = None
        call.on_the_wire = sent = True
        try:
            response = await self._transport.send(call.request, secret)
            call.on_the_wire = False
            limits = read_limits(response.headers, now=time.time())
            refused = response.status == _TOO_MANY_REQUESTS
            # Before the slot is free: a refusal closes the gate to whoever is next.
            self._pacer.learn(limits, refused=refused)
        except GradientError as error:
            call.on_the_wire = False
            # Any other error is the transport's refusal to send at all.
            sent = isinstance(error, TransportError) and error.sent
            raise
        finally:
            self._pacer.settle(sent=sent)
        if call.is_done(response):
            call.request_id = sanitize(response.request_id, secret)
            # What a 404 says is not the answer that was asked for.
            return response if response.is_success else attrs.evolve(response, body=b"")
        wait = refusal_wait(limits) if refused else limits.retry_after
        failure = status_error(call.request, response, retry_after=wait, secret=secret)
        call.request_id = failure.request_id
        raise failure

    def _interrupted(
        self, call: CallState
    ) -> tuple[GradientError, GradientError | None]:
        """Name what stopped a call, the deadline or the end of the client, and why."""
        reason: GradientError
        if self._lifetime.has_ended:
            reason = ClientClosedError("the client was closed meanwhile")
        else:
            reason = DeadlineExceededError(f"no answer within {self._timeout:g} s")
        _during(reason, call)
        if call.on_the_wire and not call.request.is_idempotent:
            return _unknown(call), reason
        return reason, call.failure

    @property
    def running(self) -> int:
        """How many calls run now."""
        return self._lifetime.running

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self._lifetime.has_ended

    async def aclose(self) -> None:
        """End what runs with `ClientClosedError` and let go of the connections."""
        try:
            await self._lifetime.end()
        finally:
            await self._transport.aclose()

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: connections and tokens do not travel."""
        msg = "what holds a client's connections cannot be pickled or copied"
        raise TypeError(msg)

    def __del__(self) -> None:
        """Warn once of a forgotten close, and let go of the connections."""
        if self._lifetime.has_begun and not self._lifetime.has_ended:
            text = "a Client was not closed; use `async with`, or `await aclose()`"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            self._transport.abandon()


def _during(error: GradientError, call: CallState) -> GradientError:
    """Note on an error how far the call had come."""
    elapsed = asyncio.get_running_loop().time() - call.started
    error.method = error.method or call.request.method
    error.path = error.path or call.request.path
    return error.during(attempts=call.attempts, elapsed=elapsed)


def _final(
    error: GradientError, call: CallState
) -> tuple[GradientError, BaseException | None]:
    """Turn the last attempt's error into the call's, with its cause."""
    _during(error, call)
    if isinstance(error, DeadlineExceededError):
        return error, call.failure
    is_unknown = isinstance(error, TransportError | StatusError) and may_have_executed(
        error
    )
    if is_unknown and not call.request.is_idempotent:
        return _unknown(call), error
    return error, error.__cause__


def _unknown(call: CallState) -> GradientError:
    text = "the answer was lost; it may or may not have been done"
    return _during(OutcomeUnknownError(text), call)
