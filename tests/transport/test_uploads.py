"""Uploads to presigned URLs: complete or interrupted, and without the token."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path

import aiohttp
import pytest

from gradient_async import (
    Client,
    ClientClosedError,
    ConnectError,
    PresignedUpload,
    TransportError,
    UploadError,
)
from gradient_async.testing import MemoryTransport, Response
from gradient_async.transport.wire import Upload
from tests.support.file_host import FileHost
from tests.support.raw_server import raw_response
from tests.support.secrets import texts_of_error
from tests.support.virtual_time import now

TOKEN = "dop_v1_TOPSECRET0123456789"
SIGNATURE = "SIGNATURE0123456789"
MEGABYTE = 1_000_000

# Bytes that may be in flight: the socket buffers at both ends of a connection.
BUFFERS = 8 * MEGABYTE


def presign(host: FileHost, path: str = "/up/a%20b%2Fc") -> PresignedUpload:
    """Return a presigned URL of a host."""
    url = f"{host.url}{path}?X-Amz-Signature={SIGNATURE}%2F+"
    return PresignedUpload(presigned_url=url, object_key="key-1")


def make_file(folder: Path, size: int) -> Path:
    """Create a file whose bytes show their order."""
    path = folder / "handbook.pdf"
    piece = bytes(range(256)) * 4
    path.write_bytes((piece * (size // len(piece) + 1))[:size])
    return path


def open_client() -> Client:
    """Create a client whose base URL has no server."""
    return Client(TOKEN, base_url="http://127.0.0.1:9")


@pytest.mark.parametrize("size", [0, 1, 262_143, 262_144, 262_145, MEGABYTE])
async def test_the_whole_file_arrives(size: int, tmp_path: Path) -> None:
    """The host receives the length first, then each byte of the file once, in order."""
    path = make_file(tmp_path, size)
    async with FileHost() as host, open_client() as client:
        source = await client.data_sources.upload(path, to=presign(host))

    assert path.read_bytes() == bytes(host.body)
    assert (size, "key-1", "handbook.pdf") == (
        source.size_in_bytes,
        source.stored_object_key,
        source.original_file_name,
    )


async def test_the_url_is_used_unchanged(tmp_path: Path) -> None:
    """The presigned URL is neither decoded nor encoded again."""
    async with FileHost() as host, open_client() as client:
        await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))

    line = f"PUT /up/a%20b%2Fc?X-Amz-Signature={SIGNATURE}%2F+ HTTP/1.1\r\n"
    assert host.heads[0].startswith(line.encode())


async def test_the_host_never_sees_the_token(tmp_path: Path) -> None:
    """Neither an Authorization header nor the token goes to the presigned host."""
    async with FileHost() as host, open_client() as client:
        await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))
    (head,) = host.heads

    assert b"authorization" not in head.lower()
    assert TOKEN.encode() not in head + host.body
    assert b"transfer-encoding" not in head.lower()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Uploading 50 MB takes less than 10 MB of memory; on the real clock."""
    path = make_file(tmp_path, 50 * MEGABYTE)

    async def upload() -> int:
        async with FileHost(keep_body=False) as host, open_client() as client:
            await client.data_sources.upload(path, to=presign(host))
            return host.received

    tracemalloc.start()
    try:
        arrived = asyncio.run(upload())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 50 * MEGABYTE == arrived
    assert peak < 10 * MEGABYTE


@pytest.mark.parametrize("stop_after", [0, 5 * MEGABYTE, 20 * MEGABYTE])
async def test_an_interrupted_upload_reports_its_progress(
    stop_after: int, tmp_path: Path
) -> None:
    """A host that disconnects midway raises an error with bytes sent and total."""
    path = make_file(tmp_path, 50 * MEGABYTE)
    async with FileHost(b"", stop_after=stop_after) as host, open_client() as client:
        with pytest.raises(UploadError, match="of 50,000,000 bytes") as caught:
            await client.data_sources.upload(path, to=presign(host))
    error = caught.value

    assert host.received <= error.sent_bytes + 262_144
    assert error.sent_bytes < host.received + BUFFERS
    assert f"after {error.sent_bytes:,} of 50,000,000 bytes" in str(error)
    assert (50 * MEGABYTE, None, "PUT", "/up/a%20b%2Fc") == (
        error.total_bytes,
        error.status,
        error.method,
        error.path,
    )
    assert isinstance(error.__cause__, TransportError)


@pytest.mark.parametrize("stop_after", [None, 1000])
async def test_a_rejected_upload_has_a_reason(
    stop_after: int | None, tmp_path: Path
) -> None:
    """A rejection, early or late, raises an error with its status and code."""
    body = b"<Error><Code>AccessDenied</Code><Message>Expired</Message></Error>"
    rejection = raw_response(body, status="403 Forbidden")
    path = make_file(tmp_path, 10 * MEGABYTE)
    async with FileHost(rejection, stop_after=stop_after) as host:
        async with open_client() as client:
            with pytest.raises(UploadError, match="403, AccessDenied") as caught:
                await client.data_sources.upload(path, to=presign(host))

    assert 403 == caught.value.status


