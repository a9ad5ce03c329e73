"""Every test has a clean environment, a virtual clock, and a fresh emulator."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping

import hypothesis
import pytest
import pytest_asyncio

from gradient_async import Client
from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from tests.support.examples import ARE_FEWER, examples
from tests.support.virtual_time import VirtualTimeLoop

# A shell that runs the tests in the background ignores Ctrl-C, and so would the
# commands that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Deadlines fail on a busy machine. New random examples could fail an unrelated change
# in CI, and miss a branch where coverage is measured.
hypothesis.settings.register_profile(
    "default",
    deadline=None,
    derandomize=ARE_FEWER or "CI" in os.environ,
    max_examples=examples(100),
)
hypothesis.settings.load_profile("default")


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, type[asyncio.AbstractEventLoop]]:
    """Run async tests on virtual time, where sleeping costs nothing, unless marked."""
    if item.get_closest_marker("real_time"):
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": VirtualTimeLoop}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own tokens and proxies from the environment."""
    for name in (*TOKEN_VARIABLES, BASE_URL_VARIABLE, "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator with 60 jobs and no rate limits."""
    async with Emulator(jobs=60, limits=None, database_seconds=0) as emulator:
        yield emulator


@pytest_asyncio.fixture
async def client(api: Emulator) -> AsyncIterator[Client]:
    """Open a client for the emulator."""
    async with Client(api.token, base_url=api.url) as client:
        yield client
