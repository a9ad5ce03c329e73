"""`index`: start a job the safe way, wait for it, and tell how it went."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from gradient_async import Client, IndexingJobRunningError, IndexingJobTimeoutError
from gradient_async.cli.commands import index as module
from gradient_async.cli.commands.index import index
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.cli.formats.options import OutputOptions
from gradient_async.emulator import Emulator, Fault
from tests.cli.board.test_watch import idle_base
from tests.support.scripted_screen import ScriptedScreen


@pytest.fixture
def name(account: Emulator) -> str:
    """Return the name of a knowledge base with two data sources, or more."""
    return str(idle_base(account)["name"])


def sources_of(api: Emulator) -> list[str]:
    """Return the ids of its data sources."""
    found = api.data_sources(str(idle_base(api)["uuid"]))
    return [str(it["uuid"]) for it in found]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> ScriptedScreen:
    """Make stderr a terminal."""
    screen = ScriptedScreen()
    # Not `sys.stderr` itself, which pytest sets again before each test.
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=screen))
    monkeypatch.setenv("COLUMNS", "100")
    return screen


async def test_starts_a_job_and_shows_it(
    account: Emulator, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --wait the job is shown as it was started."""
    code = await index(name, output=OutputOptions(format="json"))
    job = json.loads(capsys.readouterr().out)

    assert ExitCode.SUCCESS == code
    assert account.job_uuids()[0] == job["uuid"]
    assert "pending" == job["phase"]


@pytest.mark.parametrize(
    ("expected", "status", "failing"),
    [
        (ExitCode.SUCCESS, "completed", 0),
        (ExitCode.PARTIAL, "partial", 1),
        (ExitCode.JOB_FAILED, "failed", 2),
    ],
)
async def test_waits_and_tells_how_it_went(
    account: Emulator,
    name: str,
    capsys: pytest.CaptureFixture[str],
    *,
    expected: ExitCode,
    status: str,
    failing: int,
) -> None:
    """The outcome has the reasons of sources that failed, and an exit code."""
    chosen = sources_of(account)[:2]
    for source in chosen[:failing]:
        account.plan_source(source, error_msg="timeout", error_details="too slow")
    code = await index(name, wait=True, sources=(*chosen,))
    captured = capsys.readouterr()

    assert expected == code
    assert ["status", status] in [line.split() for line in captured.out.splitlines()]
    assert failing == captured.out.count("too slow")
    assert "" == captured.err


async def test_progress_is_drawn_in_a_terminal(
    account: Emulator,
    name: str,
    screen: ScriptedScreen,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It has the phase, the sources, tokens and the time, and is removed at the end."""
    chosen = sources_of(account)[:2]
    code = await index(
        name, wait=True, sources=(*chosen,), output=OutputOptions(format="jsonl")
    )

    assert ExitCode.SUCCESS == code
    assert "waiting until the knowledge base can be indexed" in screen.text
    assert "pending  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  0/2 sources  0 tokens  0:00:0" in screen.text
    assert "running  ━━━━━━━━╌╌╌╌╌╌╌╌  1/2 sources  " in screen.text
    assert "\x1b[2K" in screen.getvalue()[-30:]
    assert "completed" == json.loads(capsys.readouterr().out)["status"]


async def test_waits_for_a_job_that_is_running(
    account: Emulator, client: Client, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job is named on stderr, as it may be older than the latest changes."""
    base = str(idle_base(account)["uuid"])
    other = await client.indexing_jobs.create(base)
    code = await index(name, wait=True)
    captured = capsys.readouterr()

    assert ExitCode.SUCCESS == code
    assert f"job {other.uuid} is already running: waiting for it\n" == captured.err
    assert other.uuid in captured.out


@pytest.mark.parametrize("wait", [True, False])
async def test_a_running_job_may_not_index_some_sources(
    account: Emulator, client: Client, name: str, wait: bool
) -> None:
    """With chosen sources, or without --wait, a running job is an error."""
    base = str(idle_base(account)["uuid"])
    sources = (*sources_of(account)[:1],) if wait else ()
    await client.indexing_jobs.create(base)
    with pytest.raises(IndexingJobRunningError):
        await index(name, wait=wait, sources=sources)


async def test_time_may_run_out(account: Emulator, name: str) -> None:
    """A deadline that has passed has an exit code of its own; the job goes on."""
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await index(name, wait=True, timeout=3)

    assert ExitCode.TRY_LATER == exit_code(caught.value)


async def test_interrupted_before_there_is_a_job(
    account: Emulator, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was started that would go on."""
    account.fail(Fault(hang=True, method="POST"))
    task = asyncio.create_task(index(name, wait=True))
    await asyncio.sleep(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert "" == capsys.readouterr().err


async def test_interrupted_while_waiting(
    account: Emulator, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job goes on, and a line says how to follow it."""
    task = asyncio.create_task(index(name, wait=True))
    await asyncio.sleep(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert capsys.readouterr().err == (
        f"job {account.job_uuids()[0]} goes on: follow it with "
        "`gradient-async jobs watch`\n"
    )
