"""What a server can find out about tokens: nothing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from gradient_async import Accounts
from gradient_async.emulator import Emulator, Fault
from gradient_async.shared import SharedPacing, SharedStore
from gradient_async.transport.credentials import Secret
from tests.shared.conftest import KEY
from tests.shared.redis_server import RedisServer

pytestmark = pytest.mark.real_time

LIST = "/v2/gen-ai/indexing_jobs"


@asynccontextmanager
async def monitor(server: RedisServer) -> AsyncIterator[bytearray]:
    """Collect all that `MONITOR` shows: each command, with its arguments."""
    path = server.url.removeprefix("unix://")
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"MONITOR\r\n")
    shown = bytearray(await reader.readline())

    async def read() -> None:
        while data := await reader.read(65536):
            shown.extend(data)

    reading = asyncio.create_task(read())
    try:
        yield shown
        await asyncio.sleep(0.05)
    finally:
        writer.close()
        await reading


async def read_all(server: RedisServer) -> bytes:
    """Return all keys and values of a server."""
    client: Any
    async with Redis.from_url(server.url) as client:
        keys: list[bytes] = await client.execute_command("KEYS", "*")
        assert 6 == len(keys)
        values: list[bytes] = []
        for key in keys:
            values.append(await client.execute_command("DUMP", key))
            is_log = key.endswith(b":log")
            command = ("ZRANGE", key, 0, -1) if is_log else ("HGETALL", key)
            values.append(repr(await client.execute_command(*command)).encode())
    return b"\n".join([*keys, *values])


def derive(token: str, base_url: str) -> Iterator[bytes]:
    """Yield what could be used to recover a token, or to confirm a guess of it."""
    encoded = token.encode()
    half = len(encoded) // 2
    yield from (encoded[:half], encoded[half:])
    yield from (b64encode(encoded)[:20], urlsafe_b64encode(encoded)[:20])
    yield encoded.hex().encode()
    # Keyed with a constant that everybody can read.
    yield Secret(token).fingerprint(base_url).encode()
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, encoded)
        yield from (digest.digest(), digest.hexdigest()[:16].encode())
        yield b64encode(digest.digest())[:16]


async def test_what_the_server_sees(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """No key, value, command or log record has anything of a token or of the key."""
    caplog.set_level(logging.DEBUG)
    async with (
        monitor(server) as shown,
        Emulator(jobs=1, accounts=2) as api,
        SharedStore(server.url, key=KEY) as store,
    ):
        hidden = [it for token in api.tokens for it in derive(token, api.url)]
        accounts = dict(zip("ab", api.tokens, strict=True))
        pacing = SharedPacing(store)
        async with Accounts(accounts, base_url=api.url, pacing=pacing) as all_accounts:
            api.fail(Fault(status=429, headers={"retry-after": "1"}))
            for _ in range(5):
                await asyncio.gather(
                    *(client.request("GET", LIST) for client in all_accounts.values())
                )
            server.kill()
            # More than there are slots from before.
            client = all_accounts["a"]
            await asyncio.gather(*(client.request("GET", LIST) for _ in range(5)))
            server.start()
        stored = await read_all(server)

    log = caplog.text.encode()
    assert b"EVALSHA" in shown.upper()
    assert b"paces its requests on its own" in log
    for text in (bytes(shown), stored, log):
        assert [] == [it for it in [*hidden, KEY.encode()] if it in text]
