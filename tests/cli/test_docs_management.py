"""The commands that manage things do what the page about the command shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradient_async.cli.application import run
from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background

from .terminal import plain_lines

PROGRAM = "$ .venv/bin/gradient-async "
PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
SECTIONS = (
    "Knowledge bases",
    "Data sources",
    "Schedules",
    "Your accounts",
    "When something is wrong",
    "Shell completion",
)

# What differs from one run to the next.
VARYING = re.compile(
    r"/\S+/gradient-async/accounts.toml|https?://[a-z0-9.:]+|[0-9,]+ in this hour"
    r"|(?<=more from      )\S+"
)


def sessions(*titles: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the sections, and the lines that the page shows of it."""
    for title in titles:
        section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
            for part in block.removeprefix(PROGRAM).split(f"\n{PROGRAM}"):
                command, *lines = part.splitlines()
                yield command, lines


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the file that the page uploads, which is also home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "faq.txt").write_text("What is it?")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("page_terminal")
def test_commands_do_what_the_page_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run one after the other, each succeeds, and prints what the page shows."""
    api = Emulator(accounts=2, database_seconds=0)
    with run_in_background(api) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        for suffix, token in zip(("", "_PROD"), api.tokens, strict=True):
            monkeypatch.setenv(TOKEN_VARIABLES[0] + suffix, token)
        for command, expected in sessions(*SECTIONS):
            arguments, _, file = command.partition(" > ")
            # Without the accounts that have no real password manager.
            more = ["--account", "default"] if command == "doctor" else []
            assert 0 == run([*shlex.split(arguments), *more]), command
            out = capsys.readouterr().out
            if file:
                path = Path(file).expanduser()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(out)
            if expected:
                shown = [VARYING.sub("*", line) for line in expected]
                lines = [VARYING.sub("*", line) for line in plain_lines(out)]
                # What is longer than the terminal is cut on the page.
                pairs = zip(lines, shown, strict=True)
                assert shown == [line[: len(sample)] for line, sample in pairs]


def test_the_sections_have_commands() -> None:
    """The page has a command for each thing that can be managed."""
    names = {command.split()[0] for command, _ in sessions(*SECTIONS)}

    expected = {"kb", "sources", "schedule", "accounts", "auth", "doctor", "jobs"}
    expected |= {"completion"}
    assert expected == names
