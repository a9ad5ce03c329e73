"""A cluster, whose scripts may use one slot only: a node that has all of them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis, RedisCluster

from gradient_async.shared import SharedStore
from tests.shared.conftest import KEY
from tests.shared.feed_world import open_world
from tests.shared.redis_server import run_redis
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time

# The nodes talk to each other on the port 10,000 above, which must exist.
_MAX_PORT = 55_000


def find_port() -> int:
    """Return a port that is free now."""
    port = _MAX_PORT + 1
    while port > _MAX_PORT:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    return port


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[RedisCluster]:
    """Start a node with all slots, and open a client of it."""
    port = find_port()
    with run_redis("--port", str(port), "--cluster-enabled", "yes") as server:
        async with Redis.from_url(server.url) as node:
            await node.execute_command("CLUSTER", "ADDSLOTS", *range(16_384))  # type: ignore[no-untyped-call]
            await until(lambda: _is_up(node))
        async with RedisCluster(host="127.0.0.1", port=port) as client:
            yield client


async def _is_up(node: Redis) -> bool:
    found = await node.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]
    return "cluster_state:ok" in str(found)


async def test_a_cluster(cluster: RedisCluster) -> None:
    """Leases, the log, listeners and groups work with the client of a cluster."""
    store = SharedStore(cluster, key=KEY)
    await store.check()
    async with open_world() as world:
        feed = world.feed(store)
        async with running(feed.run()):
            listener = feed.listen(since="0-0")
            first = await anext(listener)
            consumer = feed.group("mail", since="0-0").consume()
            async with await anext(consumer) as entry:
                assert first is not None
                assert first.event == entry.event
            await until(lambda: len(feed.leases.held) == 3)
            await consumer.aclose()
            await listener.aclose()
