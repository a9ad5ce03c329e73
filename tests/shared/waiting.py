"""Wait in real time for what other processes do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60.0
) -> None:
    """Wait until something is so, or fail."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(
    *coroutines: Coroutine[object, object, object],
) -> AsyncIterator[None]:
    """Run coroutines until the end of the block, which ends if one of them fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(it) for it in coroutines]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
