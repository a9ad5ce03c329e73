"""The API calls that finding changes needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import attrs

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.transport.sliding_log import RateLimit


class ChangeSource(Protocol):
    """The API calls that finding changes needs, each with its deadline and retries."""

    async def fingerprint(self) -> str:
        """Return what identifies the account: 16 hex digits."""
        ...

    async def get(self, uuid: str, /) -> IndexingJob:
        """Fetch a job."""
        ...

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Fetch a page of the account's jobs, newest first, counted from 1."""
        ...


class PollSource(ChangeSource, Protocol):
    """A source that can be polled."""

    @property
    def request_count(self) -> int:
        """Number of requests sent so far, repeated ones included."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Sleep; raise `ClientClosedError` once the client is closed."""
        ...


@attrs.frozen
class PolledAccounts:
    """What a feed has to know of the accounts that it polls."""

    find_sources: Callable[[], Mapping[str, Callable[[], PollSource]]]
    """Returns what opens the source of each account, by name."""
    path: str
    """Path of the list, for errors."""
    rate_limit: RateLimit
    """Rate limit of each token."""
    count_sharers: Callable[[str], int] = lambda _: 1
    """Returns the number of accounts that use the same token as one."""
