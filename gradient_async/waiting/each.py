"""Do the same for several jobs, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

# A call's deadline includes its turn in the queue: more would only wait there.
_AT_ONCE: Final = 16


async def for_each(
    act: Callable[[str], Awaitable[None]], uuids: Iterable[str]
) -> dict[str, Exception]:
    """
    Act on each job, 16 at a time, all of them whatever comes of the others.

    Gives the errors of those that failed, in the order given. Cancelling the caller
    cancels what is under way, and waits for its end.
    """
    slots = asyncio.Semaphore(_AT_ONCE)

    async def act_on(uuid: str) -> Exception | None:
        async with slots:
            try:
                await act(uuid)
            except Exception as error:  # noqa: BLE001  (given to the caller)
                return error
        return None

    async with asyncio.TaskGroup() as group:
        tasks = {uuid: group.create_task(act_on(uuid)) for uuid in uuids}
    outcomes = {uuid: task.result() for uuid, task in tasks.items()}
    return {uuid: error for uuid, error in outcomes.items() if error is not None}
