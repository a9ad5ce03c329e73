"""
Run calls: attempts, deadline, pacing and retries around one request.

The deadline covers everything: waiting for a slot, connecting, the body, and the waits
between attempts. tenacity runs the attempts; `retry.decide` decides about them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, NoReturn, TypeAlias, TypeVar

import attrs

from gradient_async.codec import JSON, Codec, decode_json
from gradient_async.codec.density import check_density
from gradient_async.codec.steps import STEP, decode_in_steps
from gradient_async.errors import (
    AuthenticationError,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    OutcomeUnknownError,
    StatusError,
    TransportError,
)
from gradient_async.stops import stop_error
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.attempt_handler import AttemptHandler
from gradient_async.transport.call import Call, OnCall
from gradient_async.transport.call_state import CallState
from gradient_async.transport.credentials import Credentials, Secret
from gradient_async.transport.echoes import check_echoes
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.pacing import Pacing
from gradient_async.transport.rate_limit_headers import Limits, read_limits
from gradient_async.transport.retry import may_have_executed
from gradient_async.transport.retrying import Retrying
from gradient_async.transport.sanitize import sanitize
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.status import status_error
from gradient_async.transport.token_status import TokenStatus
from gradient_async.transport.wire import Request, Response, Transport

T = TypeVar("T")

Gate: TypeAlias = AbstractAsyncContextManager[object, bool | None]
"""What a request holds while it is in flight, such as a semaphore."""

_TOO_MANY_REQUESTS: Final = 429

# A call that has waited longer, in seconds, asks for the token again before it is sent.
_TOKEN_AGE: Final = 1.0


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Caller:
    """
    Runs the calls of one account.

    Many tasks of one event loop may use it at once.
    """

    account: str
    """Name of the account; empty without one."""
    transport: Transport
    credentials: Credentials
    base_url: str
    retrieval_url: str
    """Base URL of the host that searches knowledge bases."""
    retrieval_pacing: Pacing
    """Paces searches, which do not count towards the API's rate limit."""
    codec: Codec
    find_pacing: Callable[[Secret], Pacing]
    """Return what keeps to the rate limit of a token."""
    rate_limit: RateLimit
    """The rate limit of each token."""
    gate: Gate
    """Caps the requests of this client that are in flight."""
    shared_gate: Gate
    """Caps the requests of all clients that share it."""
    timeout: float
    attempt_handler: AttemptHandler
    on_call: OnCall | None = None
    """Returns what is entered around each call; None if nothing is."""
    lifetime: Lifetime
    token_status: TokenStatus
    headers: Mapping[str, str] = attrs.field(factory=dict)
    """Headers to send with each request, besides its own."""
    _retrying: Retrying = attrs.field(init=False)

    @_retrying.default
    def _create_retrying(self) -> Retrying:
        return Retrying(retry=self.attempt_handler)

    def observe(self, on_attempt: OnAttempt) -> Caller:
        """Return a view whose attempts are reported to a function, too."""
        handler = self.attempt_handler.observe(on_attempt)
        return attrs.evolve(self, attempt_handler=handler)

    def for_retrieval(self) -> Caller:
        """Return a view whose calls go to the host that searches knowledge bases."""
        return attrs.evolve(
            self,
            base_url=self.retrieval_url,
            find_pacing=lambda _: self.retrieval_pacing,
            # What that host says of limits and tokens is not about the API's.
            token_status=TokenStatus(),
        )

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

        A large response is decoded before, in steps.

        Raises:
            GradientError: See `call`; a `DecodeError` may be raised by the function.
        """
        call, response = await self._run(request)
        if len(response.body) > STEP:
            decoded = await self._decode_in_steps(call, response.body, cls)
            return lambda: decoded
        return lambda: _decode(call, lambda: self._decode_at_once(response, cls, call))

    def _decode_at_once(self, response: Response, cls: type[T], call: CallState) -> T:
        check_density(response.body)
        decoded = self.codec.decode(response.body, cls)
        check_echoes(decoded, call.request.echoes)
        return decoded

    async def _decode_in_steps(self, call: CallState, body: bytes, cls: type[T]) -> T:
        try:
            decoded = await decode_in_steps(self.codec, body, cls)
            check_echoes(decoded, call.request.echoes)
        except DecodeError as error:
            raise _complete(error, call) from None
        return decoded

    async def call_json(self, request: Request) -> JSON:
        """Make a call and return the response as plain JSON; None for no body."""
        call, response = await self._run(request)
        if not response.body:
            return None
        return _decode(call, lambda: _decode_json(response.body))

    async def fetch_json(
        self, request: Request, read: Callable[[JSON], T]
    ) -> Callable[[], T]:
        """
        Make a call, and return a function that applies `read` to the response's JSON.

        Raises:
            GradientError: See `call`; a `DecodeError` is raised by the function.
        """
        call, response = await self._run(request)
        return lambda: _decode(call, lambda: read(_decode_json(response.body)))

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
            self.lifetime.enter(scope, is_sleep=True)
            async with scope:
                await asyncio.sleep(seconds)
        except TimeoutError:
            msg = "the client was closed during the call"
            raise ClientClosedError(msg) from None
        finally:
            self.lifetime.leave(scope)

    async def fingerprint(self) -> str:
        """
        Return what identifies the account: 16 hex digits; another token changes them.

        Raises:
            ClientClosedError: The client was closed before.
            ConfigurationError: The token is invalid.
            DeadlineExceededError: The function for the token did not return in time.
            TokenError: The function for the token failed.
        """
        scope = asyncio.timeout(self.timeout)
        try:
            self.lifetime.enter(scope)
            async with scope:
                secret = await self.credentials.current()
        except GradientError as error:
            failure = error
        except TimeoutError:
            failure = self._end_early("token")
        else:
            return secret.fingerprint(self.base_url)
        finally:
            self.lifetime.leave(scope)
        self.token_status.record(failure)
        raise failure.complete(account=self.account) from failure.__cause__

    async def _run(self, request: Request) -> tuple[CallState, Response]:
        """Run a call to its end, within what `on_call` returns."""
        if self.on_call is None:
            return await self._execute(request)
        call = Call(
            account=self.account,
            operation=request.operation,
            method=request.method,
            route=request.route,
        )
        try:
            with self.on_call(call):
                return await self._execute(request)
        except StopAsyncIteration as stop:
            raise stop_error(stop) from stop
        msg = "the context manager of on_call suppressed the error of a call"
        raise ConfigurationError(msg)

    async def _execute(self, request: Request) -> tuple[CallState, Response]:
        # Also for the end: a call may be destroyed after its event loop was closed.
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self.headers:
            headers = {**request.headers, **self.headers}
            request = attrs.evolve(request, headers=headers)
        call = CallState(request, now, now + self.timeout, self.account)
        scope = asyncio.timeout_at(call.deadline)
        try:
            self.lifetime.enter(scope)
            async with scope:
                response: Response = await self._retrying(self._attempt, call)
                self.token_status.record(None)
                return call, response
        except GradientError as error:
            failure, cause = _call_error(error, call)
        except StopAsyncIteration as stop:
            # Of the hook, or of a transport, gate or pacing passed in.
            raise stop_error(stop) from stop
        except TimeoutError:
            if not scope.expired():
                raise
            failure, cause = self._interruption(call)
        finally:
            call.ended_at = loop.time()
            self.lifetime.leave(scope)
        self.token_status.record(failure)
        # Raised here so that the traceback omits the interrupted frames, whose
        # variables hold headers.
        raise failure from cause

    async def _attempt(self, call: CallState) -> Response:
        call.queued_at = asyncio.get_running_loop().time()
        async with self.gate:
            sent = await self._send(call, may_requeue=True)
            while sent is None:
                # A token that is new each time would wait forever.
                sent = await self._send(call, may_requeue=False)
        response, call.limits, secret = sent
        if call.is_fulfilled(response):
            call.request_id = sanitize(response.request_id, secret)
            # A 404 that counts as success has no payload to return.
            return response if response.is_success else attrs.evolve(response, body=b"")
        failure = status_error(
            call.request, response, retry_after=call.limits.wait, secret=secret
        )
        call.request_id = failure.request_id
        if isinstance(failure, AuthenticationError):
            now = asyncio.get_running_loop().time()
            self.token_status.refuse(secret, failure, now)
            call.failure = failure
            await self._renew_token(call, secret)
        raise failure

    async def _renew_token(self, call: CallState, refused: Secret) -> None:
        """Find out, once a call, whether a refused token was replaced meanwhile."""
        if not call.has_renewed_token:
            call.has_renewed_token = True
            call.has_new_token = await self.credentials.renew(refused)

    async def _send(
        self, call: CallState, *, may_requeue: bool
    ) -> tuple[Response, Limits, Secret] | None:
        """Send the request when its turn comes; return None if it has to wait again."""
        clock = asyncio.get_running_loop().time
        secret, fetched_at = await self.credentials.current(), clock()
        self.token_status.check(secret, fetched_at)
        pacing = self.find_pacing(secret)
        slot = await pacing.acquire(call.deadline - clock())
        sent, limits = False, None
        try:
            # The innermost gate: a client that waits for its own limit must not hold
            # what other clients could use.
            async with self.shared_gate:
                if slot.is_revoked:
                    return None
                current = await self._refresh(secret, fetched_at)
                if self.find_pacing(current) is pacing:
                    secret = current
                elif may_requeue:
                    return None
                response = await self._exchange(call, secret)
                call.is_in_flight = False
            sent, limits = True, self._read_limits(response)
        except GradientError as error:
            call.is_in_flight = False
            # Any other error means that the transport did not send the request.
            sent = isinstance(error, TransportError) and error.sent
            raise
        finally:
            slot.release(sent=sent or call.is_in_flight, limits=limits)
        return response, limits, secret

    async def _refresh(self, secret: Secret, fetched_at: float) -> Secret:
        """Return the token of this moment, if it was fetched long ago."""
        if asyncio.get_running_loop().time() - fetched_at < _TOKEN_AGE:
            return secret
        return await self.credentials.current()

    async def _exchange(self, call: CallState, secret: Secret) -> Response:
        now = asyncio.get_running_loop().time()
        is_probe = self.token_status.begin(secret, now)
        call.begin_attempt(now)
        status = None
        try:
            response = await self.transport.send(
                call.request, base_url=self.base_url, token=secret
            )
            status = response.status
        finally:
            if is_probe:
                self.token_status.end_probe(secret, status)
        return response

    def _end_early(self, missing: str) -> GradientError:
        """Return why a call's timeout has expired before something arrived."""
        if self.lifetime.has_interrupted:
            return ClientClosedError("the client was closed during the call")
        text = f"no {missing} within {self.timeout:g} s"
        return DeadlineExceededError(text, account=self.account)

    def _read_limits(self, response: Response) -> Limits:
        now, refused = time.time(), response.status == _TOO_MANY_REQUESTS
        limits = read_limits(response.headers, now=now, refused=refused)
        self.token_status.limits, self.token_status.limits_at = limits, now
        return limits

    def _interruption(
        self, call: CallState
    ) -> tuple[GradientError, GradientError | None]:
        """Return the error for a call ended early, and its cause."""
        reason = _complete(self._end_early("response"), call)
        if call.is_in_flight and not call.request.is_idempotent:
            return _outcome_unknown(call), reason
        return reason, call.failure

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: connections and tokens cannot be pickled or copied."""
        msg = "a Client's connections cannot be pickled or copied"
        raise TypeError(msg)


def _decode_json(body: bytes) -> JSON:
    check_density(body)
    return decode_json(body)


def _decode(call: CallState, decode: Callable[[], T]) -> T:
    """Decode the response of a call; an error has the facts of the call."""
    try:
        return decode()
    except DecodeError as error:
        raise _complete(error, call) from None


def _complete(error: GradientError, call: CallState) -> GradientError:
    """Fill in the request and the progress of the call."""
    return error.complete(
        account=call.account,
        method=call.request.method,
        path=call.request.path,
        attempts=call.attempts,
        elapsed=(call.ended_at or asyncio.get_running_loop().time()) - call.started,
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
