"""The token is in no repr, log record, error, traceback or pickle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import attrs
import pytest

from gradient_async import (
    AuthenticationError,
    BadRequestError,
    Client,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    IndexingJobFailedError,
    IndexingJobRunningError,
    IndexingJobTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    PermissionDeniedError,
    PresignedUpload,
    ProtocolError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    StatusError,
    TLSError,
    TransportError,
    UnexpectedRedirectError,
    UnprocessableEntityError,
    UploadError,
)
from gradient_async.transport.credentials import Credentials, Secret
from tests.support.raw_server import HANG, RawServer, raw_response, untrusted_context
from tests.support.secrets import texts_of_error, texts_of_records

TOKEN = "dop_v1_TOPSECRET0123456789"
BODY_SECRET = "BODYSECRET"
LIST = "/v2/gen-ai/indexing_jobs"

NOBODY = b"<nobody listens>"
UNTRUSTED = b"<a certificate that nobody vouches for>"


@attrs.frozen
class Story:
    """How to come by an error: what the server says, and what the client does."""

    served: bytes
    act: Callable[[Client], Awaitable[object]]


async def get(client: Client) -> object:
    """Ask for something."""
    return await client.request("GET", LIST)


async def post(client: Client) -> object:
    """Create something, with a secret in the body."""
    return await client.request("POST", LIST, json={"api_key": BODY_SECRET})


async def stream(client: Client) -> object:
    """Read a whole list."""
    return await client.iter_indexing_jobs().collect()


async def close_meanwhile(client: Client) -> object:
    """Close the client while it asks."""
    call = asyncio.ensure_future(get(client))
    await asyncio.sleep(1)
    await client.aclose()
    return await call


async def wrong_id(client: Client) -> object:
    """Ask for an id that is none."""
    return await client.indexing_jobs.get("../../account")


async def wait(client: Client) -> object:
    """Wait for a job."""
    return await client.indexing_jobs.wait("u", timeout=5)


async def run(client: Client) -> object:
    """Start a job and wait for it."""
    return await client.indexing_jobs.run("kb")


async def upload(client: Client) -> object:
    """Upload a file to a presigned URL of the same server."""
    base_url = client._base_url
    to = PresignedUpload(presigned_url=f"{base_url}/up?X-Signature=SIGNED")
    return await client.data_sources.upload(__file__, to=to)


def job(phase: str) -> bytes:
    """Give one job, by itself and in a list."""
    body = f'{{"uuid": "u", "phase": "BATCH_JOB_PHASE_{phase}"}}'
    return raw_response(f'{{"job": {body}, "jobs": [{body}]}}'.encode())


ONE_JOB = raw_response(
    b'{"jobs": [{"uuid": "u"}], "meta": {"page": 1, "pages": 9, "total": 9}}'
)
# Every answer repeats the token, as an echoing proxy would.
ECHO = f'{{"id": "{TOKEN}", "message": "bad {TOKEN}", "request_id": "{TOKEN}"}}'


def refusal(status: int) -> Story:
    """Tell the story of a status."""
    served = raw_response(ECHO.encode(), f"x-request-id: {TOKEN}", status=f"{status} X")
    return Story(served, post if status < 500 else get)


STORIES: dict[type[GradientError], Story] = {
    AuthenticationError: refusal(401),
    BadRequestError: refusal(400),
    ClientClosedError: Story(HANG, close_meanwhile),
    ConfigurationError: Story(HANG, wrong_id),
    ConflictError: refusal(409),
    ConnectError: Story(NOBODY, get),
    ConnectionLostError: Story(b"", get),
    DeadlineExceededError: Story(HANG, get),
    DecodeError: Story(
        raw_response(b'{"jobs": [{"uuid": 5}]}', f"x-request-id: {TOKEN}"), stream
    ),
    IndexingJobFailedError: Story(job("FAILED"), wait),
    IndexingJobRunningError: Story(job("RUNNING"), run),
    IndexingJobTimeoutError: Story(job("RUNNING"), wait),
    NotFoundError: refusal(404),
    OutcomeUnknownError: Story(b"", post),
    PaginationError: Story(ONE_JOB, stream),
    PermissionDeniedError: refusal(403),
    ProtocolError: Story(b"HTTP/9 what\r\n\r\n", get),
    RateLimitError: refusal(429),
    ResponseTooLargeError: Story(raw_response(b"x" * 2000), get),
    ServerError: refusal(503),
    StatusError: refusal(418),
    TLSError: Story(UNTRUSTED, get),
    UnexpectedRedirectError: refusal(307),
    UnprocessableEntityError: refusal(422),
    UploadError: Story(raw_response(ECHO.encode(), status="403 X"), upload),
}


def _classes(kind: type[GradientError] = GradientError) -> Iterator[type]:
    yield kind
    for child in kind.__subclasses__():
        yield from _classes(child)


def test_every_error_has_a_story() -> None:
    """No error class of the package is left out; the two bases are never raised."""
    assert {GradientError, TransportError} == set(_classes()) - set(STORIES)


async def _tell(story: Story) -> BaseException:
    ssl = untrusted_context() if story.served == UNTRUSTED else None
    async with RawServer(story.served, ssl=ssl) as server:
        if story.served == NOBODY:
            await server.aclose()
        async with Client(
            TOKEN, base_url=server.url, timeout=20.0, max_response_bytes=1000
        ) as client:
            assert TOKEN not in repr(client)
            with pytest.raises(GradientError) as caught:
                await story.act(client)
    return caught.value


@pytest.mark.parametrize("kind", STORIES, ids=lambda kind: kind.__name__)
async def test_no_error_shows_a_secret(
    kind: type[GradientError], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the error, nor what led to it, nor the log shows token or body."""
    caplog.set_level(logging.DEBUG)
    error = await _tell(STORIES[kind])

    shown = [*texts_of_error(error), *texts_of_records(caplog.records)]
    assert kind is type(error)
    assert [] == [text for text in shown if TOKEN in text]
    assert [] == [text for text in shown if BODY_SECRET in text]


