"""`jobs list` over several accounts, with an emulator that has three."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradient_async.cli.application import run
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL_VARIABLE
from gradient_async.testing.background import run_in_background

VARIABLE = "DIGITALOCEAN_ACCESS_TOKEN"
DEAD = "dop_v1_0123456789abcdef"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an emulator with three accounts in the background."""
    with run_in_background(Emulator(jobs=3, accounts=3, limits=None)) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        yield running


@pytest.fixture
def three(server: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Set the variables of the accounts `default`, `acme-eu` and `prod`."""
    for suffix, token in zip(("", "_ACME_EU", "_PROD"), server.tokens, strict=True):
        monkeypatch.setenv(f"{VARIABLE}{suffix}", token)
    return server


def newest(server: Emulator, *indexes: int) -> list[tuple[str, str]]:
    """Return account and UUID of the accounts' jobs, newest first."""
    names = ("default", "acme-eu", "prod")
    jobs = [
        (str(job["created_at"]), names[index], str(job["uuid"]))
        for index in indexes
        for job in server.jobs(server.tokens[index])
    ]
    jobs.sort(key=lambda job: job[1])
    jobs.sort(key=lambda job: job[0], reverse=True)
    return [(name, uuid) for _, name, uuid in jobs]


def read(output: str, text: str) -> list[dict[str, object]]:
    """Return the objects or rows that the command wrote."""
    if output == "csv":
        return [dict(row) for row in csv.DictReader(io.StringIO(text))]
    if output == "json":
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("output", ["json", "jsonl", "csv"])
@pytest.mark.parametrize(
    ("options", "indexes"),
    [
        (["--all"], (0, 1, 2)),
        (["--account", "prod"], (2,)),
        (["--account", "prod", "--account", "default"], (0, 2)),
        (["--account", "prod", "--account", "prod"], (2,)),
    ],
)
def test_merges_the_chosen_accounts(
    three: Emulator,
    options: list[str],
    indexes: tuple[int, ...],
    output: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first field is the account, and jobs are newest first over all accounts."""
    assert 0 == run(["jobs", "list", *options, "--output", output])
    captured = capsys.readouterr()
    rows = read(output, captured.out)

    assert newest(three, *indexes) == [(row["account"], row["uuid"]) for row in rows]
    assert {"account"} == {next(iter(row)) for row in rows}
    assert not captured.err


def test_the_table_has_a_column_of_accounts(
    three: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first column is ACCOUNT; `--limit` counts over all accounts."""
    assert 0 == run(["jobs", "list", "--all", "--limit", "5"])
    heading, *rows = capsys.readouterr().out.splitlines()

    assert ["ACCOUNT", "UUID", "STATUS"] == heading.split()[:3]
    assert newest(three, 0, 1, 2)[:5] == [tuple(row.split()[:2]) for row in rows]


def test_filters_apply_to_every_account(
    three: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Filters work as for a single account."""
    since = str(three.jobs(three.tokens[1])[1]["created_at"])
    arguments = ["jobs", "list", "--all", "--since", since, "--output", "jsonl"]
    expected = [
        job["uuid"]
        for token in three.tokens
        for job in three.jobs(token)
        if str(job["created_at"]) >= since
    ]

    assert 0 == run(arguments)
    rows = read("jsonl", capsys.readouterr().out)
    assert sorted(map(str, expected)) == sorted(str(row["uuid"]) for row in rows)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (("", "_PROD"), None),
        (("_PROD",), {"prod"}),
        (("_ACME", "_PROD"), {"acme", "prod"}),
    ],
)
def test_the_plain_token_comes_first(
    server: Emulator,
    variables: tuple[str, ...],
    expected: set[str] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without options the plain token is used alone, and without it all others are."""
    for suffix, token in zip(variables, server.tokens, strict=False):
        monkeypatch.setenv(f"{VARIABLE}{suffix}", token)
    assert 0 == run(["jobs", "list", "--output", "jsonl"])
    rows = read("jsonl", capsys.readouterr().out)

    if expected is None:
        assert list(server.job_uuids()) == [row["uuid"] for row in rows]
        assert not any("account" in row for row in rows)
    else:
        assert expected == {row["account"] for row in rows}


def test_accounts_of_a_file(
    server: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--accounts-file` has the accounts, of which `--account` chooses."""
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").write_text(server.tokens[1], "utf-8")
    file = tmp_path / "accounts.toml"
    file.write_text(
        "[accounts.globex]\ntoken_file = 'token'\n"
        "[accounts.unused]\ntoken_env = 'NOT_SET'\n",
        "utf-8",
    )
    options = ["--accounts-file", str(file), "--account", "globex"]

    assert 0 == run(["jobs", "list", *options, "--output", "csv"])
    rows = read("csv", capsys.readouterr().out)
    assert [("globex", uuid) for uuid in server.job_uuids(server.tokens[1])] == [
        (row["account"], row["uuid"]) for row in rows
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="doctl's path on Linux")
def test_accounts_of_doctl(
    server: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`--doctl` has the accounts that doctl is logged in to."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "doctl").mkdir()
    config = tmp_path / "doctl" / "config.yaml"
    config.touch(mode=0o600)
    config.write_text(f"auth-contexts:\n  work: {server.token}\n", "utf-8")

    assert 0 == run(["jobs", "list", "--doctl", "--limit", "1", "--output", "jsonl"])
    (row,) = read("jsonl", capsys.readouterr().out)
    assert ("work", server.job_uuids()[0]) == (row["account"], row["uuid"])


@pytest.mark.parametrize(
    ("code", "expected", "options"),
    [
        (
            4,
            "no account named 'prdo'; there are: acme-eu, default, prod",
            "--account prdo",
        ),
        (
            4,
            "no account named 'x'; there are: acme-eu, default, prod",
            "--account prod --account x",
        ),
        (2, "--account and --all exclude each other", "--all --account prod"),
        (
            2,
            "--accounts-file and --doctl exclude each other",
            "--accounts-file missing.toml --doctl",
        ),
        (2, "missing.toml: No such file", "--accounts-file missing.toml"),
    ],
)
def test_invalid_choices_send_nothing(
    three: Emulator,
    code: int,
    expected: str,
    options: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An unknown name exits with 4, a contradiction with 2, before any request."""
    assert code == run(["jobs", "list", *options.split()])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()

    assert line.startswith(f"error: {expected}")
    assert not captured.out
    assert not three.requests


def test_no_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    """Without any account, one line has the variable to set, and a command."""
    assert 2 == run(["jobs", "list"])
    (line,) = capsys.readouterr().err.splitlines()

    assert f"set {VARIABLE}, or add one by `gradient-async accounts add`" in line


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_failed_account_does_not_hide_the_others(
    three: Emulator,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The others are written completely; a line names the failure, never the token."""
    monkeypatch.setenv(f"{VARIABLE}_PROD", DEAD)
    assert 6 == run(["jobs", "list", "--all", "--output", output])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()

    assert line.startswith("error: 401 unauthorized: Unable to authenticate you (")
    assert "account prod, " in line
    assert line.endswith(". Check the account's token: `gradient-async accounts check`")
    assert DEAD not in line
    if output != "table":
        rows = read(output, captured.out)
        assert newest(three, 0, 1) == [(row["account"], row["uuid"]) for row in rows]
    assert "acme-eu" in captured.out


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize(
    ("expected", "status"), [(3, 401), (3, 403), (5, 429), (1, 400)]
)
def test_without_a_healthy_account_nothing_is_written(
    three: Emulator,
    expected: int,
    status: int,
    output: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """If all accounts fail alike, the exit code is that of the error, one line each."""
    headers = {"retry-after": "300"}
    three.fail(Fault(status=status, headers=headers, times=None))
    assert expected == run(["jobs", "list", "--all", "--output", output])
    captured = capsys.readouterr()
    lines = captured.err.splitlines()

    assert not captured.out
    assert ["acme-eu", "default", "prod"] == [
        line.partition("(account ")[2].partition(",")[0] for line in lines
    ]


def test_says_how_much_of_a_failed_account_was_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For an account that fails halfway, the line has the number of jobs written."""
    with run_in_background(Emulator(jobs=201, accounts=2, limits=None)) as running:
        api = running
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        monkeypatch.setenv(f"{VARIABLE}_ACME", api.tokens[0])
        monkeypatch.setenv(f"{VARIABLE}_PROD", api.tokens[1])
        api.fail(Fault(status=400, page=2, token=api.tokens[1]))

        assert 6 == run(["jobs", "list", "--output", "jsonl"])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()

    assert 401 == len(captured.out.splitlines())
    assert line.endswith(". Written before the failure: 200 items")


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_closed_pipe_ends_the_command_silently(
    three: Emulator,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A closed pipe is not an error, even with an account that fails."""
    three.fail(Fault(status=401, token=three.tokens[1], times=None))
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as stdout:  # noqa: PTH123  (a descriptor)
        monkeypatch.setattr(sys, "stdout", stdout)

        assert 0 == run(["jobs", "list", "--all", "--output", output])
    assert not capsys.readouterr().err