async def test_a_rejection_without_a_code(tmp_path: Path) -> None:
    """A rejection without a code raises an error with its status."""
    async with (
        FileHost(raw_response(status="500 Oops")) as host,
        open_client() as client,
    ):
        with pytest.raises(UploadError, match="with status 500, after") as caught:
            await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))

    assert (500, 10) == (caught.value.status, caught.value.sent_bytes)


async def test_a_response_before_the_end_of_the_file(tmp_path: Path) -> None:
    """A success before the host has the whole file is an error."""
    path = make_file(tmp_path, 10 * MEGABYTE)
    async with FileHost(stop_after=1000) as host, open_client() as client:
        with pytest.raises(UploadError, match="before it had the whole file"):
            await client.data_sources.upload(path, to=presign(host))


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """A redirect causes no second request, to either host."""
    async with FileHost() as other:
        away = raw_response(
            b"", f"Location: {other.url}/x", status="307 Temporary Redirect"
        )
        async with FileHost(away) as host, open_client() as client:
            with pytest.raises(UploadError, match="status 307"):
                await client.data_sources.upload(
                    make_file(tmp_path, 10), to=presign(host)
                )

    assert (1, 0) == (len(host.heads), len(other.heads))


async def test_a_slow_upload_takes_its_time(tmp_path: Path) -> None:
    """A host that reads slowly receives the whole file, however long it takes."""
    path = make_file(tmp_path, 20 * MEGABYTE)
    async with FileHost(pause=2) as host, open_client() as client:
        began = now()
        await client.data_sources.upload(path, to=presign(host))

    assert 20 * MEGABYTE == host.received
    assert 600 < now() - began


async def test_a_silent_host_ends_the_upload(tmp_path: Path) -> None:
    """If the host stops reading for five minutes, the upload fails."""
    path = make_file(tmp_path, 50 * MEGABYTE)
    async with FileHost(stop_after=1000, hangs=True) as host, open_client() as client:
        began = now()
        with pytest.raises(UploadError, match="the network accepted no data for 300 s"):
            await client.data_sources.upload(path, to=presign(host))

    assert 300.0 == pytest.approx(now() - began, abs=0.5)


async def test_a_host_that_never_responds(tmp_path: Path) -> None:
    """If the host has the whole file but does not respond, the upload fails, too."""
    async with FileHost(hangs=True) as host, open_client() as client:
        with pytest.raises(
            UploadError, match="no response from the storage host for 300 s"
        ) as caught:
            await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))

    assert (10, 10) == (host.received, caught.value.sent_bytes)


async def test_nothing_is_sent_twice(tmp_path: Path) -> None:
    """An upload whose response is lost is not repeated."""
    async with FileHost(b"") as host, open_client() as client:
        with pytest.raises(UploadError, match="after 10 of 10 bytes"):
            await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))

    assert 1 == len(host.heads)


async def test_a_file_that_becomes_shorter(tmp_path: Path) -> None:
    """A file that is truncated while it is sent raises an error."""
    path = make_file(tmp_path, 10 * MEGABYTE)

    def cut(_: int, __: int) -> None:
        with path.open("r+b") as file:
            file.truncate(MEGABYTE)

    async with FileHost() as host, open_client() as client:
        with pytest.raises(
            UploadError, match="the file shrank during the upload"
        ) as caught:
            await client.data_sources.upload(path, to=presign(host), on_progress=cut)

    assert caught.value.sent_bytes < 10 * MEGABYTE
    assert 10 * MEGABYTE == caught.value.total_bytes


async def test_a_file_that_grows(tmp_path: Path) -> None:
    """A file that grows while it is sent arrives with the announced length."""
    path = make_file(tmp_path, MEGABYTE)

    def grow(_: int, __: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    async with FileHost() as host, open_client() as client:
        await client.data_sources.upload(path, to=presign(host), on_progress=grow)

    assert path.read_bytes()[:MEGABYTE] == bytes(host.body)


async def test_closing_ends_an_upload(tmp_path: Path) -> None:
    """Closing the client ends its uploads, even while the host is reading."""
    path = make_file(tmp_path, 50 * MEGABYTE)
    closing: list[asyncio.Task[None]] = []
    async with FileHost() as host, open_client() as client:

        def close(_: int, __: int) -> None:
            if not closing:
                closing.append(asyncio.ensure_future(client.aclose()))

        with pytest.raises(ClientClosedError):
            await client.data_sources.upload(path, to=presign(host), on_progress=close)
        await closing[0]

    assert host.received < 50 * MEGABYTE


class _ClosingTransport(MemoryTransport):
    """A transport that reads on from a file while its client is being closed."""

    client: Client

    async def upload(self, upload: Upload) -> Response:
        self.closing = asyncio.ensure_future(self.client.aclose())
        chunks = aiter(upload.chunks)
        while True:
            await anext(chunks)
            await asyncio.sleep(0)


async def test_closing_ends_an_upload_in_progress(tmp_path: Path) -> None:
    """A host that keeps reading does not keep a closed client open."""
    transport = _ClosingTransport(lambda _: ConnectError("nobody there"))
    transport.client = client = Client(TOKEN, transport=transport)
    to = PresignedUpload(presigned_url="https://spaces.example/up")

    with pytest.raises(ClientClosedError):
        await client.data_sources.upload(make_file(tmp_path, 10 * MEGABYTE), to=to)
    await transport.closing


async def test_a_closed_client_uploads_nothing(tmp_path: Path) -> None:
    """A closed client sends nothing."""
    async with FileHost() as host, open_client() as client:
        await client.aclose()
        with pytest.raises(ClientClosedError):
            await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))

    assert [] == host.heads


