"""An account whose jobs finish at set times, with responses on the loop's clock."""

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
from tests.support.virtual_time import now

Phase = IndexingJobPhase
Status = IndexingJobStatus

EPOCH: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""The wall-clock time at which each server starts."""

SUCCESS: Final[Mapping[str, Any]] = {
    "phase": Phase.SUCCEEDED,
    "status": Status.COMPLETED,
}

EMPTY: Final = r"^uuid must not be empty or dots"
NO_SLASHES: Final = r"^uuid must not contain slashes or control characters"
TOO_LONG: Final = r"^uuid must not be longer than 255 characters"
BAD_IDS: Final = [
    *((EMPTY, uuid) for uuid in ("", ".", "..")),
    *((NO_SLASHES, uuid) for uuid in ("a/b", "../a", "a\\b", "a\nb", "\x00", "\ud800")),
    (TOO_LONG, "x" * 256),
]
"""Invalid ids, each with its error message."""


@attrs.frozen
class Request:
    """A request that the server received."""

    kind: str
    """`"get"`, `"page"` or `"cancel"`."""
    target: str
    """The job's id, or the page number."""
    at: float
    """Seconds since the server was created."""


class JobServer:
    """
    Jobs, newest first, in pages of 200.

    Args:
        uuids: Ids of the jobs.
        finish_at: When each job finishes, in seconds; without a time it never does.
        outcomes: Fields of each finished job; success by default.
        unfinished: Fields of each unfinished job; running by default.
        added: Returns how many other jobs the list has gained by a time.
        delay: Returns the seconds a response takes, half of them on the way there.
        fault: Returns the error to fail a request with, or None.
        counts_pages: Whether pages carry the number of pages and items.
    """

    def __init__(
        self,
        uuids: list[str],
        *,
        finish_at: Mapping[str, float] | None = None,
        outcomes: Mapping[str, Mapping[str, Any]] | None = None,
        unfinished: Mapping[str, Any] | None = None,
        added: Callable[[float], int] = lambda _: 0,
        delay: Callable[[], float] = lambda: 0.0,
        fault: Callable[[Request], Exception | None] = lambda _: None,
        counts_pages: bool = True,
    ) -> None:
        running = {"phase": Phase.RUNNING, "status": Status.IN_PROGRESS}
        self.uuids = uuids
        self.finish_at = dict(finish_at or {})
        self.outcomes = dict(outcomes or {})
        self.unfinished = unfinished or running
        self.added = added
        self.delay = delay
        self.fault = fault
        self.counts_pages = counts_pages
        self.requests: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.started = now()

    @property
    def now(self) -> float:
        """Seconds since the server was created."""
        return now() - self.started

    async def get(self, uuid: str, /) -> IndexingJob:
        """Return a job; 404 if there is none."""
        await self._receive("get", uuid)
        if uuid not in self.uuids:
            raise NotFoundError("no such job", status=404, id="not_found")
        job = self._job(uuid)
        await self._respond()
        return job

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Return a page of the current list."""
        await self._receive("page", str(page))
        new = [f"new-{number}" for number in range(self.added(self.now), 0, -1)]
        uuids = new + self.uuids
        first = (page - 1) * per_page
        response = Page(
            items=tuple(self._job(uuid) for uuid in uuids[first : first + per_page]),
            page=page,
            pages=-(-len(uuids) // per_page) if self.counts_pages else None,
            total=len(uuids) if self.counts_pages else None,
            has_next=first + per_page < len(uuids),
        )
        await self._respond()
        return response

    async def sleep(self, seconds: float, /) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job; 409 if it has finished."""
        await self._receive("cancel", uuid)
        if self._job(uuid).is_finished:
            raise ConflictError("it has finished", status=409, id="conflict")
        self.finish_at[uuid] = self.now
        self.outcomes[uuid] = {"phase": Phase.CANCELLED, "status": Status.CANCELLED}
        job = self._job(uuid)
        await self._respond()
        return job

    def targets(self, kind: str) -> list[str]:
        """Return the targets of all requests of one kind, in order."""
        return [request.target for request in self.requests if request.kind == kind]

    async def _receive(self, kind: str, target: str) -> None:
        request = Request(kind, target, self.now)
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            await asyncio.sleep(self.delay() / 2)
            failure = self.fault(request)
            if failure is not None:
                raise failure
        finally:
            self.in_flight -= 1

    async def _respond(self) -> None:
        await asyncio.sleep(self.delay() / 2)

    def _job(self, uuid: str) -> IndexingJob:
        job = IndexingJob(uuid=uuid, knowledge_base_uuid="base", **self.unfinished)
        end = self.finish_at.get(uuid, inf)
        if self.now < end:
            return job
        finished_at = EPOCH + timedelta(seconds=end)
        facts = {"finished_at": finished_at} | dict(self.outcomes.get(uuid, SUCCESS))
        return attrs.evolve(job, **facts)


def make_uuids(count: int, *, prefix: str = "job") -> list[str]:
    """Return `count` ids, numbered from 0."""
    return [f"{prefix}-{number}" for number in range(count)]


def fail_between(
    start: float, end: float, error: Exception
) -> Callable[[Request], Exception | None]:
    """Return a fault that fails every request in this span of time."""

    def fault(request: Request) -> Exception | None:
        return error if start <= request.at < end else None

    return fault
