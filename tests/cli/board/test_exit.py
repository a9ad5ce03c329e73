"""Exit codes of commands that tell how jobs went, and of interruptions."""

from __future__ import annotations

import pytest

from gradient_async import cli
from gradient_async.cli.application import run
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.emulator import Emulator


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        (ExitCode.SUCCESS, "COMPLETED"),
        (ExitCode.PARTIAL, "PARTIAL"),
        (ExitCode.JOB_FAILED, "FAILED"),
        (ExitCode.JOB_FAILED, "CANCELLED"),
    ],
)
def test_the_outcome_of_a_job_is_the_exit_code(
    gradient_emulator: Emulator, expected: ExitCode, status: str
) -> None:
    """A job that has ended is reported at once."""
    jobs = gradient_emulator.jobs()
    job = next(it for it in jobs if it["status"] == f"INDEX_JOB_STATUS_{status}")

    assert expected == run(["jobs", "watch", str(job["uuid"])])


def test_an_interruption_while_the_command_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C outside of a command leaves no trace either."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gradient_async.cli.application.run", interrupt)
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])

    assert ExitCode.INTERRUPTED == caught.value.code
