"""Completion in the shells themselves, for the whole tree of commands."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

import pytest
from cyclopts import App

from gradient_async.cli.application import run
from gradient_async.cli.command_tree import app
from gradient_async.cli.formats.options import WRITERS

from .test_application import tree

SHELLS: Final = ("bash", "zsh", "fish")

# Each prints, for each line to complete, what there is to choose from.
PROGRAMS: Final = {
    "bash": """
source "$0"
for line; do
  read -ra COMP_WORDS <<< "gradient-async $line"
  [[ $line == *[a-z] ]] || COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _gradient_async
  echo "${COMPREPLY[*]}"
done
""",
    "fish": """
source $argv[1]
for line in $argv[2..]
  echo (complete -C "gradient-async $line" | cut -f 1)
end
""",
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the script of each shell to a file."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = {shell: folder / shell for shell in SHELLS}
    for shell, path in paths.items():
        with path.open("w") as file, redirect_stdout(file):
            assert 0 == run(["completion", shell])
    return paths


def children_of(command: App) -> set[str]:
    """Return the names of a group's commands."""
    return {it for it in command if not it.startswith("-")}


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_have_every_command_and_option(
    shell: str, scripts: dict[str, Path]
) -> None:
    """A script has each word of the tree, whose commands are loaded for it."""
    text = scripts[shell].read_text()
    words = {word for name in tree(app) for word in name.split()}
    words |= {it.removeprefix("--") for found in tree(app).values() for it in found}

    assert set() == {it for it in {*words, "debug"} if it not in text}


@pytest.mark.parametrize("shell", [*filter(shutil.which, SHELLS)])
def test_shells_accept_their_scripts(shell: str, scripts: dict[str, Path]) -> None:
    """A script has no syntax errors, for each shell that is installed."""
    subprocess.run([shell, "-n", str(scripts[shell])], check=True)


@pytest.mark.parametrize("shell", [*filter(shutil.which, PROGRAMS)])
def test_shells_complete(shell: str, scripts: dict[str, Path]) -> None:
    """Groups complete to their commands, options to their values."""
    expected = {"": children_of(app)}
    expected |= {f"{it} ": children_of(app[it]) for it in children_of(app)}
    expected = {line: words for line, words in expected.items() if words}
    expected["completion "] = {*SHELLS}
    expected["jobs list --output "] = {*WRITERS}
    expected["jobs list --acc"] = {"--account", "--accounts-file"}
    command = [shell, "-c", PROGRAMS[shell], str(scripts[shell]), *expected]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = [{*line.split()} for line in done.stdout.splitlines()]

    assert expected == dict(zip(expected, found, strict=True))
