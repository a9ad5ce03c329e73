"""One logical call: its attempts, retries, deadline and outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import aiohttp
import pytest

from gradient_async import (
    Attempt,
    Client,
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimit,
    RateLimitError,
    ResponseTooLargeError,
    RetryPolicy,
    ServerError,
    TokenError,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.credentials import Secret
from tests.support.raw_server import RawServer, raw_response
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


@pytest.mark.parametrize(
    "status",
    [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 529, 530],
)
async def test_transient_failures_are_retried(
    status: int, api: Emulator, client: Client
) -> None:
    """A GET is retried after each transient failure until it succeeds."""
    api.fail(Fault(status=status, times=2))

    await client.request("GET", LIST)

    assert [status, status, 200] == [request.status for request in api.requests]


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 409, 410, 418, 422, 501, 505, 526]
)
async def test_permanent_failures_are_not_retried(
    status: int, api: Emulator, client: Client
) -> None:
    """A GET that fails permanently is sent once."""
    api.fail(Fault(status=status, times=None))

    with pytest.raises(GradientError) as caught:
        await client.request("GET", LIST)

    assert 1 == caught.value.attempts == len(api.requests)


async def test_attempts_are_requests(api: Emulator, client: Client) -> None:
    """Each attempt counted is one request to the server, dropped ones included."""
    api.fail(Fault(drop=True, times=None))

    with pytest.raises(ConnectionLostError) as caught:
        await client.request("GET", LIST)

    assert 4 == caught.value.attempts == len(api.requests)
    assert ("GET", LIST) == (caught.value.method, caught.value.path)
    assert ["not retried: all attempts are used up"] == caught.value.__notes__


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        *((ConnectionLostError, it) for it in (Fault(drop=True), Fault(cut=5))),
        *((ServerError, Fault(status=it)) for it in (502, 504, 520, 524)),
    ],
)
async def test_a_post_that_lost_its_response(
    cause: type[GradientError], fault: Fault, api: Emulator, client: Client
) -> None:
    """A POST whose response was lost, here or by a gateway, has an unknown outcome."""
    api.fail(fault)

    with pytest.raises(OutcomeUnknownError) as caught:
        await client.request("POST", LIST, json={})

    assert 1 == caught.value.attempts == len(api.requests)
    assert isinstance(caught.value.__cause__, cause)


@pytest.mark.parametrize("status", [408, 500, 503, 526, 529, 530])
async def test_a_post_that_failed(status: int, api: Emulator, client: Client) -> None:
    """A POST that failed on the server is not retried and raises that failure."""
    api.fail(Fault(status=status))

    with pytest.raises(GradientError, match=str(status)) as caught:
        await client.request("POST", LIST, json={})

    assert 1 == caught.value.attempts == len(api.requests)


@pytest.mark.parametrize("status", [521, 522, 523, 525])
async def test_a_post_that_cloudflare_did_not_pass_on(
    status: int, api: Emulator, client: Client
) -> None:
    """A POST that did not get from Cloudflare to the API is retried."""
    page = b"<!DOCTYPE html><html><title>api | 5xx</title></html>"
    api.fail(Fault(status=status, body=page, content_type="text/html"))

    with pytest.raises(GradientError, match="405"):
        await client.request("POST", "/v2/gen-ai/regions", json={})

    assert [status, 405] == [request.status for request in api.requests]


async def test_a_challenge_page(api: Emulator, client: Client) -> None:
    """Cloudflare's challenge is a 403 that does not blame the scopes of the token."""
    page = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
    headers = {"cf-ray": "8f-FRA", "cf-mitigated": "challenge"}
    api.fail(Fault(status=403, body=page, content_type="text/html", headers=headers))

    with pytest.raises(PermissionDeniedError, match="Just a moment") as caught:
        await client.request("GET", LIST)

    assert 1 == len(api.requests)
    assert "scopes" not in str(caught.value)
    assert "the response is not from the api" in str(caught.value).lower()
    assert "8f-FRA" == caught.value.cf_ray


