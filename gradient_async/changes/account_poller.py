"""Poll one account's jobs, and keep what is known of them."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from gradient_async.changes.changes import Changes
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent
from gradient_async.changes.snapshot import Snapshot
from gradient_async.changes.source import ChangeSource
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging.page import MAX_PER_PAGE, Page


class AccountPoller:
    """
    One account's jobs, from poll to poll.

    The first poll finds the unfinished jobs, each further one what changed since the
    one before. A poll that fails is continued by the next one.

    Args:
        account: Name of the account, for its events.
        source: Where to fetch jobs.
        path: Path of the list, for errors.
        publish: Called with each event.
    """

    def __init__(
        self,
        account: str,
        source: ChangeSource,
        *,
        path: str,
        publish: Callable[[JobEvent], None],
    ) -> None:
        self.running: dict[str, JobEvent] = {}
        """An event of the kind `running` for each unfinished job, by its id."""
        self._account = account
        self._source = _CountingSource(source)
        self._path = path
        self._publish = publish
        self._checkpoint: Checkpoint | None = None
        self._changes: Changes | None = None

    async def poll(self) -> None:
        """
        Poll once.

        Raises:
            GradientError: A request failed.
        """
        self._source.requests = 0
        if self._checkpoint is None:
            self._checkpoint = await self._take_snapshot()
            return
        if self._changes is None:
            self._changes = Changes(
                self._source, path=self._path, since=self._checkpoint
            )
        async for event in self._changes:
            self._record(event)
        self._checkpoint, self._changes = self._changes.checkpoint, None

    @property
    def requests(self) -> int:
        """Number of requests that the latest poll sent."""
        return self._source.requests

    async def _take_snapshot(self) -> Checkpoint:
        snapshot = Snapshot()
        while not snapshot.is_done:
            page = await self._source.fetch_page(snapshot.next_page, MAX_PER_PAGE)
            snapshot.accept(page)
        for event in snapshot.events:
            self._record(event)
        return snapshot.checkpoint("")

    def _record(self, event: JobEvent) -> None:
        event = attrs.evolve(event, account=self._account)
        if event.has_ended:
            self.running.pop(event.job.uuid, None)
        else:
            self.running[event.job.uuid] = event.as_running()
        self._publish(event)


class _CountingSource(ChangeSource):
    """A source whose requests are counted, and whose token may change."""

    def __init__(self, source: ChangeSource) -> None:
        self._source = source
        self.requests = 0

    async def fingerprint(self) -> str:
        """Return none: the checkpoint does not leave the process."""
        return ""

    async def get(self, uuid: str, /) -> IndexingJob:
        """Fetch a job."""
        self.requests += 1
        return await self._source.get(uuid)

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Fetch a page."""
        self.requests += 1
        return await self._source.fetch_page(page, per_page)
