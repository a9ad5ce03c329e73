"""Cancel the jobs that did not finish before the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final

from gradient_async.errors import ConflictError
from gradient_async.models.indexing_jobs import IndexingJob, IndexingJobPhase
from gradient_async.waiting.source import JobSource, run_bounded

# Seconds for all jobs together: the caller's own timeout is over by now.
_TIMEOUT: Final = 10.0


class CancelBatch:
    """
    Cancels jobs and records the outcome of each.

    If `run` is interrupted, run it again: it skips the jobs that are done.
    """

    def __init__(self, source: JobSource) -> None:
        self.cancelled: dict[str, IndexingJob] = {}
        """Each job that was cancelled, in its new state."""
        self.finished: dict[str, IndexingJob] = {}
        """Each job that turned out to have finished before it could be cancelled."""
        self._source = source
        self._attempted: set[str] = set()

    async def run(self, uuids: Iterable[str]) -> dict[str, Exception]:
        """Cancel the jobs within 10 s; return the errors of those that failed."""
        deadline = asyncio.get_running_loop().time() + _TIMEOUT
        done = self.cancelled.keys() | self.finished.keys()
        return await run_bounded(
            partial(self._cancel_by, deadline), [it for it in uuids if it not in done]
        )

    async def _cancel_by(self, deadline: float, uuid: str) -> None:
        scope = asyncio.timeout_at(deadline)
        try:
            async with scope:
                await self._cancel(uuid)
        except TimeoutError:
            if not scope.expired():
                raise
            msg = f"timed out after {_TIMEOUT:g} s"
            raise TimeoutError(msg) from None

    async def _cancel(self, uuid: str) -> None:
        is_repeated = uuid in self._attempted
        self._attempted.add(uuid)
        try:
            self.cancelled[uuid] = await self._source.cancel(uuid)
        except ConflictError:
            job = await self._source.get(uuid)
            if not job.is_finished:
                raise
            # An interrupted run may have cancelled the job without seeing the response.
            is_ours = is_repeated and job.phase is IndexingJobPhase.CANCELLED
            (self.cancelled if is_ours else self.finished)[uuid] = job
