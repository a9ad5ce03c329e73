"""The commands about single jobs, with an emulator in another thread."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from gradient_async import AmbiguousNameError, Client
from gradient_async.cli.application import run
from gradient_async.cli.selection import find
from gradient_async.codec import JSON
from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing import MemoryTransport, json_response
from gradient_async.testing.background import run_in_background

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def ended(job: Mapping[str, object]) -> bool:
    """Return whether a job has ended."""
    return str(job["phase"]).endswith(("SUCCEEDED", "FAILED", "ERROR", "CANCELLED"))


def test_shows_a_job(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The start of an id is enough; failed sources have their reasons."""
    failed = next(
        job for job in gradient_emulator.jobs() if "FAILED" in str(job["status"])
    )
    uuid = str(failed["uuid"])
    assert 0 == run(["jobs", "get", uuid[:8].upper()])
    lines = capsys.readouterr().out.splitlines()

    assert f"job             {uuid}" == lines[0]
    assert "status          failed" == lines[2]
    assert any(line.startswith("  0 indexed, ") for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_a_job_as_json(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON is one object, and `--columns` makes a table of one row."""
    uuid = gradient_emulator.job_uuids()[0]
    assert 0 == run(["jobs", "get", uuid, "-o", "json"])
    job = json.loads(capsys.readouterr().out)
    assert 0 == run(["jobs", "get", uuid, "--columns", "uuid"])

    assert uuid == job["uuid"]
    assert ["UUID", uuid] == capsys.readouterr().out.split()


def test_starts_a_job(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A knowledge base is named by its name; the new job is shown."""
    server = gradient_emulator
    base = server.knowledge_bases()[0]
    assert 0 == run(["jobs", "start", str(base["name"]), "-o", "jsonl"])
    job = json.loads(capsys.readouterr().out)

    assert base["uuid"] == job["knowledge_base_uuid"]
    assert server.job_uuids()[0] == job["uuid"]


def test_cancels_jobs(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each job cancelled is a line on stderr, and stdout stays empty."""
    server = gradient_emulator
    server.add_jobs(2)
    uuids = [str(job["uuid"]) for job in server.jobs() if not ended(job)]
    assert 0 == run(["jobs", "cancel", *uuids])
    captured = capsys.readouterr()
    statuses = {str(it["uuid"]): it["status"] for it in server.jobs()}

    assert [f"cancelled {uuid}" for uuid in uuids] == captured.err.splitlines()
    assert not captured.out
    assert {"INDEX_JOB_STATUS_CANCELLED"} == {statuses[uuid] for uuid in uuids}


WRONG = [
    (4, ["jobs", "get", "ffffffff"], "there is no indexing job 'ffffffff'"),
    (4, ["jobs", "get", "nothere"], "there is no indexing job 'nothere'"),
    (4, ["jobs", "get", UNKNOWN], "404 not_found"),
    (4, ["jobs", "start", "nothere"], "there is no knowledge base 'nothere'"),
    (4, ["jobs", "list", "--kb", "nothere"], "there is no knowledge base 'nothere'"),
    (2, ["jobs", "cancel"], "name the jobs to cancel"),
    (
        2,
        ["jobs", "list", "--columns", "uuid,size"],
        "no column 'size'; there are: uuid",
    ),
    (4, ["jobs", "list", "--account", "acme"], "no account named 'acme'"),
]


@pytest.mark.parametrize(("code", "arguments", "expected"), WRONG)
def test_wrong_arguments(
    gradient_emulator: Emulator,
    code: int,
    arguments: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What does not exist is one line on stderr, and never an empty list."""
    assert code == run(arguments)
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()

    assert line.startswith("error: ")
    assert expected in line
    assert not captured.out


FIRST = "0a1b2c3d-0000-4000-8000-000000000001"
SECOND = "0a1bffff-0000-4000-8000-000000000002"


async def find_in(names: tuple[str, str], text: str) -> str:
    """Return the id found in a list of two knowledge bases with these names."""
    items: list[JSON] = [
        {"uuid": uuid, "name": name}
        for uuid, name in zip((FIRST, SECOND), names, strict=True)
    ]
    page = json_response({"knowledge_bases": items, "meta": {"total": 2}})
    async with Client("t", transport=MemoryTransport(lambda _: page)) as client:
        listed = client.knowledge_bases.list()
        return (await find(listed, text, "base", name=lambda base: base.name)).uuid


@pytest.mark.parametrize(
    ("expected", "text", "names"),
    [
        (FIRST, FIRST, ("a", FIRST)),
        (FIRST, FIRST.upper(), ("a", "b")),
        (FIRST, "0a1b2c", ("a", "b")),
        (SECOND, "0a1b2c", ("a", "0a1b2c")),
        (SECOND, "b", ("a", "b")),
    ],
)
async def test_names_come_before_starts_of_ids(
    expected: str, text: str, names: tuple[str, str]
) -> None:
    """An id counts first, then a name, then the start of an id."""
    assert expected == await find_in(names, text)


@pytest.mark.parametrize(
    ("expected", "text", "name"),
    [
        ("2 bases have an id that starts with '0a1b': ", "0a1b", "a"),
        ("2 bases have the name 'both': ", "both", "both"),
    ],
)
async def test_ambiguous_names(expected: str, text: str, name: str) -> None:
    """What fits several is an error with their ids."""
    with pytest.raises(AmbiguousNameError, match=expected) as caught:
        await find_in((name, name), text)

    assert (FIRST, SECOND) == caught.value.uuids


def test_a_base_of_one_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the account that has a knowledge base of that name is listed."""
    with run_in_background(Emulator(jobs=20, accounts=2)) as api:
        server = api
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        for suffix, token in zip(("_A", "_B"), server.tokens, strict=True):
            monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}{suffix}", token)
        base = server.knowledge_bases(server.tokens[1])[0]
        assert 0 == run(["jobs", "list", "--kb", str(base["uuid"]), "-o", "jsonl"])
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        expected = [
            job["uuid"]
            for job in server.jobs(server.tokens[1])
            if job["knowledge_base_uuid"] == base["uuid"]
        ]
        assert 2 == run(["kb", "get", str(base["uuid"])])

    assert expected == [row["uuid"] for row in rows]
    assert "one of: a, b" in capsys.readouterr().err


def test_jobs_of_any_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job is shown and cancelled in the account that has it, without its name."""
    with run_in_background(Emulator(jobs=20, accounts=2)) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        for suffix, token in zip(("", "_B"), api.tokens, strict=True):
            monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}{suffix}", token)
        uuids = [api.job_uuids(token)[0] for token in api.tokens]
        assert 0 == run(["jobs", "get", uuids[1][:8], "--all"])
        shown = capsys.readouterr().out
        assert 0 == run(["jobs", "cancel", "--all", *uuids])
        captured = capsys.readouterr()
        phases = [api.jobs(token)[0]["phase"] for token in api.tokens]

    assert uuids[1] in shown
    assert [f"cancelled {uuid}" for uuid in uuids] == captured.err.splitlines()
    assert ["BATCH_JOB_PHASE_CANCELLED"] * 2 == phases
