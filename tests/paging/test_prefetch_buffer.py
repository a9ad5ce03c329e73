"""Pages fetched ahead in tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gradient_async.paging.page import Page
from gradient_async.paging.prefetch_buffer import PrefetchBuffer


async def never_arrives(_: int, __: int) -> Callable[[], Page[int]]:
    """Fetch a page that never arrives."""
    return await asyncio.Future()


async def request_page(buffer: PrefetchBuffer[int]) -> asyncio.Task[object]:
    """Request page 1, and return the task that fetches it."""
    buffer.request([1], accepted=0)
    (task,) = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.sleep(0)
    return task


async def test_cancelling_in_an_open_loop() -> None:
    """A pending fetch is cancelled, and can be requested again."""
    buffer = PrefetchBuffer[int](never_arrives, 10)
    first = await request_page(buffer)
    buffer.cancel()
    await asyncio.sleep(0)
    second = await request_page(buffer)

    assert first.cancelled()
    assert not second.done()

    await buffer.aclose()


def test_cancelling_after_the_loop_was_closed() -> None:
    """A fetch of a loop that was closed cannot be cancelled, and is left alone."""
    loop = asyncio.new_event_loop()
    # The loop reports that the task was destroyed, which is what this is about.
    loop.set_exception_handler(lambda *_: None)
    buffer = PrefetchBuffer[int](never_arrives, 10)
    task = loop.run_until_complete(request_page(buffer))
    loop.close()
    buffer.cancel()

    assert not task.cancelling()
    assert not task.done()
