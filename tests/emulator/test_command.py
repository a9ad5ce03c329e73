"""The command that runs the emulator."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import runpy
import signal
import socket

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator import __main__ as command
from gradient_async.emulator.__main__ import create_parser, main, serve

from .http_client import SPACES, UPLOADS, HttpClient


class Console(io.StringIO):
    """A console that stops the command once everything is printed."""

    def __init__(self, number: int) -> None:
        """Store the signal to send."""
        super().__init__()
        self.number = number

    def flush(self) -> None:
        """Send the signal: the command flushes after printing."""
        os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_runs_until_a_signal(number: int) -> None:
    """The command prints how to reach the server, and exits cleanly on a signal."""
    arguments = ["--jobs", "3", "--accounts", "2", "--seed", "7", "--no-limits"]
    api = Emulator(**vars(create_parser().parse_args(arguments)))
    console = Console(number)
    with contextlib.redirect_stdout(console):
        await serve(api)
    url, first, second, base, retired, *tokens = console.getvalue().splitlines()

    assert url.startswith("# url: http://127.0.0.1:")
    assert ["# token: emulator-token-1", "# token: emulator-token-2"] == [first, second]
    assert f"export DIGITALOCEAN_API_URL={url.removeprefix('# url: ')}" == base
    # The variable of the retired SDKs, which would call the platform otherwise.
    assert f"export GRADIENT_BASE_URL={url.removeprefix('# url: ')}" == retired
    assert [
        "export DIGITALOCEAN_ACCESS_TOKEN=emulator-token-1",
        "export DIGITALOCEAN_ACCESS_TOKEN_2=emulator-token-2",
    ] == tokens
    assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_speed(call: HttpClient) -> None:
    """`--speed` makes jobs end sooner."""
    options = create_parser().parse_args(
        ["--jobs", "0", "--speed", "60", "--database-seconds", "0"]
    )
    async with Emulator(**vars(options)) as api:
        await call.create_base(api, SPACES)
        await asyncio.sleep(10 / 60)
        (job,) = api.jobs()

    assert "BATCH_JOB_PHASE_SUCCEEDED" == job["phase"]


@pytest.mark.usefixtures("capsys")
async def test_memory_is_bounded(call: HttpClient) -> None:
    """The command does not keep the requests, which no other process can read."""
    api = Emulator(jobs=0)
    serving = asyncio.create_task(serve(api))
    await asyncio.sleep(0.1)
    await call.post(api, UPLOADS, files=[{"file_name": "a", "file_size": 1}])
    received = [*api.requests]
    await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving

    assert 1 == len(received)
    assert [] == api.requests


def test_runs_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m` runs this file: the command with the arguments of the process."""
    monkeypatch.setattr("sys.argv", ["emulator", "--jobs", "1", "--latency", "0.1"])
    console = Console(signal.SIGINT)
    with contextlib.redirect_stdout(console):
        # Not by its name: pytest imports packages that have a plugin in its own way,
        # with which `runpy` cannot run a module.
        runpy.run_path(str(command.__file__), run_name="__main__")

    assert "export DIGITALOCEAN_API_URL=http://127.0.0.1:" in console.getvalue()


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` describes the options."""
    with pytest.raises(SystemExit) as ending:
        main(["--help"])

    assert 0 == ending.value.code
    assert "--no-limits" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--accounts", "0"], ["--latency", "-1"], ["--port", "70000"]]
)
def test_invalid_options(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """An invalid option ends the command with an error message."""
    with pytest.raises(SystemExit) as ending:
        main(arguments)

    assert 2 == ending.value.code
    assert re.search("at least|must be", capsys.readouterr().err)


def test_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """A taken port ends the command with an error message."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SystemExit) as ending,
    ):
        main(["--port", str(taken.getsockname()[1])])

    assert 2 == ending.value.code
    assert "address" in capsys.readouterr().err
