"""The commands shown on the pages about commands are valid."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gradient_async.cli.application import run
from gradient_async.cli.command_tree import app
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.emulator import Emulator
from gradient_async.emulator.__main__ import create_parser
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background

from .terminal import plain_lines

DOCS = Path(__file__).parents[2] / "docs"
PROGRAMS = {
    "cli.md": (".venv/bin/gradient-async", ".venv/bin/python -m gradient_async.cli"),
    "emulator.md": (".venv/bin/python -m gradient_async.emulator",),
}


def commands(page: str) -> list[str]:
    """Return the commands that a page shows, each up to a pipe."""
    text = (DOCS / page).read_text("utf-8")
    lines = re.findall(r"^\$ (.*)", text, re.MULTILINE)
    return [re.split(r" [|>] ", line)[0] for line in lines]


@pytest.mark.parametrize("page", PROGRAMS)
def test_commands_are_found(page: str) -> None:
    """Every command runs in the environment that the README sets up."""
    expected = (*PROGRAMS[page], "python3 -m venv .venv && .venv/bin/", "export ")
    found = commands(page)

    assert [] == [line for line in found if not line.startswith(expected)]
    assert any(line.startswith(PROGRAMS[page]) for line in found)


def test_options_of_the_command_exist() -> None:
    """The command accepts the options that its page shows."""
    (program, _) = PROGRAMS["cli.md"]
    lines = [line for line in commands("cli.md") if line.startswith(program)]

    for line in lines:
        words = shlex.split(line.removeprefix(program))
        # An option of every command, which is parsed before them.
        arguments = [it for it in words if it != "--debug"]
        app.parse_args(arguments, exit_on_error=False)


def test_options_of_the_emulator_exist() -> None:
    """The emulator's command accepts the options that its page shows."""
    (program,) = PROGRAMS["emulator.md"]
    (line,) = commands("emulator.md")
    options = create_parser().parse_args(shlex.split(line.removeprefix(program)))

    assert (5000, 2, 8765) == (options.jobs, options.accounts, options.port)


def samples(page: str, program: str) -> list[tuple[str, list[str]]]:
    """Return the arguments of commands that a page shows with their output."""
    text = (DOCS / page).read_text("utf-8").partition("\n## List jobs\n")[2]
    found = re.findall(
        rf"^\$ {re.escape(program)} (.*)\n((?:[^$`].*\n)+)```", text, re.MULTILINE
    )
    return [(arguments, output.splitlines()) for arguments, output in found]


@pytest.mark.usefixtures("page_terminal")
def test_samples_are_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lists on the page are those of an emulator with two accounts."""
    shown = [
        (arguments, output)
        for arguments, output in samples("cli.md", PROGRAMS["cli.md"][0])
        if arguments.startswith("jobs list")
    ]
    with run_in_background(Emulator(accounts=2)) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        for suffix, token in zip(("", "_PROD"), api.tokens, strict=True):
            monkeypatch.setenv(TOKEN_VARIABLES[0] + suffix, token)
        for arguments, output in shown:
            run(shlex.split(arguments))
            lines = plain_lines(capsys.readouterr().out)

            # What is longer than the terminal is cut on the page.
            pairs = zip(lines, output, strict=True)
            assert [line[: len(sample)] for line, sample in pairs] == output

    assert 3 == len(shown)


def test_sample_of_an_error_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error on the page is that of an account whose token was refused."""
    text = (DOCS / "cli.md").read_text("utf-8")
    (sample,) = re.findall(r"^error: .*\n", text, re.MULTILINE)
    with run_in_background(Emulator()) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0] + "_OLD", "no-such-token")
        run(["jobs", "list", "--all", "--output", "jsonl"])
    elapsed = re.compile(r"[0-9.]+ s,")

    assert elapsed.sub("", sample) == elapsed.sub("", capsys.readouterr().err)


def test_exit_codes_are_documented() -> None:
    """The page has a row for each exit code."""
    text = (DOCS / "cli.md").read_text("utf-8")
    rows = re.findall(r"^\| ([0-9]+) \|", text, re.MULTILINE)

    assert [str(code.value) for code in ExitCode] == rows
