"""The command as a process, from end to end."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gradient_async.testing.background import RunningEmulator

COMMAND = [sys.executable, "-m", "gradient_async.cli"]


def test_pipes_clean_data(gradient_emulator: RunningEmulator) -> None:
    """What comes out of stdout is data and nothing else."""
    done = subprocess.run(
        [*COMMAND, "jobs", "list", "--limit", "3", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    expected = list(gradient_emulator.emulator.job_uuids()[:3])

    assert 0 == done.returncode
    assert expected == [job["uuid"] for job in json.loads(done.stdout)]
    assert not done.stderr


@pytest.mark.parametrize("output", ["table", "jsonl"])
def test_head_ends_it_quietly(gradient_emulator: RunningEmulator, output: str) -> None:
    """A reader that leaves early, as `head` does, leaves no error behind."""
    with subprocess.Popen(
        [*COMMAND, "jobs", "list", "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()

        assert not process.stderr.read()
    assert 0 == process.returncode


def test_a_refused_token(
    gradient_emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is code 3 and one line, which does not show the token."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_wrong")
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)

    assert 3 == done.returncode
    assert "error: 401 unauthorized" in done.stderr.splitlines()[-1]
    assert "dop_v1_wrong" not in done.stderr
    assert not done.stdout


def test_without_the_extra() -> None:
    """Without cyclopts the command is one line and code 2, no traceback."""
    program = (
        "import sys; sys.modules['cyclopts'] = None;"
        "from gradient_async.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert 2 == done.returncode
    assert (
        "error: the command needs more: pip install 'gradient-async[cli]'\n"
        == done.stderr
    )
