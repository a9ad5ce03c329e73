"""The command `doctor`."""

from __future__ import annotations

import io
from importlib import metadata
from urllib.parse import urlsplit

import pytest

from gradient_async.cli.application import run
from gradient_async.cli.console import create_console
from gradient_async.cli.doctor.findings import (
    Finding,
    check_installation,
    check_terminal,
    describe_proxy,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from tests.cli.terminal import Terminal

Capture = pytest.CaptureFixture[str]

TOKEN = "dop_v1_0123456789abcdef"
SECRET = "hunter2-and-more"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own proxies from the environment, in either case."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failures(out: str) -> list[str]:
    """Return what was checked and failed."""
    return [line.split()[1] for line in out.splitlines() if line.startswith("FAIL")]


def test_all_is_well(gradient_emulator: Emulator, capsys: Capture) -> None:
    """Each check is a line, and the exit code is 0."""
    assert 0 == run(["doctor"])
    captured = capsys.readouterr()
    lines = [line.split() for line in captured.out.splitlines()]

    assert {"ok"} == {line[0] for line in lines}
    assert [
        *("python", "packages", "extras", "terminal", "url", "proxy"),
        *("dns", "connection", "api", "clock", "token"),
    ] == [line[1] for line in lines]
    assert f"default: variable {TOKEN_VARIABLES[0]}, environment" in captured.out
    assert not captured.err
    assert gradient_emulator.token not in captured.out


def test_requests_left(gradient_emulator: Emulator, capsys: Capture) -> None:
    """What is left of the rate limit is shown where the API says so."""
    headers = {"ratelimit-remaining": "17", "ratelimit-reset": "1900000000"}
    fault = Fault(status=200, body=b'{"regions": []}', headers=headers)
    gradient_emulator.fail(fault)

    assert 0 == run(["doctor"])
    assert "environment, 17 requests left" in capsys.readouterr().out


def test_refused_tokens(
    gradient_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """All accounts are checked; a token that is refused is a failure of its own."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_OLD", TOKEN)

    assert 1 == run(["doctor"])
    captured = capsys.readouterr()
    assert ["token"] == failures(captured.out)
    assert f"old: variable {TOKEN_VARIABLES[0]}_OLD, environment: 401 " in captured.out
    assert "error: 1 of 12 checks failed\n" == captured.err
    assert TOKEN not in captured.out


def test_no_token(
    gradient_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Without a token, the line says what to do."""
    monkeypatch.delenv(TOKEN_VARIABLES[0])

    assert 1 == run(["doctor"])
    out = capsys.readouterr().out
    assert ["tokens"] == failures(out)
    assert "or add one by `gradient-async accounts add`" in out


def test_an_api_that_is_not_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Where nobody listens, no token is sent."""
    monkeypatch.setenv(BASE_URL_VARIABLE, "http://127.0.0.1:1")
    monkeypatch.setenv(TOKEN_VARIABLES[0], TOKEN)

    assert 1 == run(["doctor"])
    out = capsys.readouterr().out
    assert ["connection"] == failures(out)
    assert "tokens      not checked: the API is not reached" in out


def test_an_invalid_url(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """An invalid URL ends the checks, with the variable to correct."""
    monkeypatch.setenv(BASE_URL_VARIABLE, "http://api.example\x1b[2J")

    assert 1 == run(["doctor"])
    out = capsys.readouterr().out
    assert ["url"] == failures(out)
    assert f"Correct {BASE_URL_VARIABLE}" in out
    assert out.replace("\n", "").isprintable()


def test_the_default_url(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The URL is the default without the variable; an invalid proxy ends all."""
    arguments = ["doctor", "--proxy", f"ftp://user:{SECRET}@proxy.example"]

    assert 1 == run(arguments)
    out = capsys.readouterr().out
    assert "https://api.digitalocean.com, the default" in out
    assert ["proxy"] == failures(out)
    assert SECRET not in out


def test_a_proxy_is_shown_without_its_password() -> None:
    """Neither user nor password of a proxy are shown."""
    proxy = urlsplit(f"http://user:{SECRET}@proxy.example:3128")

    assert "http://proxy.example:3128" == describe_proxy(proxy)


def test_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal has a size and colours, a pipe is plain."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    terminal, pipe = create_console(Terminal()), create_console(io.StringIO())
    expected = "80 x 24, utf-8, TERM xterm-256color, colours: 256"

    assert Finding("terminal", expected) == check_terminal(terminal)
    assert Finding("terminal", "none: output is plain, in utf-8") == check_terminal(
        pipe
    )
    monkeypatch.setenv("TERM", "dumb")
    assert "colours: none" in check_terminal(create_console(Terminal())).text


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages of extras may be missing."""

    def fail(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("gradient_async.cli.doctor.findings.version", fail)
    texts = {it.name: it.text for it in check_installation()}

    assert "gradient-async (unknown version)" in texts["packages"]
    assert "not installed: keyring, parquet, redis, yaml" == texts["extras"]
