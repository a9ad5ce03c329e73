"""The show, on the real client and a server in the same loop."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from rich.console import Console

from gradient_async import Client, NotFoundError
from gradient_async.cli.application import app
from gradient_async.cli.demo import demo
from gradient_async.cli.screen import Screen
from gradient_async.cli.show import stream
from gradient_async.cli.tally import Tally
from gradient_async.emulator import Emulator, Fault

from .samples import PARTIAL, PENDING


async def test_shows_the_account_of_the_environment(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a command, the account's jobs are summed up; a file has no show."""
    await app.run_async([], result_action="return_value")
    captured = capsys.readouterr()

    assert not captured.err
    assert ["jobs", "60"] == captured.out.split()[:2]
    assert "\x1b" not in captured.out
    assert 1 == len(account.requests)


async def test_shows_jobs_in_a_terminal(
    account: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a terminal the jobs stream by on stderr."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    await app.run_async([], result_action="return_value")
    captured = capsys.readouterr()

    assert "60 of 60 jobs, 1 request " in captured.err
    assert account.job_uuids()[-1][:8] in captured.err


async def test_demo_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo brings its own server, and tells of the jobs that came meanwhile."""
    await demo(jobs=1000, prefetch=2, latency=0.5)
    captured = capsys.readouterr()
    (greeting,) = captured.err.splitlines()

    assert greeting.startswith("A local server with 1,000 jobs: http://127.0.0.1:")
    assert ["jobs", "1,000"] == captured.out.split()[:2]
    assert "new jobs appeared meanwhile" in captured.out


async def test_one_job_is_singular(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One job, page and request are called so, by the greeting, show and summary."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    await demo(jobs=1)
    captured = capsys.readouterr()

    assert "A local server with 1 job: http://" in captured.err
    assert "1 of 1 job, 1 request " in captured.err
    assert not re.search("jobs|pages|requests", captured.out)


async def test_demo_stays_within_the_limits(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo as it comes takes a few seconds and far fewer requests than allowed."""
    started = asyncio.get_running_loop().time()
    await demo()
    words = capsys.readouterr().out.split()

    assert 2 <= asyncio.get_running_loop().time() - started <= 5
    assert 26 <= int(words[words.index("requests") + 1]) <= 50


async def test_jobs_that_vanish_are_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The summary does not hide that the list shrank while it was read."""
    tally = Tally()
    async with (
        Emulator(jobs=500) as api,
        Client(
            api.token,
            base_url=api.url,
            on_attempt=lambda _: api.remove_job(api.job_uuids()[0]),
        ) as client,
    ):
        await stream(client.iter_indexing_jobs(prefetch=1), tally)

    assert "may have hidden jobs" in capsys.readouterr().out


async def test_an_error_leaves_what_arrived(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an error the screen tells how far it had come, and there is no summary."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    async with (
        Emulator(jobs=500) as api,
        Client(api.token, base_url=api.url) as client,
    ):
        api.fail(Fault(status=404, page=2))
        with pytest.raises(NotFoundError):
            await stream(client.iter_indexing_jobs(), Tally())
    captured = capsys.readouterr()

    assert "200 of 500 jobs" in captured.err
    assert not captured.out


def test_screen_draws_in_a_terminal() -> None:
    """A terminal sees the latest jobs in colour, and has its cursor on a new line."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with Screen(console, lambda: 1.0) as screen:
        screen.update([PARTIAL] * 20 + [PENDING], Tally(jobs=21))
    last_frame = out.getvalue().rpartition("21 of ? jobs")[0].rpartition("\x1b[2K")[2]

    assert "8cf9ddd7" in out.getvalue()
    assert "\x1b[33mpartial" in out.getvalue()
    assert "0:02:05" in out.getvalue()
    assert 9 >= last_frame.count("26dc900f")
    assert out.getvalue().endswith("\n\x1b[?25h")


def test_screen_draws_nothing_in_a_file() -> None:
    """Without a terminal nothing is drawn, so an error has its line to itself."""
    out = io.StringIO()
    with Screen(Console(file=out, width=100), lambda: 1.0) as screen:
        screen.update([PARTIAL], Tally(jobs=1))

    assert "" == out.getvalue()
