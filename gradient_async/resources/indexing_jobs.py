"""Ask about indexing jobs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

from gradient_async.models.indexing_jobs import (
    IndexingJob,
    IndexingJobAnswer,
    IndexingJobsAnswer,
)
from gradient_async.paging import Page, Paginator, Position
from gradient_async.paging.paginator import PREFETCH
from gradient_async.resources.job_filter import JobFilter, build_filter
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/indexing_jobs")
_GET: Final = Endpoint("GET", "/v2/gen-ai/indexing_jobs/{uuid}")


class IndexingJobs:
    """
    The account's indexing jobs, `client.indexing_jobs`.

    An indexing job reads a knowledge base's data sources into its index.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        knowledge_base_uuid: str | None = None,
        statuses: Iterable[str] | str | None = None,
        phases: Iterable[str] | str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        max_items: int | None = None,
        per_page: int | None = None,
        prefetch: int = PREFETCH,
        start: Position | None = None,
    ) -> Paginator[IndexingJob]:
        """
        List the account's indexing jobs, newest first, across all pages.

        Sends nothing by itself: iterate over what it gives, and pages are fetched as
        they are needed, each by one call with its own deadline and retries. The
        filters work here, on jobs that were fetched; the API knows none.

        Args:
            knowledge_base_uuid: Keep only jobs of this knowledge base.
            statuses: Keep only these, as `IndexingJobStatus` members, short names
                (`"failed"`) or wire values. None keeps all.
            phases: The same for `IndexingJobPhase`.
            created_after: Keep jobs created then or later; timezone required.
            created_before: Keep jobs created earlier; timezone required.
            max_items: Give so many jobs at most; None means all.
            per_page: Jobs to fetch with one request, 1 to 200; None means 200, or
                as many as `start` was noted with.
            prefetch: Pages to ask for at once, 4 by default; 1 reads one by one.
            start: Where to go on, a `Paginator.position`; None means the beginning.

        Raises:
            ConfigurationError: An argument cannot work.
            GradientError: While iterating, whatever a call may raise; or
                `PaginationError`, when the server's pages contradict each other.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        keep = build_filter(
            knowledge_base_uuid=knowledge_base_uuid,
            statuses=statuses,
            phases=phases,
            created_after=created_after,
            created_before=created_before,
        )
        return Paginator(
            partial(_fetch, self._caller),
            path=_LIST.template,
            key=_identify,
            keep=None if keep == JobFilter() else keep,
            max_items=max_items,
            per_page=per_page,
            prefetch=prefetch,
            start=start,
        )

    async def get(self, uuid: str) -> IndexingJob:
        """
        Get one indexing job by its id.

        Sends one request, and again where a retry may help.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such job.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/indexing_jobs/{uuid}, `genai_get_indexing_job`.
        """
        answer = await self._caller.call(_GET.request(uuid=uuid), IndexingJobAnswer)
        return answer.job


async def _fetch(caller: Caller, page: int, per_page: int) -> Page[IndexingJob]:
    params = {"page": str(page), "per_page": str(per_page)}
    request = _LIST.request(params=params)
    answer = await caller.call(request, IndexingJobsAnswer)
    return _page(page, answer)


def _page(number: int, answer: IndexingJobsAnswer) -> Page[IndexingJob]:
    """Take the number asked for, and no count that cannot be one."""
    meta = answer.meta
    return Page(
        items=answer.jobs or (),
        page=number,
        pages=meta.pages if meta and meta.pages > 0 else None,
        total=meta.total if meta and meta.total >= 0 else None,
        has_next=bool(answer.links.pages.next),
    )


def _identify(job: IndexingJob) -> Hashable:
    """Give what makes a job itself; one without an id is itself as a whole."""
    return job.uuid or job
