"""A plain terminal, and an account to ask about."""

from __future__ import annotations

import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own terminal out of the tests."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def account(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Let the environment point to the emulator."""
    monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
    monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
    return api
