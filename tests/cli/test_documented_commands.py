"""Every command that the page shows: in terminals, in a pipe, and interrupted."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest

from gradient_async.cli.command_tree import app
from gradient_async.cli.store_options import URL_VARIABLE
from gradient_async.emulator import Emulator, Fault, ReceivedRequest
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.shared.store import KEY_VARIABLE
from gradient_async.testing.background import run_in_background
from tests.shared.redis_server import run_redis
from tests.support.command_server import CommandServer, run_in_pipes
from tests.support.terminal import CTRL_C, Terminal

from .test_application import tree
from .test_docs import PROGRAMS, commands

PROGRAM: Final = f"{PROGRAMS['cli.md'][0]} "


def command_of(line: str) -> str:
    """Return the command in a line: its words up to the arguments."""
    names, _, _ = app.parse_commands(shlex.split(line))
    return " ".join(names)


LINES: Final = [
    line.removeprefix(PROGRAM)
    for line in commands("cli.md")
    if line.startswith(PROGRAM)
]

# Of each command, the line that the page shows first, unless it takes long or needs a
# job that is not there.
SAMPLES: Final = {command_of(line): line for line in reversed(LINES)} | {
    "completion": "completion fish",
    "demo": "demo --speed 100",
    "jobs export": "jobs export --all --to jobs.csv",
    "jobs watch": "jobs watch --all",
}

# What there has to be before.
BEFORE: Final = {
    "schedule get": "schedule set release-notes --days mon --time 06:30",
    "schedule remove": "schedule set release-notes --days mon --time 06:30",
    "sources remove": "sources add support-handbook --url https://docs.example.com",
}

# Commands that end only by Ctrl-C: what they have written by then, and their exit code.
ENDLESS: Final = {
    "emulator": ("url: ", 0),
    "jobs watch": (" running", 130),
    "worker": (" of 3 accounts", 130),
}

# Commands that send nothing to the API.
LOCAL: Final = frozenset(
    {"accounts add", "accounts list", "accounts remove", "completion"}
    | {"demo", "emulator", "events"}
)

# When to interrupt commands whose requests depend on the time: after a text, by some
# keys and Ctrl-C.
WAITING: Final = [
    ("jobs watch", " running, ", b""),
    ("jobs watch --all", "> ", b""),
    ("jobs watch", "q quit", b"o"),
    ("jobs watch", "q quit", b"/abc"),
    ("jobs watch -o lines", "  pending  ", b""),
    ("index handbook --wait", "waiting until", b""),
    ("index handbook --wait", "pending", b""),
    ("index handbook --wait", "/2 sources", b""),
    ("worker --all", "3 of 3 accounts, 1 worker", b""),
    ("events --follow --since 0-0", "  running", b""),
    ("demo", "A local server", b""),
    ("demo", "acme     ", b""),
    ("demo --speed 5", " running, ", b""),
]
TIMED: Final = frozenset(command_of(line) for line, _, _ in WAITING)


@contextmanager
def emulate() -> Iterator[Emulator]:
    """Run an emulator with two accounts, to which the environment points."""
    names = (TOKEN_VARIABLES[0], f"{TOKEN_VARIABLES[0]}_PROD")
    emulator = Emulator(accounts=2, limits=None, database_seconds=0)
    with run_in_background(emulator) as api, pytest.MonkeyPatch.context() as patch:
        base = api.add_knowledge_base("handbook", sources=2)
        for source in base.source_uuids:
            api.plan_source(source, seconds=0.1)
        patch.setenv(BASE_URL_VARIABLE, api.url)
        patch.setenv("GLOBEX_TOKEN", api.tokens[1])
        for name, token in zip(names, api.tokens, strict=True):
            patch.setenv(name, token)
        yield api


@pytest.fixture(scope="module", autouse=True)
def _shared() -> Iterator[None]:
    """Start the server that workers share, whose log the tests of `worker` fill."""
    with run_redis() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, server.url)
        patch.setenv(KEY_VARIABLE, "0123456789abcdef")
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[CommandServer]:
    """Start what runs the commands."""
    with CommandServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a file to upload, and with an account to remove."""
    (tmp_path / "faq.txt").write_text("What is it?")
    config = tmp_path / "config" / "gradient-async" / "accounts.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[accounts.globex]\ntoken_env = "GLOBEX_TOKEN"\n')
    config.chmod(0o600)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def account() -> Iterator[Emulator]:
    """Run an emulator, to which the environment points."""
    with emulate() as api:
        yield api


