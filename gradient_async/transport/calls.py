"""
Run calls: attempts, deadline, pacing and retries around one request.

The deadline covers everything: waiting for a slot, connecting, the body, and the waits
between attempts. tenacity runs the attempts; `retry.decide` decides about them.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, NoReturn, TypeAlias, TypeVar

import attrs

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
from gradient_async.transport.call_state import CallState
from gradient_async.transport.credentials import Credentials, Secret
from gradient_async.transport.headers import Limits, read_limits
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.pacing import Pacing, Slot
from gradient_async.transport.retry import may_have_executed
from gradient_async.transport.retrying import Retrying
from gradient_async.transport.sanitize import sanitize
from gradient_async.transport.status import status_error
from gradient_async.transport.wire import Request, Response, Transport

T = TypeVar("T")

Gate: TypeAlias = AbstractAsyncContextManager[object, bool | None]
"""What a request holds while it is in flight, such as a semaphore."""

_TOO_MANY_REQUESTS: Final = 429


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Caller:
    """
    Runs the calls of one account.

    Many tasks of one event loop may use it at once.
    """

    transport: Transport
    owns_transport: bool
    """Whether closing the client closes the transport."""
    credentials: Credentials
    base_url: str
    codec: Codec
    pacing: Pacing
    """Keeps to the token's rate limit."""
    gate: Gate
    """Caps the requests of this client that are in flight."""
    shared_gate: Gate
    """Caps the requests of all clients that share it."""
    timeout: float
    retrying: Retrying
    lifetime: Lifetime = attrs.field(factory=Lifetime, init=False)

    async def call(self, request: Request, cls: type[T]) -> T:
        """
        Make a call and decode the response into an attrs class.

        Raises:
            ClientClosedError: The client was closed before the response arrived.
            ConfigurationError: The client belongs to another event loop.
            DeadlineExceededError: The call did not finish within the timeout.
            DecodeError: The response does not have this shape.
            OutcomeUnknownError: The response to a request that is not safe to repeat
                was lost.
            StatusError: The response status is not 2xx.
            TokenError: The token could not be obtained.
            TransportError: The last attempt received no complete response.
        """
        return (await self.fetch(request, cls))()

    async def fetch(self, request: Request, cls: type[T]) -> Callable[[], T]:
        """
        Make a call, and return a function that decodes the response when called.

        Raises:
            GradientError: See `call`; a `DecodeError` is raised by the function.
        """
        call, response = await self._run(request)
        return lambda: _decode(call, lambda: self.codec.decode(response.body, cls))

    async def call_json(self, request: Request) -> JSON:
        """Make a call and return the response as plain JSON; None for no body."""
        call, response = await self._run(request)
        if not response.body:
            return None
        return _decode(call, lambda: decode_json(response.body))

    async def send(self, request: Request) -> None:
        """Make a call and ignore the body of the response."""
        await self._run(request)

    async def sleep(self, seconds: float) -> None:
        """
        Sleep between related calls.

        Raises:
            ClientClosedError: The client was closed before or during the sleep.
        """
        scope = asyncio.timeout(None)
        try:
            self.lifetime.enter(scope)
            async with scope:
                await asyncio.sleep(seconds)
        except TimeoutError:
            msg = "the client was closed during the call"
            raise ClientClosedError(msg) from None
        finally:
            self.lifetime.leave(scope)

    async def _run(self, request: Request) -> tuple[CallState, Response]:
        now = asyncio.get_running_loop().time()
        call = CallState(request, started=now, deadline=now + self.timeout)
        scope = asyncio.timeout_at(call.deadline)
        try:
            self.lifetime.enter(scope)
            async with scope:
                return call, await self.retrying(self._attempt, call)
        except GradientError as error:
            failure, cause = _call_error(error, call)
        except TimeoutError:
            if not scope.expired():
                raise
            failure, cause = self._interruption(call)
        finally:
            self.lifetime.leave(scope)
        # Raised here so that the traceback omits the interrupted frames, whose
        # variables hold headers.
        raise failure from cause

    async def _attempt(self, call: CallState) -> Response:
        secret = await self.credentials.current()
        clock = asyncio.get_running_loop().time
        call.queued_at = clock()
        async with self.gate:
            slot = await self.pacing.acquire(call.deadline - clock())
            response, limits = await self._send(call, secret, slot)
        if call.is_fulfilled(response):
            call.request_id = sanitize(response.request_id, secret)
            # A 404 that counts as success has no payload to return.
            return response if response.is_success else attrs.evolve(response, body=b"")
        failure = status_error(
            call.request, response, retry_after=limits.wait, secret=secret
        )
        call.request_id = failure.request_id
        raise failure

    async def _send(
        self, call: CallState, secret: Secret, slot: Slot
    ) -> tuple[Response, Limits]:
        sent, limits = False, None
        try:
            # The innermost gate: a client that waits for its own limit must not hold
            # what other clients could use.
            async with self.shared_gate:
                call.begin_attempt(asyncio.get_running_loop().time())
                sent = True
                response = await self.transport.send(
                    call.request, base_url=self.base_url, token=secret
                )
            call.is_in_flight = False
            limits = _read_limits(response)
        except GradientError as error:
            call.is_in_flight = False
            # Any other error means that the transport did not send the request.
            sent = isinstance(error, TransportError) and error.sent
            raise
        finally:
            slot.release(sent=sent, limits=limits)
        return response, limits

    def _interruption(
        self, call: CallState
    ) -> tuple[GradientError, GradientError | None]:
        """Return the error for a call ended early, and its cause."""
        reason: GradientError
        if self.lifetime.has_ended:
            reason = ClientClosedError("the client was closed during the call")
        else:
            reason = DeadlineExceededError(f"no response within {self.timeout:g} s")
        _complete(reason, call)
        if call.is_in_flight and not call.request.is_idempotent:
            return _outcome_unknown(call), reason
        return reason, call.failure

    async def aclose(self) -> None:
        """End running calls with `ClientClosedError`, and close an own transport."""
        try:
            await self.lifetime.end()
        finally:
            if self.owns_transport:
                await self.transport.aclose()

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: connections and tokens cannot be pickled or copied."""
        msg = "a Client's connections cannot be pickled or copied"
        raise TypeError(msg)

    def __del__(self) -> None:
        """Warn about an unclosed client, and drop its connections."""
        if self.lifetime.has_begun and not self.lifetime.has_ended:
            text = "unclosed Client: use `async with` or `await client.aclose()`"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            if self.owns_transport:
                self.transport.abandon()


def _read_limits(response: Response) -> Limits:
    refused = response.status == _TOO_MANY_REQUESTS
    return read_limits(response.headers, now=time.time(), refused=refused)


def _decode(call: CallState, decode: Callable[[], T]) -> T:
    """Decode the response of a call; an error has the facts of the call."""
    try:
        return decode()
    except DecodeError as error:
        raise _complete(error, call) from None


def _complete(error: GradientError, call: CallState) -> GradientError:
    """Fill in the request and the progress of the call."""
    return error.complete(
        method=call.request.method,
        path=call.request.path,
        attempts=call.attempts,
        elapsed=asyncio.get_running_loop().time() - call.started,
        request_id=call.request_id,
    )


def _call_error(
    error: GradientError, call: CallState
) -> tuple[GradientError, BaseException | None]:
    """Convert the last attempt's error into the call's error and its cause."""
    _complete(error, call)
    if isinstance(error, DeadlineExceededError):
        return error, call.failure
    if (
        isinstance(error, TransportError | StatusError)
        and may_have_executed(error)
        and not call.request.is_idempotent
    ):
        return _outcome_unknown(call), error
    return error, error.__cause__


def _outcome_unknown(call: CallState) -> GradientError:
    text = "the response was lost; the request may or may not have taken effect"
    return _complete(OutcomeUnknownError(text), call)
