"""Cancel the jobs that have not ended in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from gradient_async.errors import ConflictError
from gradient_async.models.indexing_jobs import IndexingJob, IndexingJobPhase
from gradient_async.waiting.each import for_each
from gradient_async.waiting.source import JobSource

# All of them together, in seconds: the time was up already when this began.
_PATIENCE: Final = 10.0


class Cancelling:
    """
    Jobs to be cancelled, each by one call, and what came of it.

    If the caller is cancelled meanwhile, running it again cancels the others.
    """

    def __init__(self, source: JobSource, uuids: Iterable[str]) -> None:
        self._source = source
        self._uuids = tuple(uuids)
        self.jobs: dict[str, IndexingJob] = {}
        """The jobs that were cancelled, as they are since."""
        self.ended: dict[str, IndexingJob] = {}
        """The jobs that had ended by themselves."""
        self._tried: set[str] = set()

    async def run(self) -> dict[str, Exception]:
        """Try them all, for 10 s; give the errors of those that were not cancelled."""
        self._until = asyncio.get_running_loop().time() + _PATIENCE
        done = self.jobs.keys() | self.ended.keys()
        return await for_each(
            self._cancel, [it for it in self._uuids if it not in done]
        )

    async def _cancel(self, uuid: str) -> None:
        scope = asyncio.timeout_at(self._until)
        try:
            async with scope:
                await self._try(uuid)
        except TimeoutError:
            if not scope.expired():
                raise
            msg = f"not within {_PATIENCE:g} s"
            raise TimeoutError(msg) from None

    async def _try(self, uuid: str) -> None:
        """Cancel one; where that is refused, it should be because it has ended."""
        is_repeated = uuid in self._tried
        self._tried.add(uuid)
        try:
            self.jobs[uuid] = await self._source.cancel(uuid)
        except ConflictError:
            job = await self._source.get(uuid)
            if not job.is_finished:
                raise
            is_ours = is_repeated and job.phase is IndexingJobPhase.CANCELLED
            (self.jobs if is_ours else self.ended)[uuid] = job
