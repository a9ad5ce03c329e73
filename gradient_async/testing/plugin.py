"""The pytest plugin; it imports next to nothing until its fixture is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gradient_async.testing.background import RunningEmulator


@pytest.fixture
def gradient_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEmulator]:
    """
    Run a local API server with 200 jobs and no limits, in a thread of its own.

    `DIGITALOCEAN_API_URL` and `DIGITALOCEAN_ACCESS_TOKEN` point to it during the
    test, so that `Client()` finds it. Gives `.url`, `.token` and `.emulator`.
    """
    # Not at the top: every pytest run of whoever has this package imports this file.
    from gradient_async.emulator import Emulator  # noqa: PLC0415
    from gradient_async.settings import (  # noqa: PLC0415
        BASE_URL_VARIABLE,
        TOKEN_VARIABLES,
    )
    from gradient_async.testing.background import run_in_background  # noqa: PLC0415

    with run_in_background(Emulator(jobs=200, limits=None)) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], running.token)
        yield running
