"""The connection to a server: what it needs, and what is said where it lacks that."""

from __future__ import annotations

import asyncio
import pickle
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis

from gradient_async import ConfigurationError, SharedStoreError
from gradient_async.shared import SharedStore
from gradient_async.shared.script import Script
from gradient_async.shared.server_check import find_eviction, find_version_fault
from gradient_async.shared.store import KEY_VARIABLE, to_text
from tests.shared.conftest import KEY
from tests.shared.redis_server import RedisServer, find_binaries, run_redis

pytestmark = pytest.mark.real_time

ECHO = Script("return ARGV[1]")


async def open_store(url: str) -> None:
    """Open a store, and close it."""
    async with SharedStore(url, key=KEY) as store:
        assert "x" == to_text(await store.run(ECHO, ["k"], "x"))


@pytest.fixture
def guarded() -> Iterator[RedisServer]:
    """Start a server with users who may not do everything."""
    with run_redis(
        *("--requirepass", "correct-password"),
        *("--user", "noscripts", "on", ">p", "~*", "+@all", "-@scripting"),
        *("--user", "nostreams", "on", ">p", "~*", "+@all", "-@stream"),
        *("--user", "cautious", "on", ">p", "~*", "+@all", "-@dangerous"),
    ) as server:
        yield server


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("", "[Aa]uthentication required"),
        ("default:wrong-password", "invalid username-password pair"),
        ("noscripts:p", "no permissions to run the 'evalsha' command"),
        ("nostreams:p", "no permissions to run the 'xlen' command"),
    ],
)
async def test_a_server_that_refuses(
    guarded: RedisServer, user: str, reason: str
) -> None:
    """A wrong password, missing scripts and missing streams are errors at the start."""
    url = guarded.url.replace("unix://", f"unix://{user}@")
    with pytest.raises(SharedStoreError, match=reason) as caught:
        await open_store(url)

    assert "wrong-password" not in str(pickle.loads(pickle.dumps(caught.value)))


async def test_a_user_without_dangerous_commands(guarded: RedisServer) -> None:
    """A user who may not ask for the version is accepted."""
    url = guarded.url.replace("unix://", "unix://cautious:p@")
    await open_store(url)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere.sock"])
async def test_a_server_that_is_not_there(url: str) -> None:
    """A server that cannot be reached is an error at the start."""
    with pytest.raises(SharedStoreError, match="connecting to"):
        await open_store(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost", "localhost:6379", "redis://h:99999", ""),
        *(
            "redis://:hunter2/x@h:6379/0",
            "redis://:hunter2#x@h",
            "redis://:a?hunter2@h",
        ),
        *("redis://:12345/hunter2@h", "redis://:1#hunter2@h", "redis://:1?hunter2@h"),
        *("redis://:[hunter2@h", "redis://:hunter2]@h", "redis://:hunter2\u2100@h"),
        *("redis://h?db=hunter2", "unix://:1/hunter2@/redis.sock"),
    ],
)
def test_an_invalid_url(url: str) -> None:
    """What is no URL of Redis is refused, and nothing of it is quoted."""
    with pytest.raises(
        ConfigurationError, match=r"^the URL of the server cannot"
    ) as caught:
        SharedStore(url, key=KEY)

    assert "hunter2" not in str(caught.value)
    assert None is caught.value.__context__


@pytest.mark.parametrize(
    ("information", "fault"),
    [
        ("# Server\r\nredis_version:7.0.15\r\n", None),
        ("redis_version:6.2.0\r\n", None),
        ("redis_version:10.0.0\r\n", None),
        ("redis_version:6.0.16\r\n", "the server has version 6.0.16, 6.2 is needed"),
        ("redis_version:5.0.7\r\n", "the server has version 5.0.7, 6.2 is needed"),
        ("", None),
    ],
)
def test_versions(information: str, fault: str | None) -> None:
    """Version 6.2 is the oldest that is accepted."""
    assert fault == find_version_fault(information)


@pytest.mark.parametrize(
    ("policy", "information"),
    [
        ("allkeys-lru", "maxmemory:1048576\r\nmaxmemory_policy:allkeys-lru\r\n"),
        ("volatile-ttl", "maxmemory:10\nmaxmemory_policy:volatile-ttl\n"),
        (None, "maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n"),
        (None, "maxmemory:1048576\r\nmaxmemory_policy:noeviction\r\n"),
        (None, ""),
    ],
)
def test_eviction(policy: str | None, information: str) -> None:
    """Only a server with limited memory evicts keys, by any policy but one."""
    assert policy == find_eviction(information)


