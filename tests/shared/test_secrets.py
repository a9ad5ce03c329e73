"""Nothing on the server is a token, or leads to one."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gradient_async.accounts.account_client import AccountClient
from gradient_async.shared import SharedStore
from tests.shared.conftest import KEY
from tests.shared.feed_world import FeedWorld, count_log, open_world
from tests.shared.redis_server import RedisServer
from tests.shared.waiting import running, until

pytestmark = pytest.mark.real_time


class Monitor:
    """All commands that a server receives."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.commands: list[str] = []

    async def run(self) -> None:
        """Record until cancelled."""
        async with Redis.from_url(self._url) as client, client.monitor() as monitor:
            async for command in monitor.listen():
                self.commands.append(str(command["command"]))


async def find_secrets(world: FeedWorld) -> set[str]:
    """Return the tokens in parts, and what is computed of them without a key."""
    secrets = set[str]()
    for name, token in world.tokens.items():
        digits = token.removeprefix("dop_v1_")
        secrets |= {digits[start : start + 12] for start in range(len(digits) - 12)}
        for algorithm in ("md5", "sha1", "sha256", "blake2b"):
            secrets.add(hashlib.new(algorithm, token.encode()).hexdigest()[:16])
        client = world.accounts[name]
        assert isinstance(client, AccountClient)
        secrets.add(await client.fingerprint())
    return secrets


async def test_no_token_on_the_server(
    server: RedisServer, store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither keys, values, commands nor logs have anything of a token."""
    caplog.set_level(logging.DEBUG)
    monitor = Monitor(server.url)
    async with open_world() as world, running(monitor.run()):
        await until(lambda: bool(monitor.commands) or _touch(store))
        secrets = await find_secrets(world)
        world.emulator.revoke(world.tokens["a1"])
        consumer = world.feed(store).group("mail", since="0-0").consume()
        async with running(world.feed(store).run()):
            await until(lambda: _has(store, 3))
            async with await anext(consumer):
                pass
            await world.start_jobs("a0", "a2")
            await until(lambda: _has(store, 5))
        await consumer.aclose()
    server.stop()
    folder = Path(server.url.removeprefix("unix://")).parent
    files = [it.read_bytes() for it in folder.rglob("*") if it.is_file()]
    texts = [*monitor.commands, *(it.decode("latin-1") for it in files), caplog.text]

    assert any("XADD" in it for it in monitor.commands)
    assert any("AuthenticationError" in it for it in texts)
    # What would be found.
    assert [] != [it for it in [*world.tokens.values()] for s in secrets if s in it]
    assert [] == [secret for secret in secrets for text in texts if secret in text]
    assert KEY not in "".join(texts)


async def _touch(store: SharedStore) -> bool:
    await store.check()
    return False


async def _has(store: SharedStore, count: int) -> bool:
    return await count_log(store) >= count
