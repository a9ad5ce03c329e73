"""Ask about indexing jobs, start and cancel them, and wait for their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from gradient_async.checks import check_seconds
from gradient_async.errors import GradientError
from gradient_async.models.indexing_jobs import (
    IndexedDataSource,
    IndexingJob,
    IndexingJobsResponse,
)
from gradient_async.paging import Page, Paginator, Position
from gradient_async.paging.paginator import PREFETCH
from gradient_async.printable import printable
from gradient_async.resources.arguments import read_text, read_texts
from gradient_async.resources.job_calls import LIST, JobCalls
from gradient_async.resources.job_filter import JobFilter, build_filter
from gradient_async.resources.paged import paginate
from gradient_async.transport.calls import Caller
from gradient_async.waiting import TIMEOUT, CompletedJobs, JobWatch, wait, wait_all


class IndexingJobs:
    """
    The account's indexing jobs, `client.indexing_jobs`.

    An indexing job reads a knowledge base's data sources into its index.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._calls = JobCalls(caller)

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
        return paginate(
            self._caller,
            LIST.request(),
            IndexingJobsResponse,
            keep=None if keep == JobFilter() else keep,
            max_items=max_items,
            per_page=per_page,
            prefetch=prefetch,
            start=start,
        )

    async def list_for_knowledge_base(
        self, knowledge_base_uuid: str
    ) -> Page[IndexingJob]:
        """
        List the latest indexing jobs of one knowledge base: a single page.

        Sends one request. The API takes no page number here, so this is what it gives
        and no more; `page.has_next` tells whether it has more, and
        `list(knowledge_base_uuid=...)` reads all of them.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such knowledge base.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/indexing_jobs,
        `genai_list_indexing_jobs_by_knowledge_base`.
        """
        return await self._calls.list_for_knowledge_base(knowledge_base_uuid)

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
        return await self._calls.get(uuid)

    async def create(
        self, knowledge_base_uuid: str, *, data_source_uuids: Iterable[str] = ()
    ) -> IndexingJob:
        """
        Start an indexing job, and give it as it is right then, mostly pending.

        Sends one request, and never a second one where the first may have been done.
        `run` starts a job and waits for its end.

        Args:
            knowledge_base_uuid: What to index.
            data_source_uuids: Which of its data sources; none means all.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            ConflictError: A job of this knowledge base is running already.
            OutcomeUnknownError: The answer was lost; `list_for_knowledge_base` tells
                whether there is a new job.
            GradientError: Whatever else a call may raise.

        Source: POST /v2/gen-ai/indexing_jobs, `genai_create_indexing_job`.
        """
        read_text("knowledge_base_uuid", knowledge_base_uuid)
        sources = read_texts("data_source_uuids", data_source_uuids)
        return await self._calls.create(knowledge_base_uuid, sources)

    async def cancel(self, uuid: str) -> IndexingJob:
        """
        Cancel an indexing job, and give it as it is then.

        Sends one request, and again where a retry may help.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            ConflictError: The job has ended already.
            NotFoundError: The account has no such job.
            GradientError: Whatever else a call may raise.

        Source: PUT /v2/gen-ai/indexing_jobs/{uuid}/cancel,
        `genai_cancel_indexing_job`.
        """
        return await self._calls.cancel(uuid)

    async def list_data_sources(self, uuid: str) -> tuple[IndexedDataSource, ...]:
        """
        List how the data sources of a job fared, all of them.

        Sends one request, and again where a retry may help.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such job.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/data_sources,
        `genai_list_indexing_job_data_sources`.
        """
        return await self._calls.list_data_sources(uuid)

    async def get_details_url(self, uuid: str) -> str:
        """
        Get the URL of a job's report, where `job.is_report_available`.

        Sends one request, and again where a retry may help. Whoever has the URL may
        read the report, for as long as it is valid; it takes no token.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such job, or the job has no report.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/details_signed_url,
        `genai_get_indexing_job_details_signed_url`.
        """
        return await self._calls.get_details_url(uuid)

    def watch(
        self,
        uuid: str,
        *,
        timeout: float = TIMEOUT,
    ) -> AsyncIterator[IndexingJob]:
        """
        Watch a job: give it at once, then whenever it has changed, until it has ended.

        Sends nothing by itself. While it is iterated over, it asks for the job after
        about 1 s, then ever less often, down to every 30 s. The last job given is the
        one that has ended, well or not. Leaving the loop leaves nothing behind.

        Args:
            uuid: Id of the job.
            timeout: Seconds from the first request; 3,600 by default.

        Raises:
            ConfigurationError: An argument cannot work.
            IndexingJobTimeoutError: While iterating: the job has not ended in time.
            NotFoundError: While iterating: the account has no such job.
            GradientError: While iterating: whatever else a call may raise. Passing
                failures after the first answer are waited out.

        Source: GET /v2/gen-ai/indexing_jobs/{uuid}, `genai_get_indexing_job`.
        """
        return JobWatch(self._calls, uuid, timeout=timeout)

    async def wait(
        self,
        uuid: str,
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        check: bool = True,
        cancel_on_timeout: bool = False,
    ) -> IndexingJob:
        """
        Wait until a job has ended, and give it.

        Asks for the job at once, after about 1 s, then ever less often, down to every
        30 s. A job that is `is_partial` is given like one that succeeded, with a
        warning in the log; look at its `failed_sources`.

        Args:
            uuid: Id of the job.
            timeout: Seconds to wait at most; 3,600 by default.
            check: Whether a job that failed or was cancelled is an error.
            cancel_on_timeout: Whether to cancel the job when the time is up, which may
                take 10 s more.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            IndexingJobFailedError: The job failed or was cancelled; has `.job`.
            IndexingJobTimeoutError: The job has not ended in time; has `.jobs`.
            NotFoundError: The account has no such job.
            GradientError: Whatever else a call may raise. Passing failures after the
                first answer are waited out.

        Source: GET /v2/gen-ai/indexing_jobs/{uuid}, `genai_get_indexing_job`.
        """
        return await wait(
            self._calls,
            uuid,
            timeout=timeout,
            check=check,
            cancel_on_timeout=cancel_on_timeout,
        )

    async def wait_all(
        self,
        uuids: Iterable[str],
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        check: bool = True,
        cancel_on_timeout: bool = False,
    ) -> tuple[IndexingJob, ...]:
        """
        Wait until all of several jobs have ended, and give them in the order given.

        Looks at all of them in rounds, as often as `wait` looks at one: a round reads
        the list of jobs from its head until it has seen all that still run, mostly
        one request; jobs too deep in the list are asked for one by one.

        Args:
            uuids: Ids of the jobs.
            timeout: Seconds to wait at most, for all together; 3,600 by default.
            check: Whether jobs that failed or were cancelled are an error, once all
                have ended.
            cancel_on_timeout: Whether to cancel the jobs that have not ended when the
                time is up, which may take 10 s more.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            IndexingJobFailedError: A job failed or was cancelled; has `.job`, the
                first of them, and `.jobs`, all that were waited for.
            IndexingJobTimeoutError: Not all have ended in time; has `.jobs`.
            NotFoundError: The account has no such job.
            GradientError: Whatever else a call may raise. Passing failures after the
                first round are waited out.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        return await wait_all(
            self._calls,
            uuids,
            timeout=timeout,
            check=check,
            cancel_on_timeout=cancel_on_timeout,
        )

    def as_completed(
        self,
        uuids: Iterable[str],
        *,
        timeout: float = TIMEOUT,
        cancel_on_timeout: bool = False,
    ) -> AsyncIterator[IndexingJob]:
        """
        Iterate over several jobs as they end, each once.

        Sends nothing by itself. While it is iterated over, it looks at the jobs as
        `wait_all` does. It gives failed and cancelled jobs like any other: look at
        `job.succeeded`. Leaving the loop leaves nothing behind.

        Args:
            uuids: Ids of the jobs.
            timeout: Seconds from the first request, for all together; 3,600 by
                default.
            cancel_on_timeout: Whether to cancel the jobs that have not ended when the
                time is up, which may take 20 s more.

        Raises:
            ConfigurationError: An argument cannot work.
            IndexingJobTimeoutError: While iterating: not all have ended in time.
            NotFoundError: While iterating: the account has no such job.
            GradientError: While iterating: whatever else a call may raise. Passing
                failures after the first round are waited out.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        return CompletedJobs(
            self._calls, uuids, timeout=timeout, cancel_on_timeout=cancel_on_timeout
        )

    async def run(
        self,
        knowledge_base_uuid: str,
        *,
        data_source_uuids: Iterable[str] = (),
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        check: bool = True,
        cancel_on_timeout: bool = False,
    ) -> IndexingJob:
        """
        Start an indexing job and wait for its end: `create`, then `wait`.

        Looks first whether a job of the knowledge base is pending or running, and
        starts none in that case.

        Args:
            knowledge_base_uuid: What to index.
            data_source_uuids: Which of its data sources; none means all.
            timeout: Seconds to wait for the end at most; 3,600 by default.
            check: Whether a job that failed or was cancelled is an error.
            cancel_on_timeout: Whether to cancel the job when the time is up, which may
                take 10 s more.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            IndexingJobRunningError: Another job is running; has `.job`. Nothing was
                started.
            OutcomeUnknownError: The answer to the start was lost.
            IndexingJobFailedError: The job failed or was cancelled; has `.job`.
            IndexingJobTimeoutError: The job has not ended in time; has `.jobs`.
            GradientError: Whatever else a call may raise.

        Source: POST /v2/gen-ai/indexing_jobs, `genai_create_indexing_job`.
        """
        check_seconds("timeout", timeout)
        sources = read_texts("data_source_uuids", data_source_uuids)
        job = await self._calls.start_if_idle(knowledge_base_uuid, sources)
        try:
            return await wait(
                self._calls,
                job.uuid,
                timeout=timeout,
                check=check,
                cancel_on_timeout=cancel_on_timeout,
                seen=job,
            )
        except GradientError as error:
            error.add_note(f"indexing job {printable(job.uuid)} was started")
            raise
