"""The commands for knowledge bases."""

from __future__ import annotations

import csv
import io
import json
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gradient_async.cli.application import run
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background
from tests.cli.samples import first
from tests.cli.terminal import HOSTILE, Terminal

Capture = pytest.CaptureFixture[str]


MODELS = (
    *("GTE Large EN v1.5", "All MiniLM L6 v2", "Multi QA MPNet Base Dot v1"),
    *("Qwen3 Embedding 0.6B", "BGE M3"),
)
"""Names of the emulator's embedding models, in the order of its list."""


def create(name: str, *options: str) -> int:
    """Create a knowledge base in a region, with a model."""
    model = () if "--model" in options else ("--model", "BGE M3")
    return run(["kb", "create", name, "--region", "tor1", *model, *options])


def test_lists_knowledge_bases(server: Emulator, capsys: Capture) -> None:
    """The table has each knowledge base, and its latest job."""
    assert 0 == run(["kb", "list"])
    captured = capsys.readouterr()
    heading, *rows = captured.out.splitlines()

    expected = [(it["name"], it["uuid"]) for it in server.knowledge_bases()]
    assert expected == [tuple(row.split()[:2]) for row in rows]
    assert ["NAME", "UUID", "REGION", "LAST", "JOB"] == heading.split()[:5]
    assert not captured.err


