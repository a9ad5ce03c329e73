"""The command `emulator`."""

from __future__ import annotations

import inspect
import signal
import socket
import subprocess
import sys

import pytest

from gradient_async.cli.application import run
from gradient_async.cli.commands.emulator import emulator
from gradient_async.emulator.__main__ import create_parser

COMMAND = [sys.executable, "-m", "gradient_async.cli", "emulator"]


def test_has_the_options_of_the_module() -> None:
    """Options and defaults are those of `python -m gradient_async.emulator`."""
    expected = vars(create_parser().parse_args([]))
    limits = expected.pop("limits")
    parameters = inspect.signature(emulator).parameters.values()
    found = {parameter.name: parameter.default for parameter in parameters}

    assert limits is not None
    assert {**expected, "no_limits": False} == found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_it_is_stopped(number: int) -> None:
    """It prints commands for the shell, and ends with 0 on Ctrl-C, without a trace."""
    with subprocess.Popen(
        [*COMMAND, "--jobs", "3", "--no-limits"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(number)

        assert not process.stderr.read()
    assert 0 == process.returncode
    assert lines[2].startswith("export DIGITALOCEAN_API_URL=http://127.0.0.1:")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--jobs", "-1"], "at least 0 jobs"),
        (["--port", "70000"], "70000"),
        (["--speed", "fast"], "--speed"),
    ],
)
def test_invalid_options(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invalid options exit with 2 and one line."""
    assert 2 == run(["emulator", *options])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert expected in line


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is taken is named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert 2 == run(["emulator", "--port", str(port)])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: cannot listen on port {port}: ")
