"""Every test: a clean environment, a clock that jumps, and nothing left behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

import hypothesis
import pytest
import pytest_asyncio

from gradient_async import Client
from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from tests.support.virtual_time import VirtualTimeLoop

# A busy machine is no failure, and CI explores nothing new: a change is judged there.
hypothesis.settings.register_profile(
    "patient", deadline=None, derandomize="CI" in os.environ
)
hypothesis.settings.load_profile("patient")


def pytest_asyncio_loop_factories() -> Mapping[str, type[asyncio.AbstractEventLoop]]:
    """Run every async test on virtual time, so that none sleeps."""
    return {"virtual": VirtualTimeLoop}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own tokens and proxies out of the tests."""
    for name in (*TOKEN_VARIABLES, BASE_URL_VARIABLE, "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Serve 60 jobs without limits."""
    async with Emulator(jobs=60, limits=None) as emulator:
        yield emulator


@pytest_asyncio.fixture
async def client(api: Emulator) -> AsyncIterator[Client]:
    """Open a client of the emulator."""
    async with Client(api.token, base_url=api.url) as client:
        yield client
