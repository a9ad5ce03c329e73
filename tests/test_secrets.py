"""The token is in no repr, log record, error, traceback or pickle."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from tempfile import NamedTemporaryFile
from typing import Any

import aiohttp
import attrs
import pytest

from gradient_async import (
    Accounts,
    AccountsError,
    Client,
    PresignedUpload,
    UnknownAccountError,
    errors,
)
from gradient_async.accounts import Account, FileToken
from gradient_async.transport.credentials import Credentials, Secret
from gradient_async.transport.session import AiohttpTransport
from tests.support.raw_server import HANG, RawServer, raw_response, untrusted_context
from tests.support.secrets import texts_of_error, texts_of_records

TOKEN = "dop_v1_TOPSECRET0123456789"
BODY_SECRET = "BODYSECRET"
SIGNATURE = "SIGNED0123456789"
PASSWORD = "hunter2hunter2"
LIST = "/v2/gen-ai/indexing_jobs"

NOT_LISTENING = b"<not listening>"
UNTRUSTED = b"<untrusted certificate>"


@attrs.frozen
class Scenario:
    """How to provoke an error: the response served, and the call made."""

    served: bytes
    act: Callable[[Client], Awaitable[object]]


async def get(client: Client) -> object:
    """Fetch a list."""
    return await client.request("GET", LIST)


async def post(client: Client) -> object:
    """Create something, with a secret in the body."""
    return await client.request("POST", LIST, json={"api_key": BODY_SECRET})


async def stream(client: Client) -> object:
    """Read a whole list."""
    return await client.iter_indexing_jobs().collect()


async def close_during_call(client: Client) -> object:
    """Close the client during a call."""
    call = asyncio.ensure_future(get(client))
    await asyncio.sleep(1)
    await client.aclose()
    return await call


async def wrong_id(client: Client) -> object:
    """Fetch a job with an invalid id."""
    return await client.indexing_jobs.get("../../account")


async def get_without_token(client: Client) -> object:
    """Fetch a list with a token from a file that has a secret on each of its lines."""
    with NamedTemporaryFile() as file:
        file.write(f"{TOKEN}\n{BODY_SECRET}".encode())
        file.flush()
        async with Client(FileToken(file.name)) as other:
            return await get(other)


async def read_accounts(client: Client) -> object:
    """Read two accounts, both of which are refused."""
    base_url = client._settings.base_url
    async with Accounts({"a": TOKEN, "b": lambda: TOKEN}, base_url=base_url) as both:
        return await both.iter_indexing_jobs().collect()


async def find_account(client: Client) -> object:
    """Use an account that does not exist."""
    async with Accounts({"a": TOKEN}) as accounts:
        return await accounts["b"].regions.list()


async def wait(client: Client) -> object:
    """Wait for a job."""
    return await client.indexing_jobs.wait("u", timeout=5)


async def run(client: Client) -> object:
    """Start a job and wait for it."""
    return await client.indexing_jobs.run("kb")


async def wait_for_database(client: Client) -> object:
    """Wait for the database of a knowledge base."""
    return await client.knowledge_bases.wait_until_online("kb", timeout=5)


async def find_base(client: Client) -> object:
    """Find a knowledge base by its name."""
    return await client.knowledge_bases.find("handbook")


async def upload(client: Client) -> object:
    """Upload a file to a presigned URL of the same server."""
    base_url = client._settings.base_url
    to = PresignedUpload(presigned_url=f"{base_url}/up?X-Signature={SIGNATURE}")
    return await client.data_sources.upload(__file__, to=to)


def job(phase: str) -> bytes:
    """Build a response with one job, alone and in a list."""
    body = f'{{"uuid": "u", "phase": "BATCH_JOB_PHASE_{phase}"}}'
    return raw_response(f'{{"job": {body}, "jobs": [{body}]}}'.encode())


def database(status: str) -> bytes:
    """Build a response with a knowledge base whose database has this status."""
    body = f'{{"knowledge_base": {{"uuid": "kb"}}, "database_status": "{status}"}}'
    return raw_response(body.encode())


def two_bases(*names: str) -> bytes:
    """Build a response with knowledge bases of these names."""
    items = [{"uuid": f"kb-{n}", "name": name} for n, name in enumerate(names)]
    return raw_response(json.dumps({"knowledge_bases": items}).encode())


ONE_JOB = raw_response(
    b'{"jobs": [{"uuid": "u"}], "meta": {"page": 1, "pages": 9, "total": 9}}'
)
# Every response repeats the token, as an echoing proxy would.
ECHO = f'{{"id": "{TOKEN}", "message": "bad {TOKEN}", "request_id": "{TOKEN}"}}'


def error_response(status: int) -> Scenario:
    """Build the scenario of a response with an error status."""
    served = raw_response(ECHO.encode(), f"x-request-id: {TOKEN}", status=f"{status} X")
    return Scenario(served, post if status < 500 else get)


SCENARIOS: dict[type[errors.GradientError], Scenario] = {
    AccountsError: attrs.evolve(error_response(401), act=read_accounts),
    errors.AuthenticationError: error_response(401),
    errors.BadRequestError: error_response(400),
    errors.ClientClosedError: Scenario(HANG, close_during_call),
    errors.ConfigurationError: Scenario(HANG, wrong_id),
    errors.ConflictError: error_response(409),
    errors.ConnectError: Scenario(NOT_LISTENING, get),
    errors.ConnectionLostError: Scenario(b"", get),
    errors.DeadlineExceededError: Scenario(HANG, get),
    errors.DecodeError: Scenario(
        raw_response(b'{"jobs": [{"uuid": 5}]}', f"x-request-id: {TOKEN}"), stream
    ),
    errors.IndexingJobFailedError: Scenario(job("FAILED"), wait),
    errors.IndexingJobRunningError: Scenario(job("RUNNING"), run),
    errors.AmbiguousNameError: Scenario(two_bases("handbook", "handbook"), find_base),
    errors.DatabaseFailedError: Scenario(database("UNHEALTHY"), wait_for_database),
    errors.DatabaseTimeoutError: Scenario(database("CREATING"), wait_for_database),
    errors.UnknownNameError: Scenario(two_bases("manuals", "notes"), find_base),
    errors.IndexingJobTimeoutError: Scenario(job("RUNNING"), wait),
    errors.NotFoundError: error_response(404),
    errors.OutcomeUnknownError: Scenario(b"", post),
    errors.PaginationError: Scenario(ONE_JOB, stream),
    errors.PermissionDeniedError: error_response(403),
    errors.ProtocolError: Scenario(b"HTTP/9 what\r\n\r\n", get),
    errors.RateLimitError: error_response(429),
    errors.ResponseTooLargeError: Scenario(raw_response(b"x" * 2000), get),
    errors.ServerError: error_response(503),
    errors.StatusError: error_response(418),
    errors.TLSError: Scenario(UNTRUSTED, get),
    errors.TokenError: Scenario(HANG, get_without_token),
    UnknownAccountError: Scenario(HANG, find_account),
    errors.UnexpectedRedirectError: error_response(307),
    errors.UnprocessableEntityError: error_response(422),
    errors.UploadError: Scenario(raw_response(ECHO.encode(), status="403 X"), upload),
}


def _classes(kind: type[errors.GradientError] = errors.GradientError) -> Iterator[type]:
    yield kind
    for child in kind.__subclasses__():
        yield from _classes(child)


def test_every_error_has_a_scenario() -> None:
    """Every error class of calls has a scenario, except the bases never raised."""
    bases = {errors.GradientError, errors.TransportError}
    # Tested with a server, in `tests/shared`.
    shared = {errors.SharedStoreError, errors.LeaseLostError}
    public = {kind for kind in _classes() if kind.__name__[0] != "_"}
    assert bases | shared == public - set(SCENARIOS)


async def _provoke(scenario: Scenario) -> BaseException:
    ssl = untrusted_context() if scenario.served == UNTRUSTED else None
    async with RawServer(scenario.served, ssl=ssl) as server:
        if scenario.served == NOT_LISTENING:
            await server.aclose()
        async with Client(
            TOKEN, base_url=server.url, timeout=20.0, max_response_bytes=1000
        ) as client:
            assert TOKEN not in repr(client)
            with pytest.raises(errors.GradientError) as caught:
                await scenario.act(client)
    return caught.value


@pytest.mark.parametrize("kind", SCENARIOS, ids=lambda kind: kind.__name__)
async def test_no_error_shows_a_secret(
    kind: type[errors.GradientError], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the error, nor its causes, nor the log shows the token or the body."""
    caplog.set_level(logging.DEBUG)
    error = await _provoke(SCENARIOS[kind])

    assert kind is type(error)
    assert [] == find_secrets(texts_of_error(error))
    assert [] == find_secrets(texts_of_records(caplog.records))


