"""Waits for jobs that take no time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from gradient_async.waiting.clock import CLOCK


def skip_waits(
    on_skip: Callable[[float], object] = lambda _: None,
) -> AbstractContextManager[None]:
    """
    Skip the time between the polls of jobs and databases, in all threads.

        async with Emulator() as api, Client(api.token, base_url=api.url) as client:
            with skip_waits(api.advance):
                await client.indexing_jobs.run(knowledge_base_uuid)

    Waiting sends the same polls as always, one after the other without a pause, and
    its timeouts end after as many polls as always. The waits before retries, of the
    rate limit and of feeds are not skipped.

    Args:
        on_skip: Called with the seconds of each pause that was skipped, such as
            `Emulator.advance`, so that jobs progress meanwhile; by default nothing.
    """
    return CLOCK.skipping(on_skip)
