"""`demo`: the whole story in 20 seconds, without a token."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from gradient_async import Client, IndexingJob, IndexingJobPhase, IndexingJobStatus
from gradient_async.cli.commands import demo as module
from gradient_async.cli.commands.demo import demo
from gradient_async.cli.console import create_console
from gradient_async.cli.demo_report import describe_partial, render_report
from gradient_async.cli.rows import Row
from gradient_async.emulator import Emulator
from tests.cli.samples import PARTIAL
from tests.support.scripted_screen import ScriptedScreen


async def test_a_pipe_gets_the_same_facts_as_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All jobs are listed, each change is a line, and a report sums them up."""
    started = asyncio.get_running_loop().time()
    await demo()
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    commands = [line for line in lines if line.startswith("gradient-async ")]

    assert [
        "gradient-async jobs list --all",
        "gradient-async jobs watch --all",
        "gradient-async jobs report --by account",
        "gradient-async jobs list --failed --since 7d --why",
    ] == commands
    assert lines[-1] == commands[-1]
    assert lines[0].startswith("A local server with 3 accounts of 120 jobs: http://")
    listed = lines.index(commands[1]) - 2
    assert lines[listed] == f"{listed - 4} jobs, 18 pages"
    ends = [line.split()[2:4] for line in lines if "3 sources" in line]
    outcomes = [["handbook", "completed"], ["support-site", "partial"]]
    assert all(outcome in ends for outcome in [*outcomes, ["research", "completed"]])
    assert any(
        line.endswith(" is partial: timeout: the site was too slow") for line in lines
    )
    assert "" == captured.err
    assert "\x1b" not in captured.out
    assert 12 <= asyncio.get_running_loop().time() - started <= 25


async def test_a_terminal_gets_a_board(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The three newest jobs stay on the screen, above the report."""
    screen = ScriptedScreen()
    monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=screen))
    monkeypatch.setenv("COLUMNS", "80")
    await demo(speed=2)
    frame = screen.last_frame
    jobs = [line.split()[2:4] for line in frame if "/3 " in line]

    assert "0 running, 3 ended" == frame[0]
    assert [["research", "completed"], ["support-si…", "partial"]] == jobs[:2]
    assert ["handbook", "completed"] == jobs[2]
    assert frame[-1].startswith("gradient-async ")
    assert "initech" in capsys.readouterr().out


async def test_a_job_may_end_before_the_board_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However fast the server is, all three jobs are shown."""
    start = module._start

    async def start_and_end(
        client: Client, api: Emulator, plan: module._Plan, token: str
    ) -> IndexingJob:
        job = await start(client, api, plan, token)
        api.advance(60)
        return job

    monkeypatch.setattr(module, "_start", start_and_end)
    async with asyncio.timeout(600):
        await demo(speed=100)

    assert 3 == capsys.readouterr().out.count("/3 sources")


def job(status: str, phase: str = "succeeded") -> Row[IndexingJob]:
    """Return a job of an account."""
    return Row(
        "acme",
        IndexingJob(
            phase=IndexingJobPhase.parse(phase),
            status=IndexingJobStatus.parse(status),
            total_tokens=1000,
        ),
    )


def test_a_report_counts_outcomes() -> None:
    """A job is whole, partial, or failed, and each account has a line."""
    rows = [
        job("completed"),
        job("no_changes"),
        job("partial"),
        job("failed", "failed"),
        Row("globex", PARTIAL),
    ]
    screen = ScriptedScreen()
    create_console(screen).print(render_report(rows))

    assert [
        ["ACCOUNT", "JOBS", "WHOLE", "PARTIAL", "FAILED", "TOKENS"],
        ["acme", "4", "50%", "1", "1", "4,000"],
        ["globex", "1", "0%", "1", "0", "1,234,567"],
    ] == [line.split() for line in screen.text.splitlines()]


def test_partial_jobs_have_reasons() -> None:
    """Only jobs that are partial have a line."""
    jobs = [PARTIAL, job("completed").item]

    assert ["Job 26dc900f is partial: Zugriff verwehrt: ü"] == describe_partial(jobs)