@pytest.mark.parametrize("act", [get, post, stream, wait, upload])
async def test_no_cancellation_shows_a_secret(
    act: Callable[[Client], Awaitable[object]],
) -> None:
    """A cancelled call's traceback has no token, body, password or signed URL."""
    async with RawServer(HANG) as server:
        proxy = server.url.replace("http://", f"http://user:{PASSWORD}@")
        async with Client(TOKEN, base_url=server.url, proxy=proxy) as client:
            call = asyncio.ensure_future(act(client))
            await asyncio.sleep(1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await call

    assert 1 == len(server.heads)
    assert [] == find_secrets(texts_of_error(caught.value))


async def test_no_error_of_a_hook_shows_a_secret() -> None:
    """An error of aiohttp's tracing hooks shows no frame of aiohttp."""

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(fail)
    async with RawServer(raw_response()) as server:
        async with Client(TOKEN, base_url=server.url, trace_configs=[trace]) as client:
            with pytest.raises(ZeroDivisionError) as caught:
                await upload(client)

    assert [] == find_secrets(texts_of_error(caught.value))


def find_secrets(texts: Iterable[str]) -> list[str]:
    """Return the texts that show a secret."""
    secrets = (TOKEN, BODY_SECRET, PASSWORD, SIGNATURE)
    return [text for text in texts if any(it in text for it in secrets)]


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"max_concurrency": 0},
        {"session": 1},
        {"transport": 1},
        {"transport": AiohttpTransport()},
        {"proxy": f"ftp://user:{PASSWORD}@proxy.example"},
        {"proxy": f"http://us%3Aer:{PASSWORD}@proxy.example"},
        {"proxy": f"http://user:{PASSWORD}@[proxy"},
        {"proxy": f"http://user:{PASSWORD}@proxy.example".encode()},
    ],
    ids=[str(index) for index in range(9)],
)
@pytest.mark.parametrize(
    "create",
    [Client, lambda token, **options: Accounts({"a": token}, **options)],
    ids=["Client", "Accounts"],
)
def test_no_refused_option_shows_the_proxy(
    create: Callable[..., object], options: dict[str, Any]
) -> None:
    """A refused option does not show the password of the proxy given beside it."""
    options = {"proxy": f"http://user:{PASSWORD}@proxy.example:1"} | options
    with pytest.raises(errors.ConfigurationError) as caught:
        create(TOKEN, **options)

    assert [] == find_secrets(texts_of_error(caught.value))


