"""Fixtures: a terminal without the machine's settings, and an account to list."""

from __future__ import annotations

import os

import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the settings of the machine's own terminal."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def _no_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own accounts from the environment."""
    for name in list(os.environ):
        if name.upper().startswith("DIGITALOCEAN_ACCESS_TOKEN"):
            monkeypatch.delenv(name)


@pytest.fixture
def account(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Point the environment to the emulator."""
    monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
    monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
    return api
