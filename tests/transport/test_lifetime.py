"""The open time of a client."""

from __future__ import annotations

import asyncio

from gradient_async.transport.lifetime import Lifetime


async def test_ending_a_call_whose_time_is_up() -> None:
    """A call that is still tidying up after its deadline is waited for."""
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


async def test_ending_what_never_began() -> None:
    """Nothing to end is no reason to wait."""
    lifetime = Lifetime()
    await lifetime.end()

    assert lifetime.has_ended
    assert not lifetime.has_begun
