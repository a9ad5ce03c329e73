"""An account whose jobs end when they are told to; answers on the loop's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, Final

import attrs

from gradient_async.errors import ConflictError, NotFoundError
from gradient_async.models import IndexingJob, IndexingJobPhase, IndexingJobStatus
from gradient_async.paging import Page

Phase = IndexingJobPhase
Status = IndexingJobStatus

BEGINNING: Final = datetime(2026, 3, 1, tzinfo=UTC)

SUCCESS: Final[Mapping[str, Any]] = {
    "phase": Phase.SUCCEEDED,
    "status": Status.COMPLETED,
}

SOMETHING: Final = "uuid must name something"
NO_SLASHES: Final = "uuid must not contain slashes or control characters"
NOT_LONGER: Final = "uuid must not be longer than 255 characters"
BAD_IDS: Final = [
    *((SOMETHING, uuid) for uuid in ("", ".", "..")),
    *((NO_SLASHES, uuid) for uuid in ("a/b", "../a", "a\\b", "a\nb", "\x00", "\ud800")),
    (NOT_LONGER, "x" * 256),
]
"""Ids that no path can have, and how they are refused."""


@attrs.frozen
class Request:
    """What was asked, and when, in seconds since the server was made."""

    kind: str
    what: str
    at: float


class JobServer:
    """
    Jobs, newest first, in pages of 200.

    Each runs until its moment in `ends`, seconds from the start, and then changes as
    `endings` says (by default it succeeds); one without a moment runs for ever.
    `added` gives how many other jobs were added at the head by a moment. `delay`
    gives the seconds that an answer takes, half of them on the way there. `fault`
    gives what a request at a moment fails with, if it does.
    """

    def __init__(
        self,
        uuids: list[str],
        *,
        ends: Mapping[str, float] | None = None,
        endings: Mapping[str, Mapping[str, Any]] | None = None,
        going: Mapping[str, Any] | None = None,
        added: Callable[[float], int] = lambda _: 0,
        delay: Callable[[], float] = lambda: 0.0,
        fault: Callable[[Request], Exception | None] = lambda _: None,
        counts_pages: bool = True,
    ) -> None:
        self.uuids = uuids
        self.ends = dict(ends or {})
        self.endings = endings or {}
        self.going = going or {"phase": Phase.RUNNING, "status": Status.IN_PROGRESS}
        self.added = added
        self.delay = delay
        self.fault = fault
        self.counts_pages = counts_pages
        self.asked: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.began = asyncio.get_running_loop().time()

    @property
    def now(self) -> float:
        """Seconds since the server was made."""
        return asyncio.get_running_loop().time() - self.began

    async def get(self, uuid: str, /) -> IndexingJob:
        """Give one job, 404 if there is none."""
        await self._receive("get", uuid)
        if uuid not in self.uuids:
            raise NotFoundError("no such job", status=404, id="not_found")
        job = self._job(uuid)
        await self._send()
        return job

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Give one page of the list as it is now."""
        await self._receive("page", str(page))
        new = [f"new-{number}" for number in range(self.added(self.now), 0, -1)]
        uuids = new + self.uuids
        first = (page - 1) * per_page
        answer = Page(
            items=tuple(self._job(uuid) for uuid in uuids[first : first + per_page]),
            page=page,
            pages=-(-len(uuids) // per_page) if self.counts_pages else None,
            total=len(uuids) if self.counts_pages else None,
            has_next=first + per_page < len(uuids),
        )
        await self._send()
        return answer

    async def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job; 409 if it has ended."""
        await self._receive("cancel", uuid)
        if self._job(uuid).is_finished:
            raise ConflictError("it has ended", status=409, id="conflict")
        self.ends[uuid] = self.now
        cancelled = {"phase": Phase.CANCELLED, "status": Status.CANCELLED}
        self.endings = {**self.endings, uuid: cancelled}
        job = self._job(uuid)
        await self._send()
        return job

    def asked_for(self, kind: str) -> list[str]:
        """Give what was asked in requests of one kind, in order."""
        return [request.what for request in self.asked if request.kind == kind]

    async def _receive(self, kind: str, what: str) -> None:
        request = Request(kind, what, self.now)
        self.asked.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            await asyncio.sleep(self.delay() / 2)
            failure = self.fault(request)
            if failure is not None:
                raise failure
        finally:
            self.in_flight -= 1

    async def _send(self) -> None:
        await asyncio.sleep(self.delay() / 2)

    def _job(self, uuid: str) -> IndexingJob:
        job = IndexingJob(uuid=uuid, knowledge_base_uuid="base", **self.going)
        end = self.ends.get(uuid, inf)
        if self.now < end:
            return job
        finished_at = BEGINNING + timedelta(seconds=end)
        facts = {"finished_at": finished_at} | dict(self.endings.get(uuid, SUCCESS))
        return attrs.evolve(job, **facts)


def name(count: int, *, prefix: str = "job") -> list[str]:
    """Give so many ids."""
    return [f"{prefix}-{number}" for number in range(count)]


def between(
    start: float, end: float, error: Exception
) -> Callable[[Request], Exception | None]:
    """Let every request in this span fail with this error."""

    def fault(request: Request) -> Exception | None:
        return error if start <= request.at < end else None

    return fault