async def test_a_post_that_was_refused(api: Emulator, client: Client) -> None:
    """A POST that the rate limit refused was not executed, so it is retried."""
    api.fail(Fault(status=429, headers={"retry-after": "3"}))
    began = now()

    with pytest.raises(GradientError, match="405"):
        await client.request("POST", "/v2/gen-ai/regions", json={})

    assert [429, 405] == [request.status for request in api.requests]
    assert 3.0 == pytest.approx(now() - began, abs=0.1)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_delete_whose_response_was_lost(
    status: int, api: Emulator, client: Client
) -> None:
    """A 404 on the retry of a DELETE whose response was lost counts as success."""
    path = f"/v2/gen-ai/knowledge_bases/{api.knowledge_bases()[0]['uuid']}"
    api.fail(Fault(method="DELETE", lose=True), Fault(method="DELETE", status=status))

    result = await client.request("DELETE", path)

    assert result is None
    assert [None, status, 404] == [request.status for request in api.requests]


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [Fault(status=429, headers={"retry-after": "1"})],
        [Fault(status=429), Fault(status=429)],
        [Fault(status=503), Fault(status=500), Fault(status=408)],
    ],
)
async def test_a_delete_of_nothing(
    faults: list[Fault], api: Emulator, client: Client
) -> None:
    """A 404 is an error if no earlier attempt can have executed the DELETE."""
    api.fail(*faults)

    with pytest.raises(NotFoundError):
        await client.request("DELETE", "/v2/gen-ai/knowledge_bases/nothing")

    assert 404 == api.requests[-1].status


@pytest.mark.parametrize("status", [502, 504, 520, 524])
async def test_a_delete_whose_response_a_gateway_lost(
    status: int, api: Emulator, client: Client
) -> None:
    """A 404 counts as success, too, if a gateway lost the response."""
    api.fail(Fault(status=status))

    result = await client.request("DELETE", "/v2/gen-ai/knowledge_bases/gone")

    assert result is None


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_only_a_delete_succeeds_with_404(
    method: str, api: Emulator, client: Client
) -> None:
    """For other methods, a 404 after a lost response is an error."""
    api.fail(Fault(drop=True))

    with pytest.raises(NotFoundError):
        await client.request(
            method, "/v2/gen-ai/knowledge_bases/nothing", json={"name": "x"}
        )


async def test_the_hook_sees_a_lost_delete(api: Emulator) -> None:
    """The hook sees the lost attempt and the 404 that counts as success."""
    seen: list[tuple[int | None, str | None]] = []
    path = f"/v2/gen-ai/knowledge_bases/{api.knowledge_bases()[0]['uuid']}"
    api.fail(Fault(method="DELETE", lose=True))
    async with Client(
        api.token,
        base_url=api.url,
        on_attempt=lambda it: seen.append((it.status, it.error)),
    ) as client:
        await client.request("DELETE", path)

    assert [(None, "ConnectionLostError"), (404, None)] == seen


async def test_a_post_that_was_not_sent() -> None:
    """A POST that could not connect is retried."""
    seen: list[Attempt] = []
    async with RawServer(b"") as server:
        url = server.url
    async with Client("t", base_url=url, on_attempt=seen.append) as client:
        with pytest.raises(ConnectError) as caught:
            await client.request("POST", LIST, json={})

    assert 4 == caught.value.attempts == len(seen)


async def test_retry_after_past_the_deadline(api: Emulator, client: Client) -> None:
    """A 429 with `retry-after: 3600` raises at once, with the wait in the error."""
    api.fail(Fault(status=429, headers={"retry-after": "3600"}))
    began = now()

    with pytest.raises(RateLimitError) as caught:
        await client.request("GET", LIST)

    assert 3600 == caught.value.retry_after
    assert 0.0 == pytest.approx(now() - began, abs=0.1)
    assert 1 == len(api.requests)


async def test_hourly_limit_reports_its_reset(api: Emulator, client: Client) -> None:
    """A 429 without `retry-after` raises with the wait until `ratelimit-reset`."""
    headers = {
        "date": "Sun, 01 Nov 2026 12:00:00 GMT",
        "ratelimit-reset": str(1793534400 + 2400),
    }
    api.fail(Fault(status=429, headers=headers))

    with pytest.raises(RateLimitError) as caught:
        await client.request("GET", LIST)

    assert 2400.0 == caught.value.retry_after


async def test_slow_body_ends_at_the_deadline(api: Emulator, client: Client) -> None:
    """A body that arrives byte by byte ends at the deadline."""
    api.fail(Fault(drip=1.0, times=None))
    began = now()

    with pytest.raises(DeadlineExceededError) as caught:
        await client.request("GET", LIST)

    assert 60.0 == pytest.approx(now() - began, abs=0.1)
    assert 60.0 == pytest.approx(caught.value.elapsed, abs=0.1)
    assert isinstance(caught.value, TimeoutError)


