"""Cancel the jobs that have not ended in time."""

from __future__ import annotations

from collections.abc import Iterable

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.each import for_each
from gradient_async.waiting.source import JobSource


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

    async def run(self) -> dict[str, Exception]:
        """Try them all; give the errors of those that could not be cancelled."""
        left = [uuid for uuid in self._uuids if uuid not in self.jobs]
        return await for_each(self._cancel, left)

    async def _cancel(self, uuid: str) -> None:
        self.jobs[uuid] = await self._source.cancel(uuid)