async def test_a_cancelled_upload_is_cancelled(tmp_path: Path) -> None:
    """Cancelling the caller cancels the upload and is not converted to an error."""
    path = make_file(tmp_path, 50 * MEGABYTE)
    async with FileHost(stop_after=1000, hangs=True) as host, open_client() as client:
        upload = asyncio.ensure_future(
            client.data_sources.upload(path, to=presign(host))
        )
        await asyncio.sleep(1)
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload


async def test_timeouts_of_the_caller_pass_through(tmp_path: Path) -> None:
    """A timeout set by the caller raises the caller's TimeoutError."""
    path = make_file(tmp_path, 50 * MEGABYTE)
    async with FileHost(stop_after=1000, hangs=True) as host, open_client() as client:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(5):
                await client.data_sources.upload(path, to=presign(host))

    assert not isinstance(caught.value, UploadError)


@pytest.mark.parametrize("stop_after", [0, 1000, 262_144, 300_000, 400_000, MEGABYTE])
async def test_no_error_shows_the_signature(stop_after: int, tmp_path: Path) -> None:
    """Neither the error nor its frames or causes show the URL's query or the token."""
    path = make_file(tmp_path, 10 * MEGABYTE)
    async with FileHost(b"", stop_after=stop_after) as host, open_client() as client:
        with pytest.raises(UploadError) as caught:
            await client.data_sources.upload(path, to=presign(host))
    shown = texts_of_error(caught.value)

    assert [] == [text for text in shown if TOKEN in text or SIGNATURE in text]


@pytest.mark.parametrize("kind", [LookupError, OSError, TimeoutError, UploadError])
async def test_no_error_of_the_caller_shows_the_signature(
    kind: type[Exception], tmp_path: Path
) -> None:
    """Nor does an error that the caller's own function raises, nor a rejected URL."""

    def fail(_: int, __: int) -> None:
        raise kind("mine")

    path = make_file(tmp_path, 10)
    odd = PresignedUpload(presigned_url=f"https://x.example/ü?{SIGNATURE}")
    async with FileHost() as host, open_client() as client:
        with pytest.raises(kind, match="mine") as mine:
            await client.data_sources.upload(path, to=presign(host), on_progress=fail)
        with pytest.raises(UploadError) as rejected:
            await client.data_sources.upload(path, to=odd)
    shown = [*texts_of_error(mine.value), *texts_of_error(rejected.value)]

    assert [] == [text for text in shown if SIGNATURE in text]


async def test_credentials_of_a_passed_session_are_not_sent(tmp_path: Path) -> None:
    """Headers and cookies of a session passed in do not go to the presigned host."""
    jar = aiohttp.CookieJar(unsafe=True)
    jar.update_cookies({"sid": "COOKIE"})
    names = ["Authorization", "Proxy-Authorization", "X-Api-Key"]
    headers = dict.fromkeys(names, f"Bearer {TOKEN}")
    async with (
        FileHost() as host,
        aiohttp.ClientSession(headers=headers, cookie_jar=jar) as session,
        Client(TOKEN, base_url="http://127.0.0.1:9", session=session) as client,
    ):
        await client.data_sources.upload(make_file(tmp_path, 10), to=presign(host))
    (head,) = host.heads

    assert TOKEN.encode() not in head
    assert b"COOKIE" not in head
    assert b"Content-Type: application/octet-stream\r\n" in head
    assert 1 == head.count(b"Content-Length: 10\r\n")


async def test_timeouts_of_a_transport_pass_through(tmp_path: Path) -> None:
    """A TimeoutError raised by a custom transport passes through unchanged."""
    transport = MemoryTransport(lambda _: TimeoutError("mine"))
    to = PresignedUpload(presigned_url="https://spaces.example/up")
    async with Client(TOKEN, transport=transport) as client:
        with pytest.raises(TimeoutError, match="mine") as caught:
            await client.data_sources.upload(make_file(tmp_path, 10), to=to)

    assert TimeoutError is type(caught.value)
