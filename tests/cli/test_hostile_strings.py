"""Whatever the server sends in a text stays text, in every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from gradient_async.cli.command_tree import app
from gradient_async.emulator import Emulator, Fault
from gradient_async.printable import printable

from .hostile import HOSTILE, hostile_bases, hostile_jobs, hostile_models, list_body
from .test_report import Page

JOBS = hostile_jobs()
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def hostile(account: Emulator) -> Emulator:
    """Let the emulator respond with hostile strings."""
    for path, member, items in (
        ("*/indexing_jobs", "jobs", JOBS),
        ("*/knowledge_bases", "knowledge_bases", hostile_bases()),
        ("*/models", "models", hostile_models()),
    ):
        account.fail(Fault(body=list_body(member, items), path=path, times=None))
    return account


async def run(*command: str) -> None:
    """Run a command."""
    await app.run_async(list(command), result_action="return_value")


def read_rows(text: str) -> list[list[str]]:
    """Return the cells of CSV without those of the heading."""
    _, *rows = csv.reader(text.splitlines(keepends=True))
    return rows


def odd_letters(text: str) -> set[str]:
    """Return what could move a cursor, or change the direction of text."""
    return {letter for letter in text if not letter.isprintable()} - {"\n"}


@pytest.mark.parametrize("command", ["list", "report"])
@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
async def test_no_control_characters(
    hostile: Emulator,
    capsys: pytest.CaptureFixture[str],
    command: str,
    output: str,
) -> None:
    """What is printed has no control characters but the ends of its lines."""
    await run("jobs", command, "-o", output)
    captured = capsys.readouterr()

    assert set() == odd_letters(captured.out) | odd_letters(captured.err)
    assert "مرحبا" in captured.out


@pytest.mark.parametrize("command", ["list", "report"])
async def test_no_formulas(
    hostile: Emulator, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """No cell of CSV is a formula."""
    await run("jobs", command, "-o", "csv")
    rows = read_rows(capsys.readouterr().out)

    assert len(HOSTILE) == len(rows)
    assert [] == [cell for row in rows for cell in row if cell.startswith(FORMULAS)]


async def test_exported_csv(hostile: Emulator, tmp_path: Path) -> None:
    """An export as CSV has a line for each job, and no formulas."""
    await run("jobs", "export", "--to", str(tmp_path / "a.csv"))
    text = (tmp_path / "a.csv").read_text("utf-8")
    rows = read_rows(text)

    assert set() == odd_letters(text)
    assert 1 + len(HOSTILE) == len(text.splitlines())
    assert [] == [cell for row in rows for cell in row if cell.startswith(FORMULAS)]


async def test_exported_json(hostile: Emulator, tmp_path: Path) -> None:
    """An export as JSON has a line for each job, and every text as it was sent."""
    await run("jobs", "export", "--to", str(tmp_path / "a.jsonl"))
    text = (tmp_path / "a.jsonl").read_text("utf-8")
    jobs = [json.loads(line) for line in text.split("\n")[:-1]]

    assert set() == odd_letters(text)
    for name in ("uuid", "knowledge_base_uuid", "data_source_uuids"):
        assert [it[name] for it in JOBS] == [it[name] for it in jobs]
    assert [*HOSTILE] == [it["data_source_jobs"][0]["error_msg"] for it in jobs]


async def test_exported_parquet(hostile: Emulator, tmp_path: Path) -> None:
    """An export as Parquet has every text as it was sent."""
    await run("jobs", "export", "--to", str(tmp_path / "a.parquet"))
    table = pq.read_table(tmp_path / "a.parquet")

    assert [it["uuid"] for it in JOBS] == table["uuid"].to_pylist()
    assert [*HOSTILE] == table["error_details"].to_pylist()


async def test_the_page(hostile: Emulator, tmp_path: Path) -> None:
    """The page has no element or attribute of the server's, and all names."""
    await run("jobs", "report", "--html", str(tmp_path / "r.html"))
    text = (tmp_path / "r.html").read_text("utf-8")
    page = Page(text)
    names = [row[0] for row in page.tables[0][1:-1]]

    assert not page.tags & {"script", "img", "b"}
    assert not {it for it in page.attributes if it.startswith("on")}
    assert 1 == text.count("</style>")
    assert sorted(printable(name) for name in HOSTILE) == sorted(names)
    assert set() == odd_letters(text)
