"""The commands for jobs, with a real client and an emulator in the same loop."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gradient_async.cli.command_tree import app
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.emulator import Emulator


async def list_jobs(*options: str) -> None:
    """Run `jobs list`."""
    await app.run_async(["jobs", "list", *options], result_action="return_value")


async def test_lists_all_jobs(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has a heading and every job, newest first; stderr stays empty."""
    await list_jobs()
    captured = capsys.readouterr()
    heading, *rows = captured.out.splitlines()

    assert heading.startswith("UUID")
    assert list(account.job_uuids()) == [row.split()[0] for row in rows]
    assert not captured.err


@pytest.mark.parametrize(
    "options",
    [
        ("--status", "failed", "--status", "partial"),
        ("--status", "failed,partial"),
        ("--status", "FAILED, partial"),
        ("--status", "INDEX_JOB_STATUS_FAILED,partial", "--status", "failed"),
    ],
)
async def test_filters_by_status(
    account: Emulator, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--status`, repeated or with commas, keeps jobs of each status named."""
    await list_jobs(*options, "--output", "jsonl")
    statuses = {
        json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()
    }

    assert {"failed", "partial"} == statuses


async def test_filters_by_knowledge_base(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--knowledge-base` keeps all jobs of that knowledge base, and no others."""
    base = str(account.jobs()[0]["knowledge_base_uuid"])
    expected = [
        job["uuid"] for job in account.jobs() if base == job["knowledge_base_uuid"]
    ]
    await list_jobs("--knowledge-base", base, "--output", "csv")
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))

    assert expected == [row["uuid"] for row in rows]


async def test_filters_by_time(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--since` keeps jobs created at that time or later, `--until` the others."""
    since = str(account.jobs()[4]["created_at"])
    await list_jobs("--since", since, "--output", "json")
    jobs = json.loads(capsys.readouterr().out)

    assert list(account.job_uuids()[:5]) == [job["uuid"] for job in jobs]

    await list_jobs("--until", since, "--output", "json")
    earlier = json.loads(capsys.readouterr().out)

    assert list(account.job_uuids()[5:]) == [job["uuid"] for job in earlier]


async def test_limits(account: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """`--limit` counts jobs after filtering; 0 is valid."""
    await list_jobs("--status", "completed", "--limit", "2", "--output", "json")
    two = json.loads(capsys.readouterr().out)
    await list_jobs("--limit", "0", "--output", "json")

    assert 2 == len(two)
    assert "[]\n" == capsys.readouterr().out


async def test_an_empty_list(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """CSV of an empty list is a heading, a table nothing; a note is on stderr."""
    await list_jobs("--limit", "0", "--output", "csv")
    csv = capsys.readouterr()
    await list_jobs("--limit", "0")
    table = capsys.readouterr()

    assert [",".join(column.name for column in JOBS.columns)] == csv.out.splitlines()
    assert "" == table.out
    assert csv.err == table.err == "no indexing jobs found\n"
