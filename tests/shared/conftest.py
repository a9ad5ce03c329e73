"""A server for each test, and a store on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from gradient_async.shared import SharedStore
from tests.shared.redis_server import RedisServer, find_binaries, run_redis

KEY = "a key of more than 16 bytes"


@pytest.fixture(params=[*find_binaries()], ids=lambda path: path.name)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """Start each server there is."""
    with run_redis(binary=request.param) as server:
        yield server


@pytest_asyncio.fixture
async def store(server: RedisServer) -> AsyncIterator[SharedStore]:
    """Open a store on the server."""
    async with SharedStore(server.url, key=KEY) as store:
        yield store
