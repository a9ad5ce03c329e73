"""Simulated accounts for feeds, and tasks that listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Unpack

from gradient_async import FeedEvent, FeedOptions, IndexingJob, JobState, RateLimit
from gradient_async.changes import Feed, JobEvent
from gradient_async.changes.source import PolledAccounts, PollSource
from gradient_async.paging import Page
from tests.changes.job_list import JobList
from tests.support.virtual_time import now


class PolledJobs(JobList, PollSource):
    """
    A list of jobs that records what was requested.

    `times` has the time of each request, `seen` the states that pages showed of each
    job, and `old` the jobs that had ended on the first page.
    """

    def __init__(self, running: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.times: list[float] = []
        self.seen: dict[str, list[JobState]] = {}
        self.old: set[str] | None = None
        for _ in range(running):
            self.add()

    @property
    def request_count(self) -> int:
        """Number of requests so far."""
        return len(self.times)

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Return a page of the list."""
        self.times.append(now())
        found = await super().fetch_page(page, per_page)
        if self.old is None:
            self.old = {job.uuid for job in found.items if job.is_finished}
        for job in found.items:
            states, state = self.seen.setdefault(job.uuid, []), JobState.of(job)
            if states[-1:] != [state]:
                states.append(state)
        return found

    async def get(  # pragma: no cover  (few random schedules need it)
        self, uuid: str, /
    ) -> IndexingJob:
        """Return a job."""
        self.times.append(now())
        return await super().get(uuid)

    async def sleep(self, seconds: float, /) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


def feed_of(accounts: Mapping[str, PolledJobs], **options: Unpack[FeedOptions]) -> Feed:
    """Return a feed of accounts, which may come and go."""
    return Feed(polled(accounts), **options)


def polled(accounts: Mapping[str, PolledJobs]) -> PolledAccounts:
    """Return accounts, which may come and go, as a feed takes them."""
    return PolledAccounts(
        lambda: {name: partial(accounts.__getitem__, name) for name in accounts},
        path="/jobs",
        rate_limit=RateLimit(),
    )


@asynccontextmanager
async def listening(
    feed: Feed, *, heartbeat: float | None = None
) -> AsyncIterator[list[FeedEvent | None]]:
    """Listen in a task until the end of the block; yield the list of what comes."""
    events: list[FeedEvent | None] = []

    async def listen() -> None:
        async for event in feed.listen(heartbeat=heartbeat):
            events.append(event)

    task = asyncio.create_task(listen())
    try:
        await settle()
        yield events
    finally:
        task.cancel()
        await asyncio.wait([task])


async def settle(seconds: float = 0.001) -> None:
    """Let everything happen that is due now, or within some seconds."""
    await asyncio.sleep(seconds)


def texts(events: Iterable[FeedEvent | None]) -> list[str]:
    """Return each event in short: account, kind, and the job or the error."""
    return [_text(event) for event in events]


def _text(event: FeedEvent | None) -> str:
    match event:
        case None:
            return "heartbeat"
        case JobEvent():
            return f"{event.account}: {event.kind} {event.job.uuid}"
        case _:
            error = getattr(event, "error", None)
            about = "" if error is None else f" {type(error).__name__}"
            return f"{getattr(event, 'account', 'feed')}: {event.kind}{about}"
