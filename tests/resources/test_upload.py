"""Uploads: a place is asked for, the file is put there, a data source comes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from gradient_async import (
    Client,
    DecodeError,
    FileUploadDataSource,
    OutcomeUnknownError,
    PresignedUpload,
    TransportError,
    UploadError,
)
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.asking import body_of, client_of, refusal

PIECE: Final = 256 * 1024
PRESIGN: Final = "/v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls"
URL: Final = "https://storage.example.com/bucket/a%20b?X-Amz-Signature=hunter2"
UPLOADED: Final = FileUploadDataSource(
    original_file_name="a b.txt", size_in_bytes=5, stored_object_key="key-1"
)


def place(**changes: Any) -> dict[str, Any]:
    """Give where a file may be put, as the API says it."""
    usual = {
        "original_file_name": "a b.txt",
        "object_key": "key-1",
        "presigned_url": URL,
    }
    return usual | changes


def host(
    *places: dict[str, Any], answer: Response | Exception | None = None
) -> MemoryTransport:
    """Give these places when asked, and take what is put there."""

    def handle(request: Request) -> Response | Exception:
        if request.method == "POST":
            return json_response({"request_id": "r", "uploads": list(places)})
        return answer or Response(status=200)

    return MemoryTransport(handle)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file of five bytes, whose name is not just letters."""
    path = tmp_path / "a b.txt"
    path.write_bytes(b"hello")
    return path


@pytest.mark.parametrize("spell", [str, Path, os.fspath])
async def test_upload(file: Path, spell: Callable[[Path], Any]) -> None:
    """A file is announced by name and size, put whole, and given as a data source."""
    transport = host(place())
    async with client_of(transport) as client:
        source = await client.data_sources.upload(spell(file))
    asked, put = transport.requests

    assert UPLOADED == source
    assert ("POST", PRESIGN) == (asked.method, asked.path)
    assert {"files": [{"file_name": "a b.txt", "file_size": "5"}]} == body_of(asked)
    assert ("PUT", "/bucket/a%20b", b"hello") == (put.method, put.path, put.body)


async def test_upload_to_a_place(file: Path) -> None:
    """With a place of one's own none is asked for; the file goes there."""
    transport = host()
    to = PresignedUpload(
        original_file_name="other.txt", object_key="key-2", presigned_url=URL
    )
    async with client_of(transport) as client:
        source = await client.data_sources.upload(file, to=to)
    (put,) = transport.requests

    assert (
        FileUploadDataSource(
            original_file_name="other.txt", size_in_bytes=5, stored_object_key="key-2"
        )
        == source
    )
    assert ("PUT", "/bucket/a%20b", b"hello") == (put.method, put.path, put.body)


async def test_a_place_without_a_name(file: Path) -> None:
    """Where the API does not repeat the name, the data source has the file's."""
    async with client_of(host(place(original_file_name=""))) as client:
        assert UPLOADED == await client.data_sources.upload(file)


@pytest.mark.parametrize(
    "places", [(), (place(), place()), (place(), place(object_key="key-2"))], ids=len
)
async def test_no_place_or_several(
    file: Path, places: tuple[dict[str, Any], ...]
) -> None:
    """Where the API does not give just one place, that is an error; nothing is put."""
    transport = host(*places)
    async with client_of(transport) as client:
        with pytest.raises(DecodeError, match="Expected 1 places for files") as caught:
            await client.data_sources.upload(file)

    assert "$.uploads" == caught.value.json_path
    assert "hunter2" not in f"{caught.value}{vars(caught.value)}"
    assert ["POST"] == [request.method for request in transport.requests]


@pytest.mark.parametrize(
    ("expected", "size"),
    [
        ([], 0),
        ([1], 1),
        ([PIECE], PIECE),
        ([PIECE, PIECE + 1], PIECE + 1),
        ([PIECE, 2 * PIECE, 2 * PIECE + 5], 2 * PIECE + 5),
    ],
)
async def test_progress(tmp_path: Path, expected: list[int], size: int) -> None:
    """Progress is told after each piece; an empty file is put, and has none."""
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    steps: list[tuple[int, int]] = []
    transport = host(place())
    async with client_of(transport) as client:
        source = await client.data_sources.upload(
            path, on_progress=lambda sent, total: steps.append((sent, total))
        )

    assert [(sent, size) for sent in expected] == steps
    assert size == source.size_in_bytes
    assert path.read_bytes() == transport.requests[-1].body
    assert ["POST", "PUT"] == [request.method for request in transport.requests]


