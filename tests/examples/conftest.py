"""An emulator with customers, whose tokens are in the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from tests.examples.backends import NAMES

_CUSTOMERS = ("ACME", "GLOBEX")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Name of each example."""
    return str(request.param)


@pytest_asyncio.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulator]:
    """Start an emulator for the customers acme and globex, whose clock stands still."""
    async with Emulator(jobs=60, accounts=2, limits=None, speed=0) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        for customer, token in zip(_CUSTOMERS, api.tokens, strict=True):
            monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_{customer}", token)
        yield api


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session like a browser's, but with any number of connections."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
