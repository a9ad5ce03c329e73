"""Random sequences of faults on the wire: only documented errors escape."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import (
    Client,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    OutcomeUnknownError,
    PaginationError,
    RetryPolicy,
    StatusError,
    TransportError,
)
from tests.scenarios.leaks import count_fds, other_tasks, settle
from tests.support.examples import examples
from tests.support.raw_server import HANG, RawServer, raw_response
from tests.support.virtual_time import VirtualTimeLoop

DOCUMENTED = (
    DeadlineExceededError,
    DecodeError,
    OutcomeUnknownError,
    PaginationError,
    StatusError,
    TransportError,
)
"""What a call over a bad connection may raise."""

PAGE = b'{"jobs": [{"uuid": "a"}], "meta": {"page": 1, "pages": 3, "total": 3}}'
GZIP = "Content-Encoding: gzip"

SERVED = {
    "page": raw_response(PAGE),
    "job": raw_response(b'{"job": {"uuid": "a"}}'),
    "empty": raw_response(b""),
    "no content": raw_response(b"", status="204 No Content"),
    **{
        f"status {status}": raw_response(b'{"id": "x"}', status=f"{status} X")
        for status in (302, 400, 404, 408, 409, 429, 500, 502, 503, 504, 524)
    },
    "wait": raw_response(b"{}", "Retry-After: 5", status="429 Slow"),
    "wait for ever": raw_response(b"{}", "Retry-After: 99999", status="503 Slow"),
    "odd wait": raw_response(b"{}", "Retry-After: nan, -1", status="429 Slow"),
    "closed": b"",
    "hang": HANG,
    "half a status line": b"HTTP/1.",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "not HTTP": b"SSH-2.0-x\r\n\r\n",
    "odd status": b"HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\n{}",
    "cut body": raw_response(PAGE)[:-9],
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    ),
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
    "huge header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n{}",
    "bad gzip": raw_response(b"not gzip", GZIP),
    "cut gzip": raw_response(gzip.compress(PAGE)[:-9], GZIP),
    "bomb": raw_response(gzip.compress(b"0" * 2_000_000), GZIP),
    "unasked encoding": raw_response(PAGE, "Content-Encoding: br"),
    "HTML": raw_response(b"<html>"),
    "null": raw_response(b"null"),
    "wrong shape": raw_response(b'{"jobs": [5], "job": [], "meta": 7}'),
    "bad UTF-8": raw_response(b'{"jobs": ["\xff"]}'),
    "nested": raw_response(b"[" * 200_000),
    "lying counts": raw_response(b'{"jobs": [], "meta": {"pages": 999999999}}'),
    "no counts": raw_response(b'{"jobs": [{}], "links": {"pages": {"next": "x"}}}'),
}
"""What a connection serves, by name: responses and faults."""


async def get(client: Client) -> object:
    """Fetch one job."""
    return await client.indexing_jobs.get("a")


async def create(client: Client) -> object:
    """Send a request that is not safe to repeat."""
    return await client.request("POST", "/v2/x", json={})


async def read(client: Client) -> object:
    """Read a list."""
    return await client.iter_indexing_jobs(per_page=1).collect()


async def wait(client: Client) -> object:
    """Wait for jobs."""
    return await client.indexing_jobs.wait_all(["a", "b"], timeout=90)


ACTS: list[Callable[[Client], Awaitable[object]]] = [get, create, read, wait]


async def run(names: list[str], act: Callable[[Client], Awaitable[object]]) -> None:
    """Perform an act over these connections, and check what it leaves."""
    fds = count_fds()
    async with RawServer(*(SERVED[name] for name in names)) as server:
        async with Client(
            "token",
            base_url=server.url,
            timeout=50.0,
            retry=RetryPolicy(first_wait=0.1, max_wait=1.0),
            max_response_bytes=1_000_000,
        ) as client:
            started = asyncio.get_running_loop().time()
            error: GradientError | None = None
            try:
                await act(client)
            except DOCUMENTED as caught:
                error = caught
            elapsed = asyncio.get_running_loop().time() - started
            await settle()

            assert 0 == client._caller.lifetime.running
            assert not isinstance(error, ConfigurationError | ClientClosedError)
            assert error is None or str(error).isprintable()
            assert elapsed <= (100 if act is wait else 50 * 40)
        if act is create:
            _check_post(names, len(server.heads), error)
    await settle(20)

    assert set() == other_tasks()
    assert count_fds() <= fds


def _check_post(names: list[str], sent: int, error: GradientError | None) -> None:
    """Check that a POST was repeated only after refusals for the rate limit."""
    names += [names[-1]] * 4
    refused = {"status 429", "wait", "odd wait"}
    assert all(name in refused for name in names[: sent - 1])
    if names[sent - 1] in {"closed", "hang", "half a head", "cut body"}:
        assert isinstance(error, OutcomeUnknownError)


@settings(max_examples=examples(50))
@given(
    names=st.lists(st.sampled_from(sorted(SERVED)), min_size=1, max_size=8),
    act=st.sampled_from(ACTS),
)
def test_only_documented_errors_escape(
    names: list[str], act: Callable[[Client], Awaitable[object]]
) -> None:
    """Whatever happens to the connections, errors are typed, and nothing is left."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(run([*names], act))


@pytest.mark.parametrize("name", SERVED)
@pytest.mark.parametrize("act", ACTS, ids=lambda it: it.__name__)
async def test_each_fault(
    name: str, act: Callable[[Client], Awaitable[object]]
) -> None:
    """The same holds if every connection has the same fault."""
    await run([name], act)
