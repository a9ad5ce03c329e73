"""Uploads: request a presigned URL, put the file there, return a data source."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from gradient_async import (
    Client,
    FileUploadDataSource,
    OutcomeUnknownError,
    PresignedUpload,
    TransportError,
    UploadError,
)
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.canned_calls import create_client, decode_body, error_message

CHUNK: Final = 256 * 1024
PRESIGN: Final = "/v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls"
URL: Final = "https://storage.example.com/bucket/a%20b?X-Amz-Signature=hunter2"
UPLOADED: Final = FileUploadDataSource(
    original_file_name="a b.txt", size_in_bytes=5, stored_object_key="key-1"
)


def presigned_upload(**changes: Any) -> dict[str, Any]:
    """Return a presigned upload as the API writes it."""
    usual = {
        "original_file_name": "a b.txt",
        "object_key": "key-1",
        "presigned_url": URL,
    }
    return usual | changes


def host(
    *uploads: dict[str, Any], response: Response | Exception | None = None
) -> MemoryTransport:
    """Serve these presigned uploads, and accept what is put there."""

    def handle(request: Request) -> Response | Exception:
        if request.method == "POST":
            return json_response({"request_id": "r", "uploads": list(uploads)})
        return response or Response(status=200)

    return MemoryTransport(handle)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Create a file of five bytes, with a space in its name."""
    path = tmp_path / "a b.txt"
    path.write_bytes(b"hello")
    return path


@pytest.mark.parametrize("spell", [str, Path, os.fspath])
async def test_upload(file: Path, spell: Callable[[Path], Any]) -> None:
    """A file is announced by name and size, put, and returned as a data source."""
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        source = await client.data_sources.upload(spell(file))
    announced, put = transport.requests

    assert UPLOADED == source
    assert ("POST", PRESIGN) == (announced.method, announced.path)
    assert {"files": [{"file_name": "a b.txt", "file_size": "5"}]} == decode_body(
        announced
    )
    assert ("PUT", "/bucket/a%20b", b"hello") == (put.method, put.path, put.body)


async def test_upload_to_a_given_url(file: Path) -> None:
    """With `to`, no URL is requested; the file is put there."""
    transport = host()
    to = PresignedUpload(
        original_file_name="other.txt", object_key="key-2", presigned_url=URL
    )
    async with create_client(transport) as client:
        source = await client.data_sources.upload(file, to=to)
    (put,) = transport.requests

    assert (
        FileUploadDataSource(
            original_file_name="other.txt", size_in_bytes=5, stored_object_key="key-2"
        )
        == source
    )
    assert ("PUT", "/bucket/a%20b", b"hello") == (put.method, put.path, put.body)


async def test_url_without_a_name(file: Path) -> None:
    """If the API does not repeat the name, the data source has the file's."""
    async with create_client(host(presigned_upload(original_file_name=""))) as client:
        assert UPLOADED == await client.data_sources.upload(file)


@pytest.mark.parametrize(
    ("expected", "size"),
    [
        ([], 0),
        ([1], 1),
        ([CHUNK], CHUNK),
        ([CHUNK, CHUNK + 1], CHUNK + 1),
        ([CHUNK, 2 * CHUNK, 2 * CHUNK + 5], 2 * CHUNK + 5),
    ],
)
async def test_progress(tmp_path: Path, expected: list[int], size: int) -> None:
    """Progress is reported after each chunk; an empty file is put without any."""
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    steps: list[tuple[int, int]] = []
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        source = await client.data_sources.upload(
            path, on_progress=lambda sent, total: steps.append((sent, total))
        )

    assert [(sent, size) for sent in expected] == steps
    assert size == source.size_in_bytes
    assert path.read_bytes() == transport.requests[-1].body
    assert ["POST", "PUT"] == [request.method for request in transport.requests]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "storage",
        "https://u@example.com/a",
        "http://127.0.0.1:8000/a",
        "http://localhost/a",
        "http://[::1]/a",
        "https://127.1.2.3/a",
        "https://localhost./a",
        "https://storage.localhost/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://0.0.0.0/a",
        "https://[0::0]/a",
        "https://[::ffff:0.0.0.0]/a",
        "https://0x7f000001/a",
        "https://0x7f.1/a",
        "https://127.0.0.0x1./a",
        "https://[::]/a",
        "http://storage.example.com/up?sig=1",
        "ftp://storage.example.com/up",
        "file:///etc/passwd",
        "https:///up",
        "https://user:pass@storage.example.com/up",
        "https://storage.example.com/with space",
        "https://storage.example.com/ü",
        "https://storage.example.com/%zz",
        "https://storage.example.com/a\r\nb",
        "https://storage.example.com/up#fragment",
        "https://storage.example.com:port/up",
    ],
)
async def test_unsafe_urls(file: Path, url: str) -> None:
    """Nothing is sent to an unsafe URL."""
    transport = host(presigned_upload(presigned_url=url))
    async with create_client(transport) as client:
        with pytest.raises(UploadError, match="is not a valid https URL"):
            await client.data_sources.upload(file)

    assert ["POST"] == [request.method for request in transport.requests]


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:1", "http://localhost:1", "https://[::1]/path"]
)
@pytest.mark.parametrize("url", ["http://localhost:2/a", "https://127.0.0.1/a", URL])
async def test_local_urls_of_a_local_api(file: Path, url: str, base_url: str) -> None:
    """An API on this machine, such as the emulator, may have its storage there, too."""
    transport = host(presigned_upload(presigned_url=url))
    async with Client("t", base_url=base_url, transport=transport) as client:
        await client.data_sources.upload(file)

    assert ["POST", "PUT"] == [request.method for request in transport.requests]