def test_details_have_the_database_and_the_model(
    server: Emulator, capsys: Capture
) -> None:
    """`--details` fetches each knowledge base, and the models once."""
    assert 0 == run(["kb", "list", "--details", "-o", "jsonl"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    paths = [request.path for request in server.requests]

    assert {"online"} == {row["database_status"] for row in rows}
    assert all(row["embedding_model"] in MODELS for row in rows)
    assert 1 == paths.count("/v2/gen-ai/models")
    assert len(paths) == 2 + len(rows)


def test_details_of_a_table(server: Emulator, capsys: Capture) -> None:
    """The table with details has columns for the database and the model."""
    assert 0 == run(["kb", "list", "--details"])
    heading, *rows = capsys.readouterr().out.splitlines()

    assert "DATABASE" in heading
    assert all(" online " in row for row in rows)
    assert len(server.knowledge_bases()) == len(rows)


def test_what_was_deleted_meanwhile_is_left_out(
    server: Emulator, capsys: Capture
) -> None:
    """A knowledge base that is gone when its details are fetched is not listed."""
    _, uuid = first(server)
    server.fail(Fault(status=404, path=f"/v2/gen-ai/knowledge_bases/{uuid}"))

    assert 0 == run(["kb", "list", "--details", "-o", "csv", "--columns", "uuid"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    expected = [it["uuid"] for it in server.knowledge_bases()[1:]]
    assert expected == [row["uuid"] for row in rows]


def test_lists_several_accounts(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Each row has its account; an account that fails is an error at the end."""
    with run_in_background(Emulator(jobs=10, accounts=2)) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        names = [*running.tokens, "dop_v1_a_wrong_one"]
        for suffix, token in zip(("_A", "_B", "_C"), names, strict=True):
            monkeypatch.setenv(TOKEN_VARIABLES[0] + suffix, token)

        assert 6 == run(["kb", "list", "--details", "-o", "jsonl"])
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    (line,) = captured.err.splitlines()

    assert {"a", "b"} == {row["account"] for row in rows}
    assert "account c" in line
    assert "dop_v1_a_wrong_one" not in line


def test_no_knowledge_bases(server: Emulator, capsys: Capture) -> None:
    """An empty list says so on stderr."""
    for base in server.knowledge_bases():
        assert 0 == run(["kb", "delete", str(base["uuid"]), "--yes"])
    capsys.readouterr()

    assert 0 == run(["kb", "list"])
    assert ("", "no knowledge bases found\n") == capsys.readouterr()


@pytest.mark.parametrize("by", ["name", "uuid", "start"])
def test_shows_one(server: Emulator, by: str, capsys: Capture) -> None:
    """A knowledge base is found by its name, its id, or the start of that."""
    name, uuid = first(server)
    argument = {"name": name, "uuid": uuid, "start": uuid[:8]}[by]

    assert 0 == run(["kb", "get", argument])
    out = capsys.readouterr().out
    assert f"knowledge base  {uuid}" in out
    assert "database        online" in out
    assert any(f"model           {name}\n" in out for name in MODELS)
    for source in server.data_sources(uuid):
        assert f"  {source['uuid']}  " in out


def test_shows_one_as_json(server: Emulator, capsys: Capture) -> None:
    """Other formats have one object."""
    name, uuid = first(server)

    assert 0 == run(["kb", "get", name, "-o", "json"])
    found = json.loads(capsys.readouterr().out)
    assert (name, uuid, "online") == (
        *(found["name"], found["uuid"]),
        found["database_status"],
    )


@pytest.mark.parametrize("command", ["get", "delete", "search"])
def test_an_unknown_name_is_an_error(
    server: Emulator, command: str, capsys: Capture
) -> None:
    """A name that does not exist exits with 4 and says where to look."""
    more = {"search": ["words"], "delete": ["--yes"]}.get(command, [])

    assert 4 == run(["kb", command, "nonsense", *more])
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.startswith("error: there is no knowledge base 'nonsense'")


def test_creates_one(server: Emulator, tmp_path: Path, capsys: Capture) -> None:
    """It has the model by its name, and a source for each option, files uploaded."""
    (tmp_path / "faq.txt").write_text("What is it?")
    sources = ("--url", "https://a.example/docs", "--bucket", "nyc3:files/published")
    code = create(
        "handbook",
        *("--tag", "a", "--tag", "b"),
        *sources,
        *("--crawl", "path", "--chunking", "semantic"),
        *("--file", str(tmp_path / "faq.txt")),
    )
    out = capsys.readouterr().out
    name, uuid = first(server)
    kinds = server.data_sources(uuid)

    assert 0 == code
    assert "handbook" == name
    assert "model           BGE M3" in out
    assert "tags            a, b" in out
    assert [11] == [upload.size for upload in server.uploads]
    assert {"CHUNKING_ALGORITHM_SEMANTIC"} == {it["chunking_algorithm"] for it in kinds}
    for location in ("https://a.example/docs", "nyc3:files/published", "faq.txt"):
        assert location in out


def test_waits_for_the_database(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """`--wait` shows the knowledge base once its database is online."""
    api = Emulator(jobs=1, database_seconds=2, speed=100)
    with run_in_background(api) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], running.token)

        assert 0 == create("slow", "--wait")
    captured = capsys.readouterr()
    assert "database        online" in captured.out
    assert "no sources" in captured.out
    assert captured.err.startswith("created ")


def test_a_terminal_shows_what_is_waited_for(
    server: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While waiting, a terminal has a line that says for what."""
    monkeypatch.setattr("sys.stderr", screen := Terminal())

    server.advance(60)
    assert 0 == create("slow", "--wait")
    assert "waiting for the database" in screen.getvalue()


def test_creates_one_of_uploaded_files(
    server: Emulator, tmp_path: Path, capsys: Capture
) -> None:
    """The lines that `sources upload` writes are sources of a new knowledge base."""
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    files = [str(tmp_path / name) for name in ("one.txt", "two.txt")]
    assert 0 == run(["sources", "upload", *files, "-o", "jsonl"])
    uploads = tmp_path / "uploads.jsonl"
    uploads.write_text(capsys.readouterr().out)

    assert 0 == create("handbook", "--uploaded", str(uploads))
    _, uuid = first(server)
    names = {
        it["file_upload_data_source"]["original_file_name"]  # type: ignore[index]
        for it in server.data_sources(uuid)
    }
    assert {"one.txt", "two.txt"} == names


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--url", "a.example"], "--url must start with https://, got 'a.example'"),
        (["--bucket", "files"], "--bucket must look like nyc3:my-bucket, got 'files'"),
        (["--bucket", "x\x1b[2J"], "got 'x [2J'"),
        (["--file", "missing"], "cannot upload missing: No such file or directory"),
        (["--file", "."], "cannot upload .: not a regular file"),
        (["--uploaded", "missing"], "cannot read missing: No such file or directory"),
        (["--uploaded", __file__], "not what `gradient-async sources upload -o jsonl`"),
    ],
)
def test_refuses_invalid_sources(
    server: Emulator, options: list[str], expected: str, capsys: Capture
) -> None:
    """An invalid source exits with 2 and one line, before anything is created."""
    before = server.knowledge_bases()

    assert 2 == create("handbook", *options)
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
    assert before == server.knowledge_bases()


def test_refuses_an_unknown_model(server: Emulator, capsys: Capture) -> None:
    """A model that does not exist is an error before anything is created."""
    assert 4 == create("handbook", "--model", "gpt")
    expected = f"there is no embedding model 'gpt'; there are: {', '.join(MODELS)}"
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1)],
)
def test_asks_before_it_deletes(
    server: Emulator, reply: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only `y` and `yes` delete; anything else changes nothing."""
    name, uuid = first(server)
    what = f"the knowledge base {name} ({uuid})"
    end = (
        f"error: did not delete {what}\n" if expected else f"deleted {name} ({uuid})\n"
    )
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    monkeypatch.setattr("sys.stdin", Terminal(reply))

    assert expected == run(["kb", "delete", name])
    # A terminal echoes the line that ends a reply; at the end of input there is none.
    gap = "" if reply else "\n"
    assert f"Delete {what}? [y/N] {gap}{end}" == screen.getvalue()
    assert bool(expected) == (uuid in [it["uuid"] for it in server.knowledge_bases()])


def test_ctrl_c_ends_the_question(
    server: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while it asks exits with 130; nothing is deleted."""
    stdin = Terminal()
    interrupt = partial(signal.raise_signal, signal.SIGINT)
    monkeypatch.setattr(stdin, "readline", interrupt)
    before = server.knowledge_bases()
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr("sys.stdin", stdin)

    assert 130 == run(["kb", "delete", first(server)[0]])
    assert before == server.knowledge_bases()


@pytest.mark.parametrize("stdin", [io.StringIO("y\n"), None])
def test_does_not_delete_without_a_terminal(
    server: Emulator,
    stdin: io.StringIO | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    """Without a terminal to ask on, and `--yes`, it exits with 2."""
    monkeypatch.setattr("sys.stdin", stdin)
    before = server.knowledge_bases()

    assert 2 == run(["kb", "delete", first(server)[0]])
    assert capsys.readouterr().err.endswith(" without a terminal: pass --yes\n")
    assert before == server.knowledge_bases()


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an emulator whose first knowledge base, `handbook`, has been indexed."""
    api = Emulator(jobs=1, database_seconds=0, auto_index=True, limits=None)
    with run_in_background(api) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], running.token)
        assert 0 == create("handbook", "--url", "https://a.example", "-o", "csv")
        api.advance(60)
        yield api


def test_searches(indexed: Emulator, capsys: Capture) -> None:
    """A search shows the metadata and the text of each chunk."""
    capsys.readouterr()

    assert 0 == run(["kb", "search", "handbook", "page", "--limit", "2"])
    heading, text, *_ = capsys.readouterr().out.splitlines()
    assert heading.startswith("1. item_name: ")
    assert text.startswith("   ")
    assert ", page 1. " in text


def test_searches_for_other_programs(indexed: Emulator, capsys: Capture) -> None:
    """In other formats, each chunk is a row with its text and its metadata."""
    capsys.readouterr()
    search = ["kb", "search", "handbook", "page", "--alpha", "0.5"]

    assert 0 == run([*search, "-o", "jsonl"])
    chunk = json.loads(capsys.readouterr().out.splitlines()[0])
    assert {"text_content", "metadata"} == chunk.keys()
    assert 0 == run([*search, "-o", "csv"])
    (row, *_) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert chunk["metadata"] == json.loads(row["metadata"])


def test_finds_nothing(indexed: Emulator, capsys: Capture) -> None:
    """A search without a result says so on stderr."""
    capsys.readouterr()

    assert 0 == run(["kb", "search", "handbook", "zzz"])
    assert ("", "no chunks found\n") == capsys.readouterr()


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_names_cannot_control_the_terminal(
    server: Emulator, output: str, capsys: Capture
) -> None:
    """What a server sends as a name is nothing but text, wherever it is shown."""
    assert 0 == create(HOSTILE, "--url", f"https://a.example/{HOSTILE}", "-o", output)
    assert 0 == run(["kb", "list", "-o", output])
    assert 0 == run(["kb", "get", HOSTILE, "-o", output])
    assert 0 == run(["sources", "list", HOSTILE, "-o", output])
    assert 0 == run(["kb", "delete", HOSTILE, "--yes"])
    captured = capsys.readouterr()
    text = captured.out + captured.err

    assert "evil" in text
    assert text.replace("\n", "").isprintable()