def prepare(server: CommandServer, account: Emulator, command: str) -> list[str]:
    """Prepare what a command needs, and return its words."""
    if before := BEFORE.get(command):
        code, _, errors = run_in_pipes(server, shlex.split(before))
        assert (0, "") == (code, errors)
    account.requests.clear()
    return shlex.split(SAMPLES[command])


def test_every_command_is_documented() -> None:
    """A command that the page does not show would not be tested here."""
    names = {*tree(app)}
    groups = {name.rpartition(" ")[0] for name in names}

    assert names - groups == {*map(command_of, LINES)}


@pytest.mark.parametrize("command", SAMPLES)
def test_in_a_pipe(server: CommandServer, account: Emulator, command: str) -> None:
    """A command succeeds in a pipe, and writes no escape sequences."""
    words = prepare(server, account, command)
    text, expected = ENDLESS.get(command, ("", 0))
    code, out, errors = run_in_pipes(server, words, interrupt_at=text)

    assert expected == code, errors
    assert "\x1b" not in out + errors
    assert "Traceback" not in errors
    assert (command in LOCAL) == (not account.requests)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", SAMPLES)
def test_in_a_terminal(
    server: CommandServer, account: Emulator, command: str, columns: int
) -> None:
    """A command succeeds in a terminal, fits into it, and leaves it as it was."""
    words = prepare(server, account, command)
    text, expected = ENDLESS.get(command, ("", 0))
    with Terminal(*words, columns=columns, server=server) as terminal:
        if text:
            terminal.wait_for(text)
            terminal.type(CTRL_C)

        assert expected == terminal.finish(), terminal.text
        assert terminal.is_restored
        assert "Traceback" not in terminal.text
        headings = [it for it in terminal.text.splitlines() if it.isupper()]
        assert columns >= max(map(len, headings), default=0)


def interrupt(terminal: Terminal) -> None:
    """Press Ctrl-C, which ends the command with exit code 130, and without a trace."""
    terminal.type(CTRL_C)

    assert 130 == terminal.finish(), terminal.text
    assert terminal.is_restored
    assert "Traceback" not in terminal.text
    assert "error: " not in terminal.text


@pytest.mark.parametrize(("line", "text", "keys"), WAITING)
def test_interrupted_while_it_waits(
    server: CommandServer, account: Emulator, line: str, text: str, keys: bytes
) -> None:
    """Ctrl-C ends what takes its time at any moment."""
    with Terminal(*shlex.split(line), server=server) as terminal:
        terminal.wait_for(text)
        terminal.type(keys)
        interrupt(terminal)


# For how many of its requests a command has had a response, and what the next one gets.
MOMENTS: Final[dict[str, tuple[Callable[[int], int], Fault]]] = {
    "before the first response": (
        lambda _: 0,
        Fault(hang=True, path="/v?/*", times=None),
    ),
    "within a response": (
        lambda count: (count - 1) // 2,
        Fault(drip=60, path="/v?/*", times=None),
    ),
    "within the last response": (
        lambda count: count - 1,
        Fault(drip=60, path="/v?/*", times=None),
    ),
}


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """Return the numbers of requests of commands, as far as they were counted."""
    return {}


def count_requests(server: CommandServer, command: str) -> int:
    """Return how many requests a command sends with a token if it goes on."""
    with emulate() as api:
        code, _, errors = run_in_pipes(server, prepare(server, api, command))
        assert 0 == code, errors
        return len(with_token(api))


def with_token(api: Emulator) -> list[ReceivedRequest]:
    """Return the requests to which faults happen; `doctor` sends one of no account."""
    return [it for it in api.requests if it.status != HTTPStatus.UNAUTHORIZED]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("command", [it for it in SAMPLES if it not in LOCAL | TIMED])
def test_interrupted_during_a_request(
    server: CommandServer,
    account: Emulator,
    counts: dict[str, int],
    *,
    command: str,
    moment: str,
) -> None:
    """Ctrl-C ends whatever waits for the API."""
    if command not in counts:
        counts[command] = count_requests(server, command)
    find_place, fault = MOMENTS[moment]
    place = find_place(counts[command])
    words = prepare(server, account, command)
    if place:
        passed = Fault(headers={"x-passed": "1"}, path="/v?/*", times=place)
        account.fail(passed)
    account.fail(fault)

    def is_held() -> bool:
        """Return whether the request has arrived, and the response has begun."""
        held = with_token(account)[place:]
        return any(fault.hang or it.status is not None for it in held)

    with Terminal(*words, server=server) as terminal:
        terminal.wait_until(is_held)
        interrupt(terminal)
