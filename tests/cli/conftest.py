"""Fixtures: a terminal without the machine's settings, and an account to list."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the settings of the machine's own terminal, and its accounts."""
    accounts = [name for name in os.environ if name.startswith(TOKEN_VARIABLES[0])]
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", *accounts):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def page_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be those of a terminal of 100 columns, as on the page of the docs."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def account(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Point the environment to the emulator."""
    monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
    monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
    return api


@pytest.fixture
def server(gradient_emulator: Emulator) -> Emulator:
    """Return the emulator to which the environment points."""
    return gradient_emulator
