"""The commands `worker` and `events`, in processes of their own on a real server."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

import aiohttp
import pytest

from gradient_async.cli.application import run
from gradient_async.cli.health import serve_health, write_health
from gradient_async.cli.store_options import URL_VARIABLE
from gradient_async.emulator import Emulator
from gradient_async.errors import ConfigurationError
from gradient_async.logger import logger
from gradient_async.shared import SharedStore
from gradient_async.shared.store import KEY_VARIABLE
from tests.shared.conftest import KEY
from tests.shared.feed_world import read_log
from tests.shared.log_writer import KEYS, LogWriter
from tests.shared.redis_server import RedisServer

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.gradient_emulator(jobs=5, unfinished=2, speed=0),
]


@pytest.fixture(autouse=True)
def _environment(
    server: RedisServer,
    gradient_emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Point the command to both servers, and to no account of the machine."""
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert gradient_emulator.url


@contextmanager
def start(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command, and kill it if the test leaves it running."""
    with subprocess.Popen(
        [sys.executable, "-m", "gradient_async.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def start_worker(*arguments: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """Start a worker that polls often, and whose leases are short."""
    quick = ("--lease-seconds", "1", "--interval", "0.1", "--idle-interval", "0.1")
    return start("worker", *quick, *arguments)


def read_until(lines: IO[str] | None, text: str) -> str:
    """Read lines until one has a text, and return that one."""
    assert lines is not None
    return next(line for line in lines if text in line)


def read_events(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines of `events`."""
    assert 0 == run(["events", *arguments])
    return capsys.readouterr().out.splitlines()


def test_a_worker_and_its_events(
    gradient_emulator: Emulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What happens is in the log, a follower sees it, and SIGTERM ends with 0."""
    health = tmp_path / "health"
    with start_worker("--health-file", str(health), "--health-port", "0") as worker:
        read_until(worker.stderr, "1 of 1 account")
        assert health.exists()
        with start("events", "--follow", "--since", "0-0") as follower:
            assert follower.stdout is not None
            first = [follower.stdout.readline() for _ in range(2)]
            base = gradient_emulator.add_knowledge_base("handbook")
            uuid = gradient_emulator.add_job(base, status="failed")
            line = read_until(follower.stdout, uuid)
            follower.send_signal(signal.SIGINT)
            assert 130 == follower.wait()
        worker.send_signal(signal.SIGTERM)
        assert 0 == worker.wait()

    assert all("pending" in it or "running" in it for it in first)
    assert "failed" in line
    assert not health.exists()
    shown = [json.loads(it) for it in read_events(capsys, "-o", "jsonl")]
    assert ["running", "running", "appeared"] == [it["kind"] for it in shown]
    assert uuid == shown[2]["job"]["uuid"]
    assert [line.rstrip()] == read_events(capsys, "--since", shown[1]["id"])
    assert 3 == len(read_events(capsys, "--since", "1h"))


def test_what_does_not_work(gradient_emulator: Emulator) -> None:
    """A worker logs that an account cannot be polled."""
    gradient_emulator.revoke(gradient_emulator.token)
    with start_worker() as worker:
        line = read_until(worker.stderr, "cannot be polled")
        worker.send_signal(signal.SIGTERM)
        assert 0 == worker.wait()

    assert "account default cannot be polled: 401 unauthorized" in line


def test_a_worker_that_dies() -> None:
    """The accounts of a worker that is killed go to another one."""
    with start_worker() as first:
        read_until(first.stderr, "1 of 1 account, 1 worker")
        with start_worker() as second:
            read_until(second.stderr, "0 of 1 account, 2 workers")
            first.kill()
            read_until(second.stderr, "1 of 1 account, 1 worker")
            second.send_signal(signal.SIGINT)
            assert 130 == second.wait()


def test_a_server_that_stops_for_a_while(server: RedisServer) -> None:
    """A worker says once that it polls nothing, and goes on when the server does."""
    with start_worker() as worker:
        read_until(worker.stderr, "1 of 1 account, 1 worker")
        server.stop()
        line = read_until(worker.stderr, "INFO worker: ")
        server.start()
        read_until(worker.stderr, "accounts are looked after")
        read_until(worker.stderr, "1 of 1 account, 1 worker")

    assert line.endswith("INFO worker: no accounts, until the server responds\n")


async def test_the_port_for_probes() -> None:
    """The port responds with 200 while all is well, else with 503; /live does not."""
    states = [False, True]
    async with (
        serve_health(0, lambda: states.pop(0), host="127.0.0.1") as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        statuses = []
        for path in ("/", "/", "/live"):
            async with session.get(path) as response:
                statuses.append((response.status, await response.text()))
        # What is no request is dropped.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * 100_000)
        assert not await reader.read()
        writer.close()
        with pytest.raises(ConfigurationError, match=f"cannot listen on port {port}"):
            await serve_health(port, bool, host="127.0.0.1").__aenter__()

    assert [(503, "not well\n"), (200, "ok\n"), (200, "ok\n")] == statuses


def test_the_file_for_probes(tmp_path: Path) -> None:
    """The file is there while all is well."""
    path = tmp_path / "health"
    seen = []
    for is_well in (False, True, True, False, False):
        write_health(path, is_well=is_well)
        seen.append(path.exists())

    assert [False, True, True, False, False] == seen


def test_what_the_log_has_lost(
    server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Entries that are gone are a line with the reason; a time is no such place."""

    async def write_and_remove() -> list[str]:
        async with SharedStore(server.url, key=KEY) as store:
            await LogWriter(store).write(4)
            log = await read_log(store)
            await store.execute("XTRIM", KEYS.events, "MINID", log[3].id)
            return [entry.id for entry in log]

    ids = asyncio.run(write_and_remove())

    def reasons(since: str) -> list[str]:
        """Return the lines without their times, which what is lost does not have."""
        lines = read_events(capsys, "--since", since)
        return [line.split("Z  ", 1)[-1] for line in lines]

    assert ["2 events lost: removed from the log", "acme  trouble"] == reasons(ids[0])
    (line,) = reasons("9999999999999-7")
    assert line.startswith("events lost: the server has lost data")
    assert ["acme  trouble"] == reasons("1h")


def test_no_events(capsys: pytest.CaptureFixture[str]) -> None:
    """A log without events, such as one whose name is misspelt, is said to be empty."""
    assert 0 == run(["events", "--log", "mian"])

    assert ("", "no events in the log mian of the namespace gradient\n") == (
        capsys.readouterr()
    )


def test_a_health_file_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A path that cannot be written ends the worker."""
    path = tmp_path / "missing" / "health"

    assert 2 == run(["worker", "--health-file", str(path)])
    assert f"error: --health-file: {path}: " in capsys.readouterr().err


def test_a_health_file_that_cannot_be_written_any_more(tmp_path: Path) -> None:
    """A path that cannot be written later ends the worker, which tells why."""
    path = tmp_path / "probes" / "health"
    path.parent.mkdir()
    with start_worker("--health-file", str(path)) as worker:
        read_until(worker.stderr, "1 of 1 account")
        path.unlink()
        path.parent.rmdir()
        line = read_until(worker.stderr, "error: ")
        assert 1 == worker.wait()

    assert line.startswith(f"error: {path}: ")


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["events", "--since", "soon"], 2, "nor the id of an event"),
        (["events", "--redis", "redis://127.0.0.1:1"], 1, "connecting to 127.0.0.1:1"),
        (["worker", "--redis", "http://127.0.0.1"], 2, "the URL of the server"),
        (["worker", "--redis", "redis://h?port=x"], 2, "check its options"),
        (["worker", "--redis", "redis://h?odd=1"], 2, "check its options"),
        (["worker", "--log", "{"], 2, "log must be printable"),
        (["worker", "--namespace", ""], 2, "namespace must not be empty"),
        (["worker", "--health-port", "70000"], 2, "--health-port"),
        (["worker", "--health-port=-1"], 2, "--health-port"),
        (["worker", "--lease-seconds", "0"], 2, "--lease-seconds"),
        (["worker", "--interval=-1"], 2, "--interval"),
        (["worker", "--idle-interval", "0"], 2, "--idle-interval"),
    ],
)
def test_errors(
    arguments: list[str],
    code: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is wrong is said in one line, and nothing is logged there afterwards."""
    assert code == run(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
    assert [logging.NullHandler] == [type(it) for it in logger.handlers]


@pytest.mark.parametrize("variable", [URL_VARIABLE, KEY_VARIABLE])
def test_missing_settings(
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A missing variable is named."""
    monkeypatch.delenv(variable)

    assert 2 == run(["events"])
    assert variable in capsys.readouterr().err
