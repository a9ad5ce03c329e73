"""The lifetime of a client, from its first call to its end."""

from __future__ import annotations

import asyncio

from gradient_async.transport.lifetime import Lifetime


async def test_the_end_waits_for_expired_calls() -> None:
    """`end` waits for a call that is still cleaning up after its deadline."""
    lifetime = Lifetime()
    steps: list[str] = []

    async def call() -> None:
        scope = asyncio.timeout(10)
        lifetime.enter(scope)
        try:
            async with scope:
                try:
                    await asyncio.sleep(100)
                finally:
                    await asyncio.sleep(5)
        except TimeoutError:
            steps.append("timed out")
        finally:
            lifetime.leave(scope)

    running = asyncio.ensure_future(call())
    await asyncio.sleep(12)
    await lifetime.end()
    steps.append("ended")

    assert ["timed out", "ended"] == steps
    assert running.done()


async def test_the_end_waits_after_earlier_calls() -> None:
    """`end` waits for a call even if there were moments without any before it."""
    lifetime = Lifetime()
    earlier = asyncio.timeout(None)
    lifetime.enter(earlier)
    lifetime.leave(earlier)
    scope = asyncio.timeout(None)

    async def call() -> None:
        lifetime.enter(scope)
        try:
            async with scope:
                await asyncio.sleep(100)
        except TimeoutError:
            await asyncio.sleep(5)
        finally:
            lifetime.leave(scope)

    running = asyncio.ensure_future(call())
    await asyncio.sleep(1)
    await lifetime.end()

    assert 0 == lifetime.running
    await running


async def test_ending_before_the_first_call() -> None:
    """Without any call, `end` returns at once."""
    lifetime = Lifetime()
    await lifetime.end()

    assert lifetime.has_ended