async def test_silent_server_gets_two_attempts(api: Emulator, client: Client) -> None:
    """A silent server takes no longer than the deadline."""
    api.fail(Fault(hang=True, times=None))
    began = now()

    with pytest.raises(DeadlineExceededError) as caught:
        await client.request("GET", LIST)

    assert now() - began <= 60.1
    assert 2 == caught.value.attempts == len(api.requests)


async def test_deadline_has_the_previous_failure_as_cause(
    api: Emulator, client: Client
) -> None:
    """The deadline's error has the failure of the previous attempt as its cause."""
    api.fail(Fault(status=503), Fault(drip=1.0))

    with pytest.raises(DeadlineExceededError) as caught:
        await client.request("GET", LIST)

    assert isinstance(caught.value.__cause__, ServerError)
    assert 2 == caught.value.attempts


async def test_the_callers_own_timeout(api: Emulator, client: Client) -> None:
    """A timeout set by the caller raises TimeoutError, not DeadlineExceededError."""
    api.fail(Fault(hang=True))

    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(1):
            await client.request("GET", LIST)

    assert not isinstance(caught.value, GradientError)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([Fault(hang=True)], id="in flight"),
        pytest.param([Fault(drip=1.0)], id="in the body"),
        pytest.param(
            [Fault(status=429, headers={"retry-after": "30"})], id="in backoff"
        ),
    ],
)
async def test_cancellation(faults: list[Fault], api: Emulator, client: Client) -> None:
    """A cancelled call ends at once and leaves nothing behind."""
    api.fail(*faults)
    task = asyncio.ensure_future(client.request("GET", LIST))
    await asyncio.sleep(5)
    before = now()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert before == now()
    assert "0 calls" in repr(client)


async def test_errors_of_token_functions_are_not_retried(api: Emulator) -> None:
    """An error of the caller's token function is not retried."""
    token_calls: list[int] = []

    def token() -> str:
        token_calls.append(1)
        return str(1 / 0)

    async with Client(token, base_url=api.url) as client:
        with pytest.raises(TokenError, match="raised ZeroDivisionError") as caught:
            await client.request("GET", LIST)

    assert "GET" in str(caught.value)
    assert ZeroDivisionError is type(caught.value.__cause__)
    assert [1] == token_calls
    assert [] == api.requests


async def test_total_outage_costs_little(api: Emulator) -> None:
    """When everything fails, 200 calls send at most 1.1 requests each."""
    api.fail(Fault(status=503, times=None))
    client = Client(api.token, base_url=api.url, rate_limit=RateLimit(None))
    async with client:
        errors = await asyncio.gather(
            *(client.request("GET", LIST) for _ in range(200)),
            return_exceptions=True,
        )

    assert all(isinstance(error, ServerError) for error in errors)
    assert len(api.requests) <= 1.1 * 200


async def test_a_flaky_server_costs_no_quota() -> None:
    """Calls that succeed in the end return what their retries cost."""
    statuses = [503, 200] * 50
    transport = MemoryTransport(lambda _: json_response({}, status=statuses.pop(0)))
    async with Client("any-token", transport=transport) as client:
        for _ in range(50):
            await client.request("GET", LIST)

    assert [] == statuses


async def test_decode_errors_name_the_place(api: Emulator, client: Client) -> None:
    """A decode error names the call, the request and the JSON path."""
    api.fail(Fault(body=b'{"jobs": [{"uuid": 5}]}'))

    with pytest.raises(DecodeError) as caught:
        await client.indexing_jobs.list()

    assert "$.jobs[0].uuid" == caught.value.json_path
    assert api.requests[0].request_id == caught.value.request_id
    assert ("GET", LIST, 1) == (
        caught.value.method,
        caught.value.path,
        caught.value.attempts,
    )


async def test_closing_ends_running_calls(api: Emulator) -> None:
    """Calls in flight, in backoff and in the queue all end when the client closes."""
    api.fail(Fault(hang=True), Fault(status=429, headers={"retry-after": "30"}))
    client = Client(api.token, base_url=api.url)
    calls = [asyncio.ensure_future(client.request("GET", LIST)) for _ in range(2)]
    await asyncio.sleep(1)
    calls += [asyncio.ensure_future(client.request("GET", LIST)) for _ in range(20)]
    await asyncio.sleep(1)
    began = now()
    await client.aclose()
    errors = await asyncio.gather(*calls, return_exceptions=True)

    assert began == now()
    assert [ClientClosedError] * 22 == [type(error) for error in errors]
    assert 2 == len(api.requests)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(json_response({}, status=429), id="refused"),
        pytest.param(ConnectError("no route", sent=False), id="not sent"),
    ],
)
async def test_closing_before_a_post_is_sent_again(
    outcome: Response | Exception,
) -> None:
    """A POST that waits for its next attempt is not in flight: nothing was done."""
    attempts: list[Attempt] = []
    client = Client(
        "any-token",
        transport=MemoryTransport(lambda _: outcome),
        retry=RetryPolicy(first_wait=20.0),
        on_attempt=attempts.append,
    )
    call = asyncio.ensure_future(client.request("POST", LIST, json={}))
    while not attempts:
        await asyncio.sleep(0)
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await call