async def test_a_server_that_evicts(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that may evict keys is a warning at the start."""
    async with SharedStore(server.url, key=KEY) as store:
        await store.execute("CONFIG", "SET", "maxmemory", "100mb")
        await store.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        assert "" == caplog.text
        await store.check()

    assert "may evict keys" in caplog.text
    assert "maxmemory-policy allkeys-lru" in caplog.text


async def test_an_old_version() -> None:
    """A server of version 6.0 is refused at the start."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        information = b"redis_version:6.0.16\r\n"
        try:
            while line := await reader.readline():
                if line.strip() == b"EVALSHA":
                    writer.write(b"$%d\r\n%s\r\n" % (len(information), information))
                elif line.strip() == b"SETINFO":
                    writer.write(b"-ERR unknown command\r\n")
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as old:
        port = old.sockets[0].getsockname()[1]
        with pytest.raises(SharedStoreError, match=r"version 6\.0\.16, 6\.2 is needed"):
            await open_store(f"redis://127.0.0.1:{port}")


async def test_a_server_that_hangs(server: RedisServer) -> None:
    """A command is given up after the timeout."""
    async with SharedStore(server.url, key=KEY, timeout=0.3) as store:
        server.pause()
        with pytest.raises(SharedStoreError, match=r"no response within 0\.3 s"):
            await store.run(ECHO, ["k"], "x")
        server.resume()
        assert "later" == to_text(await store.run(ECHO, ["k"], "later"))


@pytest.mark.parametrize("decode", [True, False])
async def test_the_callers_client(server: RedisServer, decode: bool) -> None:
    """A client that was passed in is used, decodes as it likes, and stays open."""
    async with Redis.from_url(server.url, decode_responses=decode) as own:
        async with SharedStore(own, key=KEY) as store:
            assert "é" == to_text(await store.run(ECHO, ["k"], "é"))
        assert await own.ping()


async def test_a_synchronous_client(server: RedisServer) -> None:
    """A client that is not of redis-py's asyncio is refused, and says which is."""
    with redis.Redis.from_url(server.url) as own:
        store = SharedStore(own, key=KEY)
        with pytest.raises(ConfigurationError, match=r"redis must be .*redis\.asyncio"):
            await store.check()


async def test_a_closed_store(server: RedisServer) -> None:
    """A closed store does not connect again."""
    async with SharedStore(server.url, key=KEY) as store:
        assert not store.is_closed
    assert store.is_closed
    with pytest.raises(SharedStoreError, match="the store is closed"):
        await store.check()


async def test_a_forgotten_script(server: RedisServer, store: SharedStore) -> None:
    """A script that the server no longer knows is sent again."""
    assert "1" == to_text(await store.run(ECHO, ["k"], "1"))
    await store.execute("SCRIPT", "FLUSH")
    assert "2" == to_text(await store.run(ECHO, ["k"], "2"))


async def test_an_error_of_a_script(store: SharedStore) -> None:
    """An error that a script returns is raised with its text."""
    with pytest.raises(SharedStoreError, match="FENCED by a test"):
        await store.run(Script("return redis.error_reply('FENCED by a test')"), ["k"])


async def test_cancelled_commands(store: SharedStore) -> None:
    """A cancelled command never leaves its reply to the next one."""
    generator = random.Random(1)

    async def call(number: int) -> str:
        return to_text(await store.run(ECHO, ["k"], str(number)))

    for round_number in range(200):
        tasks = [asyncio.create_task(call(number)) for number in range(4)]
        for _ in range(generator.randrange(12)):
            await asyncio.sleep(0)
        tasks[round_number % 4].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for number, result in enumerate(results):
            assert str(number) == result or isinstance(result, asyncio.CancelledError)


def test_without_redis_py(monkeypatch: pytest.MonkeyPatch) -> None:
    """If redis-py is not installed, the error names the extra."""
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigurationError, match=r"gradient_async\[redis\]"):
        SharedStore("redis://h", key=KEY)


def test_a_server_that_does_not_start(tmp_path: Path) -> None:
    """What the server of the tests says is in the error."""
    server = RedisServer(tmp_path, next(find_binaries()), "--no-such-option", "1")
    with pytest.raises(RuntimeError, match="no-such-option"):
        server.start()


def test_names_on_the_server() -> None:
    """The name of something depends on the key, and does not contain it."""
    first, second = (SharedStore("redis://h", key=it * 16) for it in "ab")

    assert first.hide("token") == SharedStore("redis://h", key=b"a" * 16).hide("token")
    assert first.hide("token") != second.hide("token")
    assert 32 == len(first.hide("token"))


@pytest.mark.parametrize("key", [None, "", "short", b"fifteen bytes.."])
def test_a_missing_key(key: str | bytes | None) -> None:
    """A key that is missing or short is refused, and not quoted."""
    with pytest.raises(ConfigurationError, match=KEY_VARIABLE) as caught:
        SharedStore("redis://h", key=key)

    assert str(key) not in str(caught.value) or not key


def test_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the environment if none is passed."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)

    assert SharedStore("redis://h", key=KEY).hide("x") == SharedStore("redis://h").hide(
        "x"
    )
    assert "<SharedStore 'gradient'>" == repr(SharedStore("redis://h:password@h"))


@pytest.mark.parametrize("source", ["return 1", "return redis.error_reply('no')"])
async def test_cancellation(store: SharedStore, source: str) -> None:
    """A command that is cancelled ends so, whenever that happens."""
    for ticks in range(20):
        task = asyncio.create_task(store.run(Script(source), ["k"]))
        for _ in range(ticks):
            await asyncio.sleep(0)
        expected = task.cancel()
        await asyncio.wait([task])
        assert expected == task.cancelled()
