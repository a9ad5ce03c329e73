"""The commands for data sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradient_async.cli.application import run
from gradient_async.cli.listings.data_sources import locate
from gradient_async.emulator import Emulator, Fault
from gradient_async.models import (
    AWSDataSourceDisplay,
    DataSource,
    DropboxDataSourceDisplay,
    FileUploadDataSource,
    GoogleDriveDataSourceDisplay,
    SpacesDataSource,
    UnknownDataSource,
    WebCrawlerDataSource,
)
from tests.cli.samples import first
from tests.cli.terminal import Terminal

Capture = pytest.CaptureFixture[str]


def source_uuids(server: Emulator, base: str) -> list[object]:
    """Return the ids of a knowledge base's data sources, newest first."""
    return [source["uuid"] for source in server.data_sources(base)]


def test_lists_sources(server: Emulator, capsys: Capture) -> None:
    """The list has each data source of a knowledge base, and its latest outcome."""
    name, uuid = first(server)

    assert 0 == run(["sources", "list", name, "-o", "jsonl"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert source_uuids(server, uuid) == [row["uuid"] for row in rows]
    assert 0 == run(["sources", "list", name])
    heading, row, *_ = capsys.readouterr().out.splitlines()
    assert ["UUID", "KIND", "LOCATION", "STATUS", "ITEMS"] == heading.split()[:5]
    assert rows[0]["last_datasource_indexing_job"]["status"] in row


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (WebCrawlerDataSource(base_url="https://a.example"), "https://a.example"),
        (SpacesDataSource(region="nyc3", bucket_name="files"), "nyc3:files"),
        (
            AWSDataSourceDisplay(region="us-1", bucket_name="b", item_path="x/"),
            "us-1:b/x/",
        ),
        (FileUploadDataSource(original_file_name="faq.txt"), "faq.txt"),
        (DropboxDataSourceDisplay(folder="/docs"), "/docs"),
        (GoogleDriveDataSourceDisplay(folder_id="1", folder_name="docs"), "docs"),
        (GoogleDriveDataSourceDisplay(folder_id="1"), "1"),
        (UnknownDataSource(), ""),
    ],
)
def test_location_of_each_kind(source: DataSource, expected: str) -> None:
    """Each kind of data source has a location, a kind from the future has none."""
    assert expected == locate(source)


def test_adds_sources(server: Emulator, capsys: Capture) -> None:
    """Each URL and bucket becomes a data source, and is shown; no job is started."""
    name, uuid = first(server)
    before, jobs = source_uuids(server, uuid), server.job_uuids()
    urls = ("--url", "https://a.example", "--url", "https://b.example")

    assert 0 == run(["sources", "add", name, *urls, "--bucket", "nyc3:files"])
    _, *rows = capsys.readouterr().out.splitlines()
    added = [row.split()[:4] for row in rows]
    assert [
        ["web_crawler", "https://a.example", "-"],
        ["web_crawler", "https://b.example", "-"],
        ["spaces", "nyc3:files", "-"],
    ] == [row[1:] for row in added]
    new = [it for it in source_uuids(server, uuid) if it not in before]
    assert set(new) == {row[0] for row in added}
    assert jobs == server.job_uuids()


def test_nothing_to_add(server: Emulator, capsys: Capture) -> None:
    """Without a source, the error says which options there are."""
    assert 2 == run(["sources", "add", first(server)[0]])
    assert "error: name what to add: --url or --bucket\n" == capsys.readouterr().err


def test_uploads_files(server: Emulator, tmp_path: Path, capsys: Capture) -> None:
    """Each file is uploaded, and its size and key are shown; a pipe has no progress."""
    (tmp_path / "faq.txt").write_bytes(b"x" * 300_000)

    assert 0 == run(["sources", "upload", str(tmp_path / "faq.txt"), "-o", "json"])
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    keys = [upload.object_key for upload in server.uploads]
    assert [("faq.txt", 300_000)] == [
        (it["original_file_name"], it["size_in_bytes"]) for it in found
    ]
    assert keys == [it["stored_object_key"] for it in found]
    assert not captured.err


def test_a_terminal_shows_the_bytes(
    server: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, a bar shows how many bytes were sent; names are no markup."""
    path = tmp_path / "[red]faq\x1b[2J.txt"
    path.write_bytes(b"x" * 300_000)
    monkeypatch.setattr("sys.stderr", screen := Terminal())

    assert 0 == run(["sources", "upload", str(path)])
    assert "[red]faq [2J.txt" in screen.getvalue()
    assert "300.0/300.0 kB" in screen.getvalue()


def test_an_upload_that_fails(
    server: Emulator, tmp_path: Path, capsys: Capture
) -> None:
    """The error has neither the presigned URL nor a trace."""
    (tmp_path / "faq.txt").write_text("x")
    server.fail(Fault(status=403, path="*", method="PUT"))

    assert 1 == run(["sources", "upload", str(tmp_path / "faq.txt")])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert not captured.out
    assert line.startswith("error: ")
    assert "Signature" not in line


def test_nothing_to_upload(server: Emulator, capsys: Capture) -> None:
    """Without files, nothing is sent."""
    assert 2 == run(["sources", "upload"])
    assert "error: name the files to upload\n" == capsys.readouterr().err
    assert not server.requests


@pytest.mark.parametrize("by", ["uuid", "start", "location"])
def test_removes_a_source(server: Emulator, by: str, capsys: Capture) -> None:
    """A data source is found by its id, the start of that, or its location."""
    name, base = first(server)
    url = "https://a.example"
    assert 0 == run(["sources", "add", name, "--url", url, "-o", "json"])
    uuid = json.loads(capsys.readouterr().out)[0]["uuid"]
    argument = {"uuid": uuid, "start": uuid[:8], "location": url}[by]

    assert 0 == run(["sources", "remove", name, argument, "--yes"])
    assert f"removed {url} ({uuid})\n" == capsys.readouterr().err
    assert uuid not in source_uuids(server, base)


def test_does_not_remove_unasked(server: Emulator, capsys: Capture) -> None:
    """Without `--yes` and without a terminal, nothing is removed."""
    name, base = first(server)
    before = source_uuids(server, base)

    assert 2 == run(["sources", "remove", name, str(before[0])])
    assert capsys.readouterr().err.endswith(" without a terminal: pass --yes\n")
    assert before == source_uuids(server, base)


def test_an_unknown_source(server: Emulator, capsys: Capture) -> None:
    """A data source that does not exist exits with 4."""
    assert 4 == run(["sources", "remove", first(server)[0], "nonsense", "--yes"])
    assert "there is no data source 'nonsense'" in capsys.readouterr().err
