"""A client and a server for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from gradient_async.emulator import Emulator

from .http_client import HttpClient


@pytest_asyncio.fixture
async def call() -> AsyncIterator[HttpClient]:
    """Provide a client."""
    async with aiohttp.ClientSession() as session:
        yield HttpClient(session)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Run a server with one account and 45 jobs, which starts none by itself."""
    async with Emulator(jobs=45, database_seconds=0, auto_index=False) as emulator:
        yield emulator