async def test_no_cancellation_shows_a_secret() -> None:
    """A cancelled call's traceback holds frames of aiohttp, and no token."""
    async with RawServer(HANG) as server, Client(TOKEN, base_url=server.url) as client:
        call = asyncio.ensure_future(get(client))
        await asyncio.sleep(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await call

    assert [] == [text for text in texts_of_error(caught.value) if TOKEN in text]


@pytest.mark.parametrize(
    "wrong", [f"{TOKEN}\nx", f"{TOKEN} {TOKEN}", f"Bearer {TOKEN}", f'"{TOKEN}"']
)
async def test_refusing_a_token_does_not_show_it(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is refused is not shown, wherever it came from."""

    async def ask() -> None:
        async with Client(lambda: wrong) as client:
            await get(client)

    caught: list[BaseException] = []
    with pytest.raises(ConfigurationError) as given:
        Client(wrong)
    caught.append(given.value)
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", wrong)
    with pytest.raises(ConfigurationError) as found:
        Client()
    caught.append(found.value)
    with pytest.raises(ConfigurationError) as returned:
        await ask()
    caught.append(returned.value)

    for error in caught:
        assert [] == [text for text in texts_of_error(error) if TOKEN in text]


def _values() -> list[Any]:
    client = Client(TOKEN)
    return [client, client._caller, Secret(TOKEN), Credentials(TOKEN)]


@pytest.mark.parametrize("value", _values(), ids=lambda value: type(value).__name__)
def test_no_object_shows_a_secret(value: object) -> None:
    """What holds the token does not show it."""
    assert TOKEN not in f"{value!r} {value}"


def test_base_url_with_a_password() -> None:
    """A base URL that holds a password is refused without repeating it."""
    with pytest.raises(ConfigurationError) as caught:
        Client(TOKEN, base_url="https://user:hunter2@api.example.com")

    assert "hunter2" not in str(caught.value)
