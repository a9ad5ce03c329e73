"""Where the file of accounts is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradient_async.cli.accounts.config_place import (
    find_accounts_file,
    locate_accounts_file,
)
from gradient_async.cli.application import run

HOME = Path("/home/me")


@pytest.mark.parametrize(
    ("platform", "environ", "home", "expected"),
    [
        ("linux", {}, HOME, "/home/me/.config/gradient-async/accounts.toml"),
        (
            "linux",
            {"XDG_CONFIG_HOME": "/x"},
            None,
            "/x/gradient-async/accounts.toml",
        ),
        (
            "linux",
            {"XDG_CONFIG_HOME": "x"},
            HOME,
            "/home/me/.config/gradient-async/accounts.toml",
        ),
        ("linux", {}, None, None),
        (
            "darwin",
            {"XDG_CONFIG_HOME": "/x"},
            HOME,
            "/home/me/Library/Application Support/gradient-async/accounts.toml",
        ),
        ("win32", {"APPDATA": "/a"}, HOME, "/a/gradient-async/accounts.toml"),
        (
            "win32",
            {},
            HOME,
            "/home/me/AppData/Roaming/gradient-async/accounts.toml",
        ),
    ],
)
def test_each_platform(
    platform: str, environ: dict[str, str], home: Path | None, expected: str | None
) -> None:
    """The file is where the platform keeps the settings of programs."""
    found = locate_accounts_file(platform, environ, home)

    assert expected == (None if found is None else found.as_posix())


@pytest.fixture
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a user who has no home directory, as in a container."""

    def fail() -> Path:
        msg = "Could not determine home directory."
        raise RuntimeError(msg)

    monkeypatch.setattr(Path, "home", fail)
    monkeypatch.delenv("XDG_CONFIG_HOME")


@pytest.mark.usefixtures("_no_home")
@pytest.mark.parametrize(
    ("platform", "variable"), [("linux", "HOME"), ("win32", "APPDATA")]
)
def test_no_home_directory(
    platform: str,
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a home directory, adding exits with 2, and says what to set."""
    monkeypatch.setattr(sys, "platform", platform)

    assert find_accounts_file() is None
    assert 2 == run(["accounts", "add", "acme", "--token-env", "ACME"])
    expected = f"error: no home directory to keep accounts in: set {variable}\n"
    assert expected == capsys.readouterr().err


@pytest.mark.usefixtures("_no_home")
def test_the_environment_needs_no_home_directory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accounts of the environment are listed without one; doctl's are not."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN_ACME", "dop_v1_0123456789abcdef")

    assert 0 == run(["accounts", "list"])
    assert "acme" in capsys.readouterr().out
    assert 2 == run(["accounts", "list", "--doctl"])
    assert "no home directory in which doctl" in capsys.readouterr().err