async def test_a_closed_client_rejects_calls(api: Emulator) -> None:
    """After closing, once or twice, a call raises an error with its path."""
    client = Client(api.token, base_url=api.url)
    await client.aclose()
    await client.aclose()

    with pytest.raises(ClientClosedError) as caught:
        await client.request("GET", LIST)

    assert LIST == caught.value.path
    assert [] == api.requests


def test_another_loop_is_rejected() -> None:
    """A client belongs to the loop of its first call; in another it raises."""
    client: Client | None = None

    async def use(call: Callable[[Client], object]) -> None:
        nonlocal client
        async with Emulator(jobs=1) as api:
            client = client or Client(api.token, base_url=api.url)
            await client.request("GET", LIST)

    asyncio.run(use(print))
    with pytest.raises(ConfigurationError, match="another event loop"):
        asyncio.run(use(print))
    assert client is not None
    asyncio.run(client.aclose())


async def test_log_and_hook(api: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    """Each attempt is a debug line and a record, each retry a warning."""
    caplog.set_level(logging.DEBUG, logger="gradient_async")
    api.fail(Fault(status=503, delay=2.0), Fault(drop=True))
    seen: list[Attempt] = []
    client = Client(
        api.token,
        base_url=api.url,
        on_attempt=seen.append,
        retry=RetryPolicy(first_wait=0.0),
        rate_limit=RateLimit([Window(1, 10.0)]),
    )
    async with client:
        await client.request("GET", LIST)

    expected = [
        (1, 503, "ServerError", 0.0),
        (2, None, "ConnectionLostError", 0.0),
        (3, 200, None, None),
    ]
    assert expected == [(a.number, a.status, a.error, a.retry_in) for a in seen]
    assert api.requests[0].request_id == seen[0].request_id
    assert [0, 10, 10] == [round(attempt.waited) for attempt in seen]
    assert 2.0 == pytest.approx(seen[0].seconds, abs=0.1)
    logged = [
        (record.levelname, str(record.args[3 if record.levelname == "DEBUG" else 2]))
        for record in caplog.records
        if record.name == "gradient_async" and isinstance(record.args, tuple)
    ]
    assert [
        ("DEBUG", "ServerError"),
        ("WARNING", "ServerError"),
        ("DEBUG", "ConnectionLostError"),
        ("WARNING", "ConnectionLostError"),
        ("DEBUG", "ok"),
    ] == logged


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_oversized_response_is_not_retried(method: str) -> None:
    """A response over the limit is not retried, and the outcome is not unknown."""
    async with RawServer(raw_response(b"x" * 2000)) as server:
        client = Client("t", base_url=server.url, max_response_bytes=1000)
        async with client:
            with pytest.raises(ResponseTooLargeError) as caught:
                await client.request(method, "/v2/x")

    assert 1 == caught.value.attempts == len(server.heads)


async def test_empty_success() -> None:
    """A 204 is a success, for which `request` returns None."""
    async with RawServer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        async with Client("t", base_url=server.url) as client:
            assert await client.request("DELETE", "/v2/x") is None


async def test_any_2xx_succeeds() -> None:
    """Every 2xx is a success."""
    async with RawServer(raw_response(b"7", status="299 Odd")) as server:
        async with Client("t", base_url=server.url) as client:
            assert 7 == await client.request("POST", "/v2/x")


async def test_a_429_blocks_queued_calls_at_once(api: Emulator) -> None:
    """After the first 429, nothing more is sent, and queued calls fail at once."""
    api.fail(Fault(status=429, headers={"retry-after": "3600"}, times=None))
    began = now()
    async with Client(api.token, base_url=api.url, max_concurrency=4) as client:
        errors = await asyncio.gather(
            *(client.request("GET", LIST) for _ in range(60)), return_exceptions=True
        )

    assert 4 == len(api.requests)
    assert 0.0 == pytest.approx(now() - began, abs=0.1)
    for error in errors:
        assert isinstance(error, RateLimitError | DeadlineExceededError)
        assert 3600 == pytest.approx(error.retry_after, abs=1)


async def test_no_capacity_for_a_retry(api: Emulator, client: Client) -> None:
    """If the limit has no capacity for a retry, the error has the failure as cause."""
    headers = {
        "date": "Sun, 01 Nov 2026 12:00:00 GMT",
        "ratelimit-remaining": "0",
        "ratelimit-reset": str(1793534400 + 2400),
    }
    api.fail(Fault(status=503, headers=headers))

    with pytest.raises(DeadlineExceededError) as caught:
        await client.request("GET", LIST)

    assert isinstance(caught.value.__cause__, ServerError)
    assert 2400 == pytest.approx(caught.value.retry_after, abs=1)


async def test_a_429_while_every_slot_is_in_use(api: Emulator) -> None:
    """Calls queued behind others in flight fail at once after a 429."""
    slow = Fault(delay=5.0, times=3)
    api.fail(Fault(status=429, delay=1.0, headers={"retry-after": "3000"}), slow)
    began = now()
    async with Client(api.token, base_url=api.url, max_concurrency=4) as client:
        calls = [asyncio.ensure_future(client.request("GET", LIST)) for _ in range(6)]
        done, _ = await asyncio.wait(calls, timeout=2.0)
        ended = now() - began
        errors = [call.exception() for call in done]
        await asyncio.gather(*calls, return_exceptions=True)

    assert 2.0 == pytest.approx(ended, abs=0.1)
    assert 3 == len(errors)
    for error in errors:
        assert isinstance(error, RateLimitError | DeadlineExceededError)
        assert 3000 == pytest.approx(error.retry_after, abs=1)


async def test_request_id_of_the_body() -> None:
    """A request id that only the error's body has reaches the hook, too."""
    seen: list[Attempt] = []
    served = raw_response(b'{"id": "not_found", "request_id": "r-7"}', status="404 No")
    async with RawServer(served) as server:
        client = Client("t", base_url=server.url, on_attempt=seen.append)
        async with client:
            with pytest.raises(NotFoundError) as caught:
                await client.request("GET", "/v2/x")

    assert "r-7" == caught.value.request_id == seen[0].request_id


async def test_a_closed_lent_session_costs_nothing(api: Emulator) -> None:
    """A request that was never sent does not count towards the limit."""
    session = aiohttp.ClientSession()
    await session.close()
    rate_limit = RateLimit([Window(1, 60.0)])
    client = Client(
        api.token, base_url=api.url, session=session, rate_limit=rate_limit, timeout=5.0
    )
    async with client:
        for _ in range(3):
            with pytest.raises(ClientClosedError):
                await client.request("GET", LIST)


async def test_each_attempt_has_its_own_request_id() -> None:
    """An attempt without a response has no request id, whatever came before it."""
    outcomes: list[Response | Exception] = [
        json_response({}, status=503, headers={"x-request-id": "first"}),
        ConnectError("no route", sent=False),
        json_response({"ok": True}, headers={"x-request-id": "third"}),
    ]
    attempts: list[Attempt] = []
    transport = MemoryTransport(lambda _: outcomes.pop(0))
    async with Client(
        "any-token", transport=transport, on_attempt=attempts.append
    ) as it:
        await it.request("GET", LIST)

    assert ["first", None, "third"] == [attempt.request_id for attempt in attempts]


async def test_a_token_that_rotates_while_a_call_waits() -> None:
    """A call that has waited for its turn is sent with the token of that moment."""
    sent: list[tuple[float, str]] = []
    began = now()

    def respond(_: Request) -> Response:
        return json_response({})

    class Recorder(MemoryTransport):
        async def send(
            self, request: Request, *, base_url: str, token: Secret
        ) -> Response:
            sent.append((round(now() - began), token.reveal()))
            return await super().send(request, base_url=base_url, token=token)

    def current_token() -> str:
        return f"token-{int((now() - began) // 10)}"

    client = Client(
        current_token,
        transport=Recorder(respond),
        rate_limit=RateLimit([Window(1, 10.0)]),
    )
    async with client:
        await asyncio.gather(*(client.request("GET", LIST) for _ in range(3)))

    assert [(0, "token-0"), (10, "token-1"), (20, "token-2")] == sent


async def test_a_timeout_of_the_caller(api: Emulator) -> None:
    """A TimeoutError of the caller's hook is not taken for the call's deadline."""

    def fail(_: Attempt) -> None:
        raise TimeoutError("the hook")

    async with Client(api.token, base_url=api.url, on_attempt=fail) as client:
        with pytest.raises(TimeoutError, match="the hook"):
            await client.request("GET", LIST)
