"""The retry loop: results, errors, waits, and calls started within other calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

import pytest
from tenacity import RetryCallState

from gradient_async import Attempt, Client
from gradient_async.errors import ConnectionLostError
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.call_state import CallState, call_state
from gradient_async.transport.retrying import Retrying
from tests.support.virtual_time import now

T = TypeVar("T")

OUTER, INNER = Response(status=200, body=b"outer"), Response(status=200, body=b"inner")


def create_call(path: str = "/") -> CallState:
    """Create the state of a call that has not begun."""
    return CallState(Request(method="GET", path=path), started=0.0, deadline=60.0)


class Script:
    """Attempts with these outcomes, in order, each one second long."""

    def __init__(self, *outcomes: Response | BaseException) -> None:
        self._outcomes = iter(outcomes)

    async def attempt(self, call: CallState) -> Response:
        """Return or raise the next outcome."""
        call.attempts += 1
        await asyncio.sleep(1)
        outcome = next(self._outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def retry_errors(state: RetryCallState) -> bool:
    """Retry twice after an error: the first time after 5 s, then after 10 s."""
    call = call_state(state)
    call.wait = 5.0 * call.attempts
    assert state.outcome is not None
    return state.outcome.failed and call.attempts < 3


async def test_a_result() -> None:
    """The result of the first attempt is returned at once."""
    began = now()

    assert OUTER is await Retrying(retry=retry_errors)(
        Script(OUTER).attempt, create_call()
    )
    assert pytest.approx(1.0) == now() - began


async def test_waits() -> None:
    """Before each retry, the loop sleeps as long as the strategy has decided."""
    script = Script(ConnectionLostError("a"), ConnectionLostError("b"), OUTER)
    call, began = create_call(), now()

    assert OUTER is await Retrying(retry=retry_errors)(script.attempt, call)
    assert pytest.approx(1.0 + 5.0 + 1.0 + 10.0 + 1.0) == now() - began
    assert 3 == call.attempts


async def test_the_last_error_is_raised() -> None:
    """If the strategy stops, the error of the last attempt is raised unchanged."""
    errors = [ConnectionLostError(name) for name in ("first", "second", "third")]

    with pytest.raises(ConnectionLostError) as caught:
        await Retrying(retry=retry_errors)(Script(*errors).attempt, create_call())

    assert errors[2] is caught.value
    assert caught.value.__cause__ is None


async def test_results_can_be_retried() -> None:
    """The strategy decides about results, too."""

    def retry_inner(state: RetryCallState) -> bool:
        assert state.outcome is not None
        return bool(state.outcome.result() is INNER)

    script = Script(INNER, INNER, OUTER)

    assert OUTER is await Retrying(retry=retry_inner)(script.attempt, create_call())


async def test_cancellation_of_an_attempt() -> None:
    """A cancellation that the strategy does not retry is raised."""
    script = Script(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await Retrying(retry=lambda _: False)(script.attempt, create_call())


async def test_concurrent_calls() -> None:
    """Calls that run concurrently through one loop keep their own states."""
    retrying = Retrying(retry=retry_errors)
    scripts = [
        Script(*[ConnectionLostError("lost")] * (number % 3), OUTER)
        for number in range(30)
    ]
    calls = [create_call() for _ in scripts]

    results: list[Response] = await asyncio.gather(
        *(
            retrying(script.attempt, call)
            for script, call in zip(scripts, calls, strict=True)
        )
    )

    assert [OUTER] * 30 == results
    assert [1, 2, 3] * 10 == [call.attempts for call in calls]


class Started(Generic[T]):
    """
    A coroutine that has run up to its first suspension, and continues when awaited.

    Its first step runs within the step of another coroutine, which is what tasks do
    that start eagerly (`asyncio.eager_task_factory`, Python 3.12).
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._awaited = coroutine.send(None)

    def __await__(self) -> Generator[Any, Any, T]:
        yield self._awaited
        return (yield from self._coroutine.__await__())


def run_to_the_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends within this step, and return its result."""
    with pytest.raises(StopIteration) as caught:
        coroutine.send(None)
    result: T = caught.value.value
    return result


@pytest.mark.parametrize("failures", [0, 1, 2])
async def test_a_call_started_within_a_step(failures: int) -> None:
    """A call started while another decides about a retry does not disturb it."""
    inner_calls: list[Started[Response]] = []
    inner = Script(*[ConnectionLostError("inner")] * failures, INNER)
    outer = Script(ConnectionLostError("outer"), OUTER)
    outer_call, inner_call = create_call("/outer"), create_call("/inner")

    def start_inner(state: RetryCallState) -> bool:
        if call_state(state) is outer_call and not inner_calls:
            inner_calls.append(Started(retrying(inner.attempt, inner_call)))
        return retry_errors(state)

    retrying = Retrying(retry=start_inner)
    began = now()

    assert OUTER is await retrying(outer.attempt, outer_call)
    assert pytest.approx(1.0 + 5.0 + 1.0) == now() - began
    assert INNER is await inner_calls[0]
    assert (2, failures + 1) == (outer_call.attempts, inner_call.attempts)


def fail_first(path: str) -> Callable[[Request], Response]:
    """Return a handler that fails the first request for a path."""
    seen: list[str] = []

    def handle(request: Request) -> Response:
        seen.append(request.path)
        status = 503 if request.path == path and seen.count(path) == 1 else 200
        return json_response({"path": request.path}, status=status)

    return handle


async def test_a_call_started_within_the_hook() -> None:
    """A call made in `on_attempt`, and started at once, does not disturb its caller."""
    transport = MemoryTransport(fail_first("/outer"))
    inner: list[object] = []

    def call_again(attempt: Attempt) -> None:
        if attempt.path == "/outer":
            inner.append(run_to_the_end(client.request("GET", "/inner")))

    client = Client("t", transport=transport, on_attempt=call_again)
    async with client:
        result = await client.request("GET", "/outer")

    assert {"path": "/outer"} == result
    assert [{"path": "/inner"}] * 2 == inner
    paths = [request.path for request in transport.requests]
    assert ["/outer", "/inner", "/outer", "/inner"] == paths
