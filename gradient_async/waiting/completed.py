"""Take jobs as they end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.follower import Follower
from gradient_async.waiting.source import JobSource, check_uuids
from gradient_async.waiting.stream import JobStream


class Completed(JobStream):
    """
    Several indexing jobs, each once, as they end.

        async for job in completed: ...    first the one that ended first

    Nothing is sent before the first item is asked for. Jobs that failed come like
    the others; look at `job.succeeded`. All are looked at together, after 1 s, then
    ever more rarely, every 30 s in the end, and a last time just before the time is
    up. One page of the account's list shows 200 of them; those that stand deep down
    the list are asked for one by one.

    After the first look, a failure that may pass (a connection lost, 5xx, 429) is
    logged as a warning, and looked past.

    Args:
        source: Where the jobs are read.
        uuids: Their ids; one given twice counts once, and none at all ends at once.
        timeout: Seconds from the first request until the waiting ends.
        cancel_on_timeout: Cancel the jobs that have not ended by then. Cancelling
            the task that waits cancels no job.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(
        self,
        source: JobSource,
        uuids: Iterable[str],
        *,
        timeout: float,
        cancel_on_timeout: bool,
    ) -> None:
        self._ready: deque[IndexingJob] = deque()
        super().__init__(
            Follower(
                source,
                check_uuids(uuids),
                timeout=timeout,
                cancel_on_timeout=cancel_on_timeout,
            )
        )

    def __repr__(self) -> str:
        """Show how many have ended."""
        return f"<Completed {self._follower.progress}>"

    def _at_hand(self) -> IndexingJob | None:
        self._ready.extend(self._follower.take_ended())
        return self._ready.popleft() if self._ready else None
