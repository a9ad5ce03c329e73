"""The command tree and the exit codes."""

from __future__ import annotations

import importlib
import io
import os
import re
import sys
from importlib.metadata import version

import attrs
import pytest
from cyclopts import App

import gradient_async.cli.commands.jobs
from gradient_async.cli import main
from gradient_async.cli.application import run
from gradient_async.cli.command_tree import app
from gradient_async.emulator import Emulator, Fault


def options(command: App) -> set[str]:
    """Return the options of one command; a group of commands has none."""
    if command.default_command is None:
        return set()
    return {
        name
        for argument in command.assemble_argument_collection()
        for name in argument.names
        if name.startswith("--")
    }


def tree(command: App, name: str = "") -> dict[str, set[str]]:
    """Return the options of a command and of all its subcommands."""
    result = {name: options(command)}
    for child in command:
        if not child.startswith("-"):
            result |= tree(command[child], f"{name} {child}".strip())
    return result


def test_command_tree() -> None:
    """The commands and options are these; removing one would break scripts."""
    accounts = {"--account", "--all", "--accounts-file", "--doctl", "--proxy"}
    output = {"--output", "--columns", "--wide"}
    bases = {"--knowledge-base", "--kb"}
    which = {"--running", "--failed", "--status", "--since", "--until", *bases}
    sources = {"--url", "--crawl", "--bucket", "--chunking"}
    shared = {"--redis", "--namespace", "--log"}
    expected = {
        "": set(),
        "demo": {"--speed"},
        "index": {"--wait", "--source", "--timeout", *output, *accounts},
        "jobs": set(),
        "jobs list": {"--why", "--limit", *which, *output, *accounts},
        "jobs watch": {"--output", *accounts},
        "jobs export": {
            *("--to", "--resume", "--force", "--limit", "--output", "--columns"),
            *(*which, *accounts),
        },
        "jobs report": {
            *("--by", "--html", "--since", "--until", *bases),
            *(*output, *accounts),
        },
        "jobs get": output | accounts,
        "jobs start": {"--source", *output, *accounts},
        "jobs cancel": accounts,
        "kb": set(),
        "kb list": {"--details", *output, *accounts},
        "kb get": output | accounts,
        "kb create": {
            *("--model", "--region", "--project", "--tag", "--file", "--uploaded"),
            *("--wait", *sources, *output, *accounts),
        },
        "kb delete": {"--yes", *accounts},
        "kb search": {"--limit", "--alpha", *output, *accounts},
        "sources": set(),
        "sources list": output | accounts,
        "sources add": sources | output | accounts,
        "sources upload": output | accounts,
        "sources remove": {"--yes", *accounts},
        "schedule": set(),
        "schedule get": output | accounts,
        "schedule set": {"--days", "--time", *output, *accounts},
        "schedule remove": accounts,
        "accounts": set(),
        "accounts list": output | accounts,
        "accounts add": {
            *("--token-env", "--token-file", "--token-command", "--keyring"),
            *("--insecure-token", "--base-url", "--tag", "--accounts-file"),
        },
        "accounts remove": {"--accounts-file"},
        "accounts check": output | accounts,
        "auth": set(),
        "auth status": output | accounts,
        "completion": set(),
        "worker": {
            *("--lease-seconds", "--interval", "--idle-interval"),
            *("--health-file", "--health-port", *shared, *accounts),
        },
        "events": {"--follow", "--since", "--output", *shared},
        "doctor": accounts,
        "emulator": {
            *("--jobs", "--accounts", "--seed", "--port", "--latency", "--speed"),
            *("--database-seconds", "--no-limits"),
        },
    }

    assert expected == tree(app)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], "Exit codes"),
        (["jobs", "list", "--help"], "--knowledge-base"),
        (["--version"], version("gradient-async")),
    ],
)
def test_help_and_version(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Help and version go to stdout, with exit code 0."""
    assert 0 == run(arguments)
    assert expected in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["job", "list"], 'Unknown command "job"'),
        (["job", "list", "--status", "failed"], 'Unknown command "job"'),
        (["jobs", "lst"], 'Unknown command "lst"'),
        (["jobs", "list", "failed", "partial"], "Unexpected: failed partial"),
        (["--nonsense"], "--nonsense"),
        (["jobs", "list", "--limit", "-1"], "Must be >= 0"),
        (
            ["jobs", "list", "--since", "lately"],
            "--since: 'lately' is neither a day",
        ),
        (["jobs", "list", "--status", "faild"], "--status: 'faild' is none of"),
        (["jobs", "list", "--status", "failed,"], "--status: '' is none of"),
        (["jobs", "list", "--output", "xml"], "jsonl"),
        (["jobs", "list", "--outputs", "csv"], "Did you mean"),
        (["jobs", "list", "--empty-status"], "--empty-status"),
        (["jobs", "list", "--no-all"], "--no-all"),
        (["demo", "--speed", "0"], "Must be >"),
    ],
)
def test_invalid_usage(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invalid usage exits with 2 and one line: what is wrong, which help to read."""
    assert 2 == run(arguments)
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()

    assert not captured.out
    assert line.startswith("error: ")
    assert expected in line
    assert re.search(r"[^.?][.?] See `gradient-async.* --help`\.$", line)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--nonsense"], "gradient-async"),
        (["jobs", "lst"], "gradient-async jobs"),
        (["jobs", "list", "--status", "faild"], "gradient-async jobs list"),
    ],
)
def test_invalid_usage_names_the_help_of_the_command(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The help named after invalid usage is that of the command used."""
    assert 2 == run(arguments)
    assert capsys.readouterr().err.endswith(f" See `{expected} --help`.\n")


def test_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a token, one line says which variable to set."""
    assert 2 == run(["jobs", "list"])
    (line,) = capsys.readouterr().err.splitlines()
    assert "set DIGITALOCEAN_ACCESS_TOKEN" in line


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=400), 1),
        (Fault(body=b"no JSON"), 1),
        (Fault(status=401), 3),
        (Fault(status=403), 3),
        (Fault(status=404), 4),
        (Fault(status=429, headers={"retry-after": "300"}), 5),
    ],
)
def test_failures_are_one_line(
    gradient_emulator: Emulator,
    fault: Fault,
    expected: int,
    output: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A failure is an exit code and one line on stderr; stdout stays empty."""
    gradient_emulator.fail(attrs.evolve(fault, path="*/indexing_jobs"))

    assert expected == run(["jobs", "list", "--output", output])
    captured = capsys.readouterr()
    assert not captured.out
    (line,) = captured.err.splitlines()
    assert line.startswith("error: ")
    assert "GET /v2/gen-ai/indexing_jobs" in line


def test_server_messages_stay_on_the_line(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server's message can neither break the line nor control the terminal."""
    body = b'{"id": "bad", "message": "first\\nsecond\\u001b[2J"}'
    fault = Fault(status=400, body=body, path="*/indexing_jobs")
    gradient_emulator.fail(fault)

    assert 1 == run(["jobs", "list"])
    (line,) = capsys.readouterr().err.splitlines()
    assert "bad: first second [2J" in line


def test_retries_are_silent(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure that a retry overcomes is not reported."""
    gradient_emulator.fail(Fault(status=429, headers={"retry-after": "0"}))

    assert 0 == run(["jobs", "list", "--output", "jsonl"])
    captured = capsys.readouterr()
    assert 200 == len(captured.out.splitlines())
    assert not captured.err


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_closed_pipe_ends_the_command_silently(
    gradient_emulator: Emulator,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A closed pipe is not an error and causes no output, not even at exit."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as stdout:  # noqa: PTH123  (a descriptor)
        monkeypatch.setattr(sys, "stdout", stdout)

        assert 0 == run(["jobs", "list", "--output", output])
        stdout.write("what was still buffered")
    assert not capsys.readouterr().err


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C exits with 130."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gradient_async.cli.commands.jobs, "read_rows", interrupted)
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "token")

    assert 130 == run(["jobs", "list"])


def test_main_exits_with_the_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`main` uses the given arguments or those of the process, and exits."""
    with pytest.raises(SystemExit) as given:
        main(["--version"])
    monkeypatch.setattr(sys, "argv", ["gradient-async", "--nonsense"])
    with pytest.raises(SystemExit) as found:
        main()

    assert 0 == given.value.code
    assert 2 == found.value.code
    assert "--nonsense" in capsys.readouterr().err


def test_runs_as_a_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m gradient_async.cli` is the same command."""
    monkeypatch.setattr(sys, "argv", ["gradient-async", "--version"])
    with pytest.raises(SystemExit) as ending:
        importlib.import_module("gradient_async.cli.__main__")

    assert 0 == ending.value.code
    assert version("gradient-async") in capsys.readouterr().out


@pytest.fixture
def _not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Force the modules of the command to be imported again."""
    monkeypatch.delitem(sys.modules, "gradient_async.cli.application")


@pytest.mark.usefixtures("_not_imported")
def test_names_the_missing_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra, the command says how to install it."""
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    with pytest.raises(SystemExit) as ending:
        main(["demo"])

    assert 2 == ending.value.code
    assert "pip install 'gradient-async[cli]'" in capsys.readouterr().err


@pytest.mark.usefixtures("_not_imported")
def test_does_not_hide_a_broken_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module that is not part of the extra raises."""
    monkeypatch.setitem(sys.modules, "gradient_async.cli.exit_codes", None)

    with pytest.raises(ModuleNotFoundError, match="exit_codes"):
        main([])


def test_errors_about_files_are_not_about_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of the system about a file names it, and is no traceback."""

    def fail(_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory", "missing.pem")

    monkeypatch.setattr(gradient_async.cli.commands.jobs, "read_rows", fail)
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "token")

    assert 1 == run(["jobs", "list"])
    expected = "error: missing.pem: No such file or directory\n"
    assert expected == capsys.readouterr().err


def test_any_text_file_can_be_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that runs the command may collect its output in memory."""
    monkeypatch.setattr("sys.stdout", out := io.StringIO())

    assert 0 == run(["--version"])
    assert version("gradient-async") in out.getvalue()
