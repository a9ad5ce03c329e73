"""Where an account's jobs are fetched from, for as long as its lease lasts."""

from __future__ import annotations

from gradient_async.changes.source import PollSource
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.shared.leases.lease import Lease


class LeasedSource(PollSource):
    """
    A source that sends nothing once the lease of its account is over.

    Args:
        source: Where to fetch jobs.
        lease: The lease.
    """

    def __init__(self, source: PollSource, lease: Lease) -> None:
        self._source = source
        self._lease = lease

    @property
    def request_count(self) -> int:
        """Number of requests sent so far, repeated ones included."""
        return self._source.request_count

    async def fingerprint(self) -> str:
        """Return none: nothing on the server is derived from a token."""
        return ""

    async def get(self, uuid: str, /) -> IndexingJob:
        """
        Fetch a job.

        Raises:
            LeaseLostError: The lease is over.
        """
        self._lease.check()
        return await self._source.get(uuid)

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """
        Fetch a page of the account's jobs.

        Raises:
            LeaseLostError: The lease is over.
        """
        self._lease.check()
        return await self._source.fetch_page(page, per_page)

    async def sleep(self, seconds: float, /) -> None:
        """
        Sleep.

        Raises:
            LeaseLostError: The lease is over.
        """
        await self._source.sleep(seconds)
        self._lease.check()