async def test_no_transport_shows_its_proxy() -> None:
    """A transport's attributes, and its errors, do not show the proxy's password."""
    proxy = f"http://user:{PASSWORD}@proxy.example:1"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(errors.ConfigurationError) as caught:
            AiohttpTransport(
                session=session, proxy=proxy, trace_configs=[aiohttp.TraceConfig()]
            )

    assert [] == find_secrets(texts_of_error(caught.value))
    assert [] == find_secrets([repr(vars(AiohttpTransport(proxy=proxy)))])


@pytest.mark.parametrize(
    "wrong", [f"{TOKEN}\nx", f"{TOKEN} {TOKEN}", f"Bearer {TOKEN}", f'"{TOKEN}"']
)
async def test_rejecting_a_token_does_not_show_it(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invalid token is not shown, whatever its source."""

    async def call() -> None:
        async with Client(lambda: wrong) as client:
            await get(client)

    caught: list[BaseException] = []
    with pytest.raises(errors.ConfigurationError) as given:
        Client(wrong)
    caught.append(given.value)
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", wrong)
    with pytest.raises(errors.ConfigurationError) as found:
        Client()
    caught.append(found.value)
    with pytest.raises(errors.ConfigurationError) as returned:
        await call()
    caught.append(returned.value)

    for error in caught:
        assert [] == [text for text in texts_of_error(error) if TOKEN in text]


def _values() -> list[Any]:
    client = Client(TOKEN)
    accounts = Accounts({"a": TOKEN})
    return [
        client,
        client._caller,
        Secret(TOKEN),
        Credentials(TOKEN),
        Account(TOKEN),
        accounts,
        accounts["a"],
        accounts.iter_indexing_jobs(),
    ]


@pytest.mark.parametrize("value", _values(), ids=lambda value: type(value).__name__)
def test_no_object_shows_a_secret(value: object) -> None:
    """Objects that hold the token do not show it."""
    assert TOKEN not in f"{value!r} {value}"
