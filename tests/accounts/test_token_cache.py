"""The cache of a token: one read for all, kept for a while."""

from __future__ import annotations

import asyncio
import copy
import pickle
from contextlib import suppress
from typing import Final

import pytest

from gradient_async.accounts.token_cache import TokenCache
from gradient_async.errors import TokenError
from gradient_async.transport.credentials import Secret
from tests.support.virtual_time import VirtualTimeLoop, now

TTL: Final = 60.0


class Source:
    """A source whose reads take a second; each result is numbered."""

    def __init__(self) -> None:
        self.cache = TokenCache()
        self.started = self.finished = self.cancelled = 0
        self.failures = 0

    async def get(self) -> str:
        """Return the token, through the cache."""
        return (await self.cache.get(self.read, TTL)).reveal()

    async def read(self) -> Secret:
        """Read the token, or fail."""
        self.started += 1
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            await asyncio.sleep(0.5)
            self.cancelled += 1
            raise
        self.finished += 1
        if self.finished <= self.failures:
            raise TokenError(f"failure {self.finished}") from LookupError("sealed")
        return Secret(f"token-{self.finished}")


async def test_one_read_for_all() -> None:
    """Tasks that need the token at once share one read."""
    source = Source()
    tokens = await asyncio.gather(*(source.get() for _ in range(50)))

    assert {"token-1"} == set(tokens)
    assert 1 == source.started


async def test_tokens_are_kept() -> None:
    """A token is kept for the time to live, counted from the end of the read."""
    source = Source()
    await source.get()

    await asyncio.sleep(TTL - 0.1)
    assert "token-1" == await source.get()
    await asyncio.sleep(0.1)
    assert "token-2" == await source.get()


async def test_failures_are_not_kept() -> None:
    """After a failed read, the next task reads again."""
    source = Source()
    source.failures = 1

    with pytest.raises(TokenError, match="failure 1"):
        await source.get()
    assert "token-2" == await source.get()


async def test_a_failed_read_is_not_joined() -> None:
    """A task that comes right after the failure reads again, before others notice."""
    source = Source()
    source.failures = 1
    first = asyncio.ensure_future(source.get())
    await asyncio.sleep(1)
    while not source.finished:
        await asyncio.sleep(0)

    assert "token-2" == await source.get()
    with pytest.raises(TokenError, match="failure 1"):
        await first


async def test_each_task_has_an_error_of_its_own() -> None:
    """The error of a shared read is not shared, so each can have its facts."""
    source = Source()
    source.failures = 1
    results = await asyncio.gather(
        *(source.get() for _ in range(2)), return_exceptions=True
    )

    one, other = results
    assert isinstance(one, TokenError)
    assert isinstance(other, TokenError)
    assert one is not other
    assert "sealed" == str(one.__cause__) == str(other.__cause__)


async def test_a_cancelled_task_leaves_the_read_to_others() -> None:
    """Cancelling the task that started the read does not disturb the others."""
    source = Source()
    first, other = (asyncio.ensure_future(source.get()) for _ in range(2))
    await asyncio.sleep(0.5)
    first.cancel()

    assert "token-1" == await other
    assert first.cancelled()
    assert (1, 0) == (source.started, source.cancelled)


async def test_the_last_cancelled_task_ends_the_read() -> None:
    """A read that no task waits for is cancelled, and has cleaned up at the end."""
    source = Source()
    tasks = [asyncio.ensure_future(source.get()) for _ in range(2)]
    await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

    assert (1, 0, 1) == (source.started, source.finished, source.cancelled)
    assert all(task.cancelled() for task in tasks)


async def test_a_cleanup_is_not_interrupted() -> None:
    """If the read is cancelled along with its only task, it is cancelled once."""
    source = Source()
    task = asyncio.ensure_future(source.get())
    await asyncio.sleep(0.5)
    # As `asyncio.run` does at its end.
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for each in tasks:
        each.cancel()
    await asyncio.wait(tasks)

    assert task.cancelled()
    assert (2, 1) == (len(tasks), source.cancelled)


async def test_a_cancelled_read_is_not_joined() -> None:
    """A task that comes while a cancelled read cleans up starts another."""
    source = Source()
    first = asyncio.ensure_future(source.get())
    await asyncio.sleep(0.5)
    first.cancel()
    await asyncio.sleep(0.1)

    assert "token-1" == await source.get()
    assert (2, 1) == (source.started, source.cancelled)


async def test_a_token_read_at_the_moment_of_cancellation_is_kept() -> None:
    """A read that ends as its only task is cancelled is not lost."""
    source = Source()
    task = asyncio.ensure_future(source.get())
    await asyncio.sleep(1)
    while not source.finished:
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    before = now()

    assert "token-1" == await source.get()
    assert before == now()


def test_another_event_loop_reads_again() -> None:
    """A source may be used in one event loop after another."""
    source = Source()
    tokens = []
    for _ in range(2):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            tokens.append(runner.run(source.get()))

    assert ["token-1", "token-2"] == tokens


async def test_copies_are_empty() -> None:
    """A copied or pickled cache has no token."""
    source = Source()
    await source.get()

    for cache in (
        copy.deepcopy(source.cache),
        pickle.loads(pickle.dumps(source.cache)),
    ):
        source.cache = cache
        source.started = 0
        await source.get()
        assert 1 == source.started