async def test_lost_url(file: Path) -> None:
    """If the response with the URL is lost, the outcome is unknown."""
    transport = MemoryTransport(lambda _: TransportError("gone"))
    async with create_client(transport) as client:
        with pytest.raises(OutcomeUnknownError):
            await client.data_sources.upload(file)


async def test_missing_files(tmp_path: Path) -> None:
    """A missing file is Python's own error; nothing is sent."""
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        with pytest.raises(FileNotFoundError):
            await client.data_sources.upload(tmp_path / "none")

    assert [] == transport.requests


def upload(path: Any, to: Any = None, show: Any = None) -> Callable[[Client], Any]:
    """Return a call that uploads."""
    return lambda client: client.data_sources.upload(path, to=to, on_progress=show)


async def test_other_than_regular_files(tmp_path: Path) -> None:
    """A folder, a pipe or a device is refused by its path."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (tmp_path, pipe, "/dev/null"):
        assert f"path must be a regular file, got {str(path)!r}" == await error_message(
            upload(path)
        )


@pytest.mark.parametrize("spell", [str, Path])
@pytest.mark.parametrize("path", ["a\0b", "\0", "\ud800", "a/\udfff.txt"], ids=ascii)
async def test_impossible_paths(path: str, spell: Callable[[str], Any]) -> None:
    """A path with a character that no path can have is refused."""
    assert f"path must be a regular file, got {path!r}" == await error_message(
        upload(spell(path))
    )


@pytest.mark.parametrize("show", [5, 0, False, "print", [], {}])
@pytest.mark.parametrize("to", [None, PresignedUpload(presigned_url=URL)])
async def test_invalid_on_progress(file: Path, to: Any, show: Any) -> None:
    """An `on_progress` that is not callable is refused."""
    kind = type(show).__name__

    assert f"on_progress must be callable, got {kind}" == await error_message(
        upload(file, to, show)
    )


@pytest.mark.parametrize("to", [URL, {"presigned_url": URL}, [], 5, False])
async def test_other_types_of_url(file: Path, to: Any) -> None:
    """Anything else than a `PresignedUpload` is refused without its value."""
    kind = type(to).__name__

    assert f"to must be a PresignedUpload or None, got {kind}" == await error_message(
        upload(file, to)
    )


@pytest.mark.parametrize(
    "name", ["ä b.txt", "漢字.pdf", "🐈", "100%.txt", "a\\b", "a\nb"]
)
async def test_odd_names(tmp_path: Path, name: str) -> None:
    """A file is announced by its own name, without folders, however odd."""
    path = tmp_path / name
    path.write_bytes(b"hello")
    transport = host(presigned_upload())
    async with create_client(transport) as client:
        await client.data_sources.upload(path)

    assert name == decode_body(transport.requests[0])["files"][0]["file_name"]


async def test_undecodable_names(tmp_path: Path) -> None:
    """A file whose name is not valid text is refused; nothing is sent."""
    path = tmp_path / os.fsdecode(b"a\xff")
    path.write_bytes(b"hello")

    assert "contains an unpaired surrogate" in await error_message(upload(path))