@pytest.mark.parametrize(
    "url", ["", "storage", "http://storage.example.com/a", "https://u@example.com/a"]
)
async def test_a_place_that_is_none(file: Path, url: str) -> None:
    """A URL that leads nowhere safe is not sent to."""
    transport = host(place(presigned_url=url))
    async with client_of(transport) as client:
        with pytest.raises(UploadError, match="leads nowhere"):
            await client.data_sources.upload(file)

    assert ["POST"] == [request.method for request in transport.requests]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (403, Response(status=403, body=b"<Error><Code>AccessDenied</Code></Error>")),
        (None, TransportError("gone")),
    ],
)
async def test_a_host_that_does_not_take_it(
    file: Path, status: int | None, answer: Response | Exception
) -> None:
    """A file that did not arrive is an error without the URL, and not put again."""
    transport = host(place(), answer=answer)
    async with client_of(transport) as client:
        with pytest.raises(UploadError) as caught:
            await client.data_sources.upload(file)

    assert status == caught.value.status
    assert "hunter2" not in f"{caught.value}{vars(caught.value)}"
    assert ["POST", "PUT"] == [request.method for request in transport.requests]


async def test_a_lost_place(file: Path) -> None:
    """Where the answer with the place is lost, the upload says so."""
    transport = MemoryTransport(lambda _: TransportError("gone"))
    async with client_of(transport) as client:
        with pytest.raises(OutcomeUnknownError):
            await client.data_sources.upload(file)


async def test_what_progress_raises(file: Path) -> None:
    """What the function for progress raises ends the upload, as it is."""

    def stop(sent: int, total: int) -> None:
        raise KeyError(sent)

    async with client_of(host(place())) as client:
        with pytest.raises(KeyError, match="5"):
            await client.data_sources.upload(file, on_progress=stop)


async def test_missing_files(tmp_path: Path) -> None:
    """A file that is not there is Python's own error, and nothing is sent."""
    transport = host(place())
    async with client_of(transport) as client:
        with pytest.raises(FileNotFoundError):
            await client.data_sources.upload(tmp_path / "none")

    assert [] == transport.requests


def upload(path: Any, to: Any = None, show: Any = None) -> Callable[[Client], Any]:
    """Upload, later."""
    return lambda client: client.data_sources.upload(path, to=to, on_progress=show)


async def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, or what else is no file, is refused by its name."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (tmp_path, pipe, "/dev/null"):
        assert f"path must be a file, which {str(path)!r} is not" == await refusal(
            upload(path)
        )


@pytest.mark.parametrize("spell", [str, Path])
@pytest.mark.parametrize("path", ["a\0b", "\0", "\ud800", "a/\udfff.txt"], ids=ascii)
async def test_what_no_path_can_be(path: str, spell: Callable[[str], Any]) -> None:
    """A path with a character that no path can have is no file, and refused so."""
    assert f"path must be a file, which {path!r} is not" == await refusal(
        upload(spell(path))
    )


@pytest.mark.parametrize("show", [5, 0, False, "print", [], {}])
@pytest.mark.parametrize("to", [None, PresignedUpload(presigned_url=URL)])
async def test_what_cannot_be_told(file: Path, to: Any, show: Any) -> None:
    """What is no function for progress is refused before anything is sent."""
    assert "on_progress must be a function" == await refusal(upload(file, to, show))


@pytest.mark.parametrize("path", [None, 5, b"a.txt", ["a.txt"], True])
async def test_what_is_no_path(path: Any) -> None:
    """What is no path is refused by its name, a file number too."""
    kind = type(path).__name__

    assert f"path must be a path, not {kind}" == await refusal(upload(path))


@pytest.mark.parametrize("to", [URL, {"presigned_url": URL}, [], 5, False])
async def test_what_is_no_place(file: Path, to: Any) -> None:
    """What is no place is refused by its name, and without its value."""
    kind = type(to).__name__

    assert f"to must be a PresignedUpload, not {kind}" == await refusal(
        upload(file, to)
    )


@pytest.mark.parametrize(
    "name", ["ä b.txt", "漢字.pdf", "🐈", "100%.txt", "a\\b", "a\nb"]
)
async def test_odd_names(tmp_path: Path, name: str) -> None:
    """A file is announced by its own name, without folders, whatever is in it."""
    path = tmp_path / name
    path.write_bytes(b"hello")
    transport = host(place())
    async with client_of(transport) as client:
        await client.data_sources.upload(path)

    assert name == body_of(transport.requests[0])["files"][0]["file_name"]


async def test_names_that_no_encoding_can_say(tmp_path: Path) -> None:
    """A file whose name is no text is refused, and nothing is sent."""
    path = tmp_path / os.fsdecode(b"a\xff")
    path.write_bytes(b"hello")

    assert "has a character that no request can carry" in await refusal(upload(path))
