"""The command as a process, from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from gradient_async.emulator import Emulator, Fault

COMMAND = [sys.executable, "-m", "gradient_async.cli"]


def test_pipes_clean_data(gradient_emulator: Emulator) -> None:
    """Stdout has data and nothing else."""
    done = subprocess.run(
        [*COMMAND, "jobs", "list", "--limit", "3", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    expected = list(gradient_emulator.job_uuids()[:3])

    assert 0 == done.returncode
    assert expected == [job["uuid"] for job in json.loads(done.stdout)]
    assert not done.stderr


def start_listing(output: str) -> subprocess.Popen[bytes]:
    """Start to list jobs in a format, into a pipe."""
    return subprocess.Popen(
        [*COMMAND, "jobs", "list", "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("output", ["table", "jsonl"])
def test_head_ends_the_command_silently(
    gradient_emulator: Emulator, output: str
) -> None:
    """A reader that closes the pipe early, as `head` does, causes no error."""
    with start_listing(output) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()

        assert not process.stderr.read()
    assert 0 == process.returncode


@pytest.mark.gradient_emulator(jobs=100_000)
@pytest.mark.parametrize("output", ["jsonl", "csv"])
def test_the_first_lines_do_not_wait_for_the_second_page(
    gradient_emulator: Emulator, output: str
) -> None:
    """`head -5` has its lines within 1 s of the first request, and ends the command."""
    gradient_emulator.fail(Fault(hang=True, page=2, times=None))
    with start_listing(output) as process:
        assert process.stdout is not None
        head = subprocess.run(
            ["head", "-5"],
            stdin=process.stdout,
            capture_output=True,
            check=True,
            timeout=30,
        )
        elapsed = time.monotonic() - gradient_emulator.requests[0].at
        # Only now is nobody left to read.
        process.stdout.close()
        _, errors = process.communicate()

    assert 5 == len(head.stdout.splitlines())
    assert elapsed < 1
    assert (0, b"") == (process.returncode, errors)


def test_a_refused_token(
    gradient_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token exits with 3 and a single line that does not show the token."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_wrong")
    done = subprocess.run(
        [*COMMAND, "jobs", "list"], capture_output=True, text=True, check=False
    )
    (line,) = done.stderr.splitlines(keepends=True)

    assert 3 == done.returncode
    assert line.startswith("error: 401 unauthorized")
    assert line.endswith("\n")
    assert "dop_v1_wrong" not in line
    assert not done.stdout


def test_retries_are_silent(gradient_emulator: Emulator) -> None:
    """Without logging set up, no warning about a retry reaches stderr."""
    gradient_emulator.fail(Fault(status=429, headers={"retry-after": "0"}))
    done = subprocess.run(
        [*COMMAND, "jobs", "list", "--limit", "1", "--output", "csv"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [429, 200] == [it.status for it in gradient_emulator.requests]
    assert 0 == done.returncode
    assert not done.stderr


def test_without_the_extra() -> None:
    """Without cyclopts the command exits with 2 and one line, no traceback."""
    program = (
        "import sys; sys.modules['cyclopts'] = None;"
        "from gradient_async.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert 2 == done.returncode
    assert (
        "error: missing dependencies: pip install 'gradient-async[cli]'\n"
        == done.stderr
    )


@pytest.mark.parametrize(
    "module", ["gradient_async.emulator", "gradient_async.accounts.accounts"]
)
def test_starts_without_what_few_commands_need(module: str) -> None:
    """Commands import the emulator and accounts when they use them, to start fast."""
    program = (
        f"import sys, gradient_async.cli.application;print({module!r} in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "False\n" == done.stdout
