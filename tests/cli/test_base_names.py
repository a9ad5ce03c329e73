"""The names of knowledge bases in the list of jobs."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter

import pytest

from gradient_async.cli.command_tree import app
from gradient_async.emulator import Emulator, Fault

BASES = "*/knowledge_bases"


async def list_jobs(*options: str) -> None:
    """Run `jobs list`."""
    await app.run_async(["jobs", "list", *options], result_action="return_value")


def names_of(api: Emulator) -> list[str]:
    """Return the name of the knowledge base of each job."""
    names = {str(it["uuid"]): str(it["name"]) for it in api.knowledge_bases()}
    return [names[str(job["knowledge_base_uuid"])] for job in api.jobs()]


async def test_a_table_has_names(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The third column is the name, for which the list is requested once."""
    await list_jobs()
    _, *rows = capsys.readouterr().out.splitlines()
    paths = Counter(it.path.rpartition("/")[2] for it in account.requests)

    assert names_of(account) == [row.split()[2] for row in rows]
    assert {"knowledge_bases": 1, "indexing_jobs": 1} == paths


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "jsonl"),
        ("-o", "csv"),
        ("-o", "csv", "--columns", "uuid"),
        ("--columns", "uuid,status"),
    ],
)
async def test_what_shows_no_names_requests_none(
    account: Emulator, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Other formats, and other columns, take the request for the jobs alone."""
    await list_jobs(*options)

    assert ["indexing_jobs"] == [it.path.rpartition("/")[2] for it in account.requests]
    assert "knowledge_base_name" not in capsys.readouterr().out


async def test_other_formats_have_names_on_request(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--columns` adds the names to CSV."""
    await list_jobs("-o", "csv", "--columns", "uuid,knowledge_base_name")
    rows = [*csv.DictReader(io.StringIO(capsys.readouterr().out))]

    assert names_of(account) == [row["knowledge_base_name"] for row in rows]


@pytest.mark.parametrize(
    ("seconds", "fault"),
    [
        (1, Fault(hang=True, path=BASES, times=None)),
        (0, Fault(status=403, path=BASES, times=None)),
        (0, Fault(body=b'{"knowledge_bases": [], "meta": {}}', path=BASES)),
    ],
)
async def test_unknown_names_hold_nothing_up(
    account: Emulator,
    seconds: int,
    fault: Fault,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a name, the start of the id is shown, after a second at most."""
    account.fail(fault)
    started = asyncio.get_running_loop().time()
    await list_jobs()
    elapsed = asyncio.get_running_loop().time() - started
    captured = capsys.readouterr()
    expected = [str(job["knowledge_base_uuid"])[:8] for job in account.jobs()]

    assert expected == [row.split()[2] for row in captured.out.splitlines()[1:]]
    assert seconds == int(elapsed)
    assert "" == captured.err
