"""Pytest plugin; enable it by `pytest_plugins = ["gradient_async.testing.plugin"]`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import RunningEmulator, run_in_background


@pytest.fixture
def gradient_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEmulator]:
    """
    Run a local API server with 200 jobs and no rate limits in a background thread.

    `DIGITALOCEAN_API_URL` and `DIGITALOCEAN_ACCESS_TOKEN` point to it during the test,
    so `Client()` uses it. The value has `.url`, `.token` and `.emulator`.
    """
    with run_in_background(Emulator(jobs=200, limits=None)) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], running.token)
        yield running
