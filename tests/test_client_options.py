"""Views of a client with other options: `Client.with_options`, and account names."""

from __future__ import annotations

import asyncio
import gc
import logging
import warnings

import pytest

from gradient_async import (
    Attempt,
    Client,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceededError,
    RateLimit,
    RetryPolicy,
    ServerError,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


async def test_a_view_has_its_own_timeout(api: Emulator) -> None:
    """A view's calls end after its timeout, the client's after the client's."""
    api.fail(*[Fault(hang=True)] * 2)
    ends = []
    async with Client(api.token, base_url=api.url, timeout=20) as client:
        for caller in (client.with_options(timeout=5), client):
            began = now()
            with pytest.raises(DeadlineExceededError):
                await caller.request("GET", LIST)
            ends.append(round(now() - began))

    assert [5, 20] == ends


async def test_a_view_has_its_own_retries(api: Emulator, client: Client) -> None:
    """A view retries by its policy and shares the quota with the client."""
    api.fail(*[Fault(status=503)] * 2)
    with pytest.raises(ServerError) as caught:
        await client.with_options(retry=RetryPolicy(attempts=1)).request("GET", LIST)
    await client.request("GET", LIST)

    assert 1 == caught.value.attempts
    assert 3 == len(api.requests)


async def test_the_quota_is_shared(api: Emulator) -> None:
    """Retries of a view use up the client's quota: 20 in a total outage."""
    api.fail(*[Fault(status=503)] * 100)
    async with Client(api.token, base_url=api.url) as client:
        for _ in range(10):
            for caller in (client, client.with_options(retry=RetryPolicy(attempts=4))):
                with pytest.raises(ServerError):
                    await caller.request("GET", LIST)

    assert 20 + 20 == len(api.requests)


async def test_pacing_is_shared(api: Emulator) -> None:
    """A view's requests count against the rate limit of its client."""
    limit = RateLimit([Window(1, 50.0)])
    async with Client(api.token, base_url=api.url, rate_limit=limit) as client:
        began = now()
        await client.request("GET", LIST)
        await client.with_options(timeout=60).request("GET", LIST)

    assert [0, 50] == [round(request.at - began) for request in api.requests]


async def test_headers_add_up() -> None:
    """A view sends its headers, and those of the view that it was made from."""
    transport = MemoryTransport(lambda _: json_response({}))
    async with Client("t", transport=transport) as client:
        view = client.with_options(headers={"X-Team": "a", "X-Trace": "1"})
        await view.with_options(headers={"x-trace": "2"}).request("GET", LIST)
        await client.request("GET", LIST)

    assert [{"x-team": "a", "x-trace": "2"}, {}] == [
        dict(request.headers) for request in transport.requests
    ]


async def test_headers_reach_the_server(api: Emulator, client: Client) -> None:
    """Added headers are sent with the client's own; `User-Agent` can be replaced."""
    view = client.with_options(headers={"X-Trace": "1", "User-Agent": "mine"})
    await view.request("GET", LIST)

    headers = api.requests[-1].headers
    assert ("1", "mine") == (headers["x-trace"], headers["user-agent"])
    assert f"Bearer {api.token}" == headers["authorization"]
    assert "gzip" == headers["accept-encoding"]


@pytest.mark.parametrize(
    ("expected", "headers"),
    [
        ("set by the client", {"Authorization": "Bearer secret"}),
        ("set by the client", {"aUTHORIZATION": "Bearer secret"}),
        ("set by the client", {"Content-Length": "3"}),
        ("set by the client", {"Cookie": "a=b"}),
        ("set by the client", {"Host": "elsewhere"}),
        ("not a valid name", {"X Team": "a"}),
        ("not a valid name", {"": "a"}),
        ("not a valid name", {"Authorization ": "a"}),
        ("line breaks", {"X-Team": "a\r\nAuthorization: Bearer secret"}),
        ("line breaks", {"X-Team": "a\n"}),
        ("line breaks", {"X-Team": "ä"}),
        ("must be a string", {"X-Team": 1}),
        ("name must be a string", {1: "a"}),
        ("headers must be a mapping", [("X-Team", "a")]),
    ],
)
async def test_invalid_headers(expected: str, headers: dict[str, str]) -> None:
    """A header that is invalid, or could replace the token, is refused at once."""
    with pytest.raises(ConfigurationError, match=expected) as caught:
        Client("t").with_options(headers=headers)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": "5"}, {"retry": 3}])
async def test_invalid_options(options: dict[str, object]) -> None:
    """An invalid option is refused when the view is made."""
    with pytest.raises(ConfigurationError):
        Client("t").with_options(**options)  # type: ignore[arg-type]


async def test_closing_a_view_does_nothing(api: Emulator, client: Client) -> None:
    """A view ends with its client, not the other way round."""
    async with client.with_options(timeout=5) as view:
        await view.request("GET", LIST)
    await client.request("GET", LIST)
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await view.request("GET", LIST)


async def test_a_view_keeps_its_client_open(api: Emulator) -> None:
    """Dropping the client while a view is in use warns once both are gone."""
    view = Client(api.token, base_url=api.url).with_options(timeout=5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await view.request("GET", LIST)
        gc.collect()
    with warnings.catch_warnings(record=True, action="always") as caught:
        del view
        gc.collect()
    await asyncio.sleep(0)

    assert ["unclosed Client: use `async with` or `await client.aclose()`"] == [
        str(it.message) for it in caught
    ]


async def test_the_name_of_the_account(caplog: pytest.LogCaptureFixture) -> None:
    """The account's name is in attempts, log records and errors."""
    attempts: list[Attempt] = []
    responses = iter([json_response({}, status=503), json_response({}, status=404)])

    def respond(_: Request) -> Response:
        return next(responses)

    client = Client(
        "t",
        account="acme",
        transport=MemoryTransport(respond),
        on_attempt=attempts.append,
    )
    with caplog.at_level(logging.DEBUG, "gradient_async"):
        async with client:
            with pytest.raises(Exception, match=r"\(account acme, GET /") as caught:
                await client.request("GET", LIST)

    assert "acme" == client.account
    assert "acme" == getattr(caught.value, "account", None)
    assert ["acme", "acme"] == [attempt.account for attempt in attempts]
    assert {"acme"} == {getattr(record, "account", None) for record in caplog.records}
    assert all(text.startswith("acme: GET") for text in caplog.messages)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", 7, None])
def test_an_invalid_name(name: object) -> None:
    """A name that could garble a log is refused."""
    with pytest.raises(ConfigurationError, match="account must be"):
        Client("t", account=name)  # type: ignore[arg-type]
