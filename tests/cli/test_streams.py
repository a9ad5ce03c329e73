"""The command's standard streams: full, closed, or unable to show some characters."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs
import pytest

from gradient_async import IndexingJob
from gradient_async.cli.formats.csv_format import write_csv
from gradient_async.cli.formats.json_format import write_json, write_json_lines
from gradient_async.cli.formats.table_format import write_table
from gradient_async.cli.rows import Row
from gradient_async.emulator import Emulator, Fault

from .samples import ODD, PARTIAL, sheet_of, stream_of

COMMAND = [sys.executable, "-m", "gradient_async.cli"]
LIST = ["jobs", "list", "--limit", "3"]
FORMATS = ["table", "json", "jsonl", "csv"]

FULL = Path("/dev/full")


def run(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    stdout: Any = subprocess.PIPE,
    stderr: Any = subprocess.PIPE,
    preexec_fn: Callable[[], object] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command, with additional variables."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, **(env or {})},
        stdout=stdout,
        stderr=stderr,
        preexec_fn=preexec_fn,
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], *([*LIST, "--output", it] for it in FORMATS)],
)
def test_a_full_disk(arguments: list[str], gradient_emulator: Emulator) -> None:
    """What cannot be written ends the command with one line, and the exit code 1."""
    with FULL.open("wb") as full:
        done = run(*arguments, stdout=full)

    assert b"error: cannot write the output: No space left on device\n" == done.stderr
    assert 1 == done.returncode


@pytest.mark.parametrize("arguments", [["--help"], LIST])
def test_a_closed_stdout(arguments: list[str], gradient_emulator: Emulator) -> None:
    """Without stdout the command ends at once, and sends nothing."""
    done = run(*arguments, stdout=None, preexec_fn=lambda: os.close(1))

    assert b"error: cannot write the output: stdout is closed\n" == done.stderr
    assert 1 == done.returncode
    assert [] == gradient_emulator.requests


def test_a_closed_stderr(gradient_emulator: Emulator) -> None:
    """Without stderr the output is complete, and errors leave only the exit code."""
    done = run(*LIST, stderr=None, preexec_fn=lambda: os.close(2))
    failed = run("no-such-command", stderr=None, preexec_fn=lambda: os.close(2))

    assert 0 == done.returncode
    assert 4 == len(done.stdout.splitlines())
    assert 2 == failed.returncode


CONSOLES = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


def odd_list() -> bytes:
    """Return a list of a job with characters that few consoles have."""
    job = {"uuid": "zażółć \u2192 \U0001f600\x1b[2J\x9b", "status": "INDEX_\u2192"}
    return json.dumps({"jobs": [job], "meta": {"total": 1, "pages": 1}}).encode()


@pytest.mark.parametrize(
    ("output", "console"),
    [*zip(FORMATS, cycle(CONSOLES)), *zip(cycle(FORMATS), CONSOLES)],
)
def test_consoles_without_unicode(
    output: str, console: dict[str, str], gradient_emulator: Emulator
) -> None:
    """A console that cannot show a character gets its escape; JSON stays valid."""
    gradient_emulator.fail(Fault(body=odd_list(), path="*/indexing_jobs"))
    done = run("jobs", "list", "--output", output, env=console)
    text = done.stdout.decode("cp1252")

    assert (0, b"") == (done.returncode, done.stderr)
    assert "\\u2192" in text
    assert "\x1b" not in text
    if output.startswith("json"):
        found = json.loads(text)
        uuid = (found if output == "jsonl" else found[0])["uuid"]
        assert "zażółć \u2192 \U0001f600\x1b[2J\x9b" == uuid


@pytest.mark.parametrize("console", CONSOLES[:2])
def test_help_without_unicode(console: dict[str, str]) -> None:
    """The help can be shown on every console."""
    done = run("--help", env=console)

    assert (0, b"") == (done.returncode, done.stderr)
    assert b"\\u" not in done.stdout


EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@pytest.mark.parametrize(
    ("expected", "moment"),
    [
        ("0001-01-01T00:00:00+14:00", datetime.min.replace(tzinfo=EAST)),
        ("9999-12-31T23:59:59-12:00", datetime.max.replace(tzinfo=WEST)),
        ("0001-01-01T12:00:00Z", datetime.min.replace(tzinfo=WEST)),
        ("9999-12-31T09:59:59Z", datetime.max.replace(tzinfo=EAST)),
        ("0001-01-01T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
    ],
)
async def test_times_at_the_edge_of_the_calendar(
    expected: str, moment: datetime
) -> None:
    """A time that has no UTC form keeps its own offset."""
    job = attrs.evolve(
        PARTIAL, created_at=moment, started_at=moment, finished_at=moment
    )
    out, others = io.StringIO(), io.StringIO()
    await write_table(stream_of(job), out, sheet_of())
    await write_csv(stream_of(job), others, sheet_of())
    await write_json(stream_of(job), others, sheet_of())

    assert expected in out.getvalue()


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("'=1+2", "=1+2"),
        ("'+1", "+1"),
        ("'-1", "-1"),
        ("'@SUM(A1)", "@SUM(A1)"),
        ("' =1", "\t=1"),
        ("' =1", "\r=1"),
        ("a=1", "a=1"),
        ("a [2J b c", "a\x1b[2J\x9bb\nc"),
        ("zażółć", "zażółć"),
    ],
)
async def test_cells_of_csv_are_only_text(expected: str, text: str) -> None:
    """No cell is a formula for a spreadsheet, or moves a terminal's cursor."""
    job = IndexingJob(uuid=text, knowledge_base_uuid=text, total_tokens=-5)
    out = io.StringIO()

    async def rows() -> Any:
        yield Row(text, job)

    await write_csv(rows(), out, sheet_of(text))
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))

    assert [expected] * 3 == [row["account"], row["uuid"], row["knowledge_base_uuid"]]
    assert "-5" == row["total_tokens"]


async def test_json_has_no_control_characters() -> None:
    """Control characters are escaped in JSON, those beyond ASCII too."""
    job = attrs.evolve(ODD, uuid="a\x1b[2J\x9b\u202e\x7f\u2028zażółć")
    out = io.StringIO()
    await write_json_lines(stream_of(job), out, sheet_of())
    line = out.getvalue()

    assert line.removesuffix("\n").isprintable()
    assert r"a\u001b[2J\u009b\u202e\u007f\u2028zażółć" in line
    assert job.uuid == json.loads(line)["uuid"]
