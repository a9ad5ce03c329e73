"""The commands shown on the pages about commands are valid."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gradient_async.cli.application import app
from gradient_async.emulator.__main__ import create_parser

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
        app.parse_args(shlex.split(line.removeprefix(program)), exit_on_error=False)


def test_options_of_the_emulator_exist() -> None:
    """The emulator's command accepts the options that its page shows."""
    (program,) = PROGRAMS["emulator.md"]
    (line,) = commands("emulator.md")
    options = create_parser().parse_args(shlex.split(line.removeprefix(program)))

    assert (5000, 2, 8765) == (options.jobs, options.accounts, options.port)
