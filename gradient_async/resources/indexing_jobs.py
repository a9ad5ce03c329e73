"""List, start and cancel indexing jobs, and wait for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Final, Unpack

from gradient_async.changes import Changes, Checkpoint, Feed, FeedOptions
from gradient_async.changes.source import PolledAccounts
from gradient_async.checks import check_seconds
from gradient_async.errors import GradientError
from gradient_async.models.indexing_jobs import IndexedDataSource, IndexingJob
from gradient_async.paging import Page, Paginator, Paging
from gradient_async.paging.page import MAX_PER_PAGE
from gradient_async.printable import printable
from gradient_async.resources.arguments import checked
from gradient_async.resources.job_calls import (
    GET,
    LIST,
    PATH,
    JobCalls,
    PolledJobCalls,
)
from gradient_async.resources.job_filter import JobListOptions, pop_filter
from gradient_async.resources.job_starter import JobStarter
from gradient_async.resources.knowledge_bases import KnowledgeBases
from gradient_async.resources.methods import calls
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource
from gradient_async.transport.calls import Caller
from gradient_async.waiting import TIMEOUT, CompletedJobs, JobWatch, wait_all
from gradient_async.waiting.clock import CLOCK

_DATA_SOURCES: Final = Operation(
    "genai_list_indexing_job_data_sources",
    "GET",
    PATH + "/{indexing_job_uuid}/data_sources",
    tuple[IndexedDataSource, ...],
    "indexed_data_sources",
)
_DETAILS: Final = Operation(
    "genai_get_indexing_job_details_signed_url",
    "GET",
    PATH + "/{indexing_job_uuid}/details_signed_url",
    str,
    "signed_url",
)


class IndexingJobs(Resource):
    """
    The account's indexing jobs, `client.indexing_jobs`.

    An indexing job reads a knowledge base's data sources into its index.

    Methods that wait for jobs poll the API: at once, after about 1 s, then less often,
    down to every 30 s. After the first poll they tolerate transient failures.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._calls = JobCalls(caller)

    def list(self, **options: Unpack[JobListOptions]) -> Paginator[IndexingJob]:
        """
        Iterate over the account's indexing jobs, newest first, across all pages.

        Args:
            **options: Which jobs to yield, see `JobFilters`; and the options of every
                list, see `Paging`.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        keep = pop_filter(options)
        paging: Paging = options
        return LIST.paginate(self._caller, LIST.request(), keep, **paging)

    async def list_for_knowledge_base(
        self, knowledge_base_uuid: str
    ) -> Page[IndexingJob]:
        """
        Fetch the latest 15 indexing jobs of one knowledge base, as a single page.

        The API takes no page number here. If `page.has_next` is true, there are more;
        `list(knowledge_base_uuid=...)` yields all of them.

        Source: GET /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/indexing_jobs,
        `genai_list_indexing_jobs_by_knowledge_base`.
        """
        return await self._calls.list_for_knowledge_base(knowledge_base_uuid)

    @calls(GET)
    async def get(self, uuid: str) -> IndexingJob:
        """Fetch one indexing job."""

    @checked
    async def create(
        self, knowledge_base_uuid: str, *, data_source_uuids: Iterable[str] = ()
    ) -> IndexingJob:
        """
        Start an indexing job and return it, usually pending.

        `run` waits until the database is ready, starts a job and waits until it ends.

        Args:
            knowledge_base_uuid: Id of the knowledge base to index.
            data_source_uuids: Ids of the data sources to index; empty means all.

        Raises:
            IndexingJobRunningError: The API refused the start, and a job of this
                knowledge base is running; has `.job`.
            BadRequestError: The database may not be ready yet, see
                `client.knowledge_bases.wait_until_online`. The status is not
                documented, and may be another one.
            OutcomeUnknownError: The response was lost; call `list_for_knowledge_base`
                to see whether there is a new job.

        Source: POST /v2/gen-ai/indexing_jobs, `genai_create_indexing_job`.
        """
        sources = tuple(data_source_uuids)
        return await self._starter(knowledge_base_uuid, sources).start()

    async def cancel(self, uuid: str) -> IndexingJob:
        """
        Cancel an indexing job and return it.

        Raises:
            ConflictError: The job has already ended.
            NotFoundError: There is no such job.

        Source: PUT /v2/gen-ai/indexing_jobs/{uuid}/cancel,
        `genai_cancel_indexing_job`.
        """
        return await self._calls.cancel(uuid)

    async def list_data_sources(self, uuid: str) -> tuple[IndexedDataSource, ...]:
        """
        Fetch the result of a job for each of its data sources.

        Source: GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/data_sources,
        `genai_list_indexing_job_data_sources`.
        """
        return await _DATA_SOURCES.call(self._caller, indexing_job_uuid=uuid)

    async def get_details_url(self, uuid: str) -> str:
        """
        Fetch the URL of a job's report; `job.is_report_available` says if it has one.

        The URL needs no token: anyone who has it can read the report until it expires.

        Raises:
            NotFoundError: There is no such job, or it has no report.

        Source: GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/details_signed_url,
        `genai_get_indexing_job_details_signed_url`.
        """
        return await _DETAILS.call(self._caller, indexing_job_uuid=uuid)

    def watch(
        self, uuid: str, *, timeout: float = TIMEOUT
    ) -> AsyncIterator[IndexingJob]:
        """
        Yield a job at once, then each time it has changed, until it has ended.

        The last job yielded has ended, successfully or not. Requests are sent only
        while iterating; the loop can be left at any time.

        Args:
            uuid: Id of the job.
            timeout: Seconds from the first request; 3,600 by default.

        Raises:
            IndexingJobTimeoutError: While iterating: the job has not ended in time.
            NotFoundError: While iterating: there is no such job.

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
        Wait until a job has ended, and return it.

        A partial job is returned like a successful one, and logged as a warning; see
        its `failed_sources`.

        Args:
            uuid: Id of the job.
            timeout: Seconds to wait; 3,600 by default.
            check: Whether to raise if the job failed or was cancelled.
            cancel_on_timeout: Whether to cancel the job on a timeout, which may take
                10 s more.

        Raises:
            IndexingJobFailedError: The job failed or was cancelled; has `.job`.
            IndexingJobTimeoutError: The job has not ended in time; has `.jobs`.
            NotFoundError: There is no such job.

        Source: GET /v2/gen-ai/indexing_jobs/{uuid}, `genai_get_indexing_job`.
        """
        (job,) = await self.wait_all(
            (uuid,), timeout=timeout, check=check, cancel_on_timeout=cancel_on_timeout
        )
        return job

    async def wait_all(
        self,
        uuids: Iterable[str],
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        check: bool = True,
        cancel_on_timeout: bool = False,
    ) -> tuple[IndexingJob, ...]:
        """
        Wait until several jobs have ended, and return them in the order of `uuids`.

        All jobs are polled together: each round reads the list of jobs from its head
        until every running job was seen, usually with one request. Jobs too deep in
        the list are fetched one by one.

        Args:
            uuids: Ids of the jobs.
            timeout: Seconds to wait for all jobs together; 3,600 by default.
            check: Whether to raise if a job failed or was cancelled, once all have
                ended.
            cancel_on_timeout: Whether to cancel the jobs still running on a timeout,
                which may take 10 s more.

        Raises:
            IndexingJobFailedError: A job failed or was cancelled; has `.job`, the
                first of them, and `.jobs`, all jobs.
            IndexingJobTimeoutError: Not all have ended in time; has `.jobs`.
            NotFoundError: There is no such job.

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
        Yield several jobs as they end, each once, whether they succeeded or not.

        Polls like `wait_all`, but only while iterating; the loop can be left at any
        time.

        Args:
            uuids: Ids of the jobs.
            timeout: Seconds from the first request, for all jobs together; 3,600 by
                default.
            cancel_on_timeout: Whether to cancel the jobs still running on a timeout,
                which may take 20 s more.

        Raises:
            IndexingJobTimeoutError: While iterating: not all have ended in time.
            NotFoundError: While iterating: there is no such job.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        return CompletedJobs(
            self._calls, uuids, timeout=timeout, cancel_on_timeout=cancel_on_timeout
        )

    def changes(
        self, since: Checkpoint | None = None, *, per_page: int = MAX_PER_PAGE
    ) -> Changes:
        """
        Iterate over what changed since a checkpoint: new jobs, and changes of others.

        Each job that is new since then appears once, the oldest first. Each job that
        had not ended then is seen again: it has changed, has ended, or is unchanged and
        yields nothing. If nothing happened, one request is enough.

        Save the iterator's `checkpoint` at any time, and pass it to the next pass. One
        of another account is refused before the first request.

        Args:
            since: What is known; None, the default, means nothing, so every job
                appears.
            per_page: Jobs per request, 1 to 200; 200 by default.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        return Changes(self._calls, path=PATH, since=since, per_page=per_page)

    def feed(self, **options: Unpack[FeedOptions]) -> Feed:
        """
        Return a feed of what happens to the jobs, for any number of listeners.

        Nothing is sent before somebody listens. One feed can serve a whole program;
        each further one polls on its own.

        Args:
            **options: How often to poll, see `FeedOptions`.

        Source: GET /v2/gen-ai/indexing_jobs, `genai_list_indexing_jobs`.
        """
        polled_calls = PolledJobCalls(self._caller)
        polled = PolledAccounts(
            lambda: {self._caller.account: lambda: polled_calls},
            path=PATH,
            rate_limit=self._caller.rate_limit,
        )
        return Feed(polled, **options)

    @checked
    async def start_when_ready(
        self,
        knowledge_base_uuid: str,
        *,
        data_source_uuids: Iterable[str] = (),
        timeout: float = TIMEOUT,  # noqa: ASYNC109
    ) -> IndexingJob:
        """
        Start an indexing job once that is possible, and return it, usually pending.

        This is `run` without the wait for the end, for example for `watch`. It raises
        the same errors, apart from those on the end of the job.

        Args:
            knowledge_base_uuid: Id of the knowledge base to index.
            data_source_uuids: Ids of the data sources to index; empty means all.
            timeout: Seconds to wait for the database; 3,600 by default.

        Source: POST /v2/gen-ai/indexing_jobs, `genai_create_indexing_job`.
        """
        check_seconds("timeout", timeout)
        deadline = CLOCK.now() + timeout
        sources = tuple(data_source_uuids)
        return await self._starter(knowledge_base_uuid, sources).run(deadline)

    @checked
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
        Start an indexing job and wait until it has ended.

        If the database is still being created, waits for it first, and logs that
        (info). Starts no job if one of the knowledge base is already pending or
        running. If that is the first job of a new knowledge base, which the platform
        starts by itself, waits for it instead, unless `data_source_uuids` is given.

        Args:
            knowledge_base_uuid: Id of the knowledge base to index.
            data_source_uuids: Ids of the data sources to index; empty means all.
            timeout: Seconds to wait for the end, and for the database; 3,600 by
                default.
            check: Whether to raise if the job failed or was cancelled.
            cancel_on_timeout: Whether to cancel the job on a timeout, which may take
                10 s more.

        Raises:
            IndexingJobRunningError: Another job is running; has `.job`. No job was
                started.
            DatabaseFailedError: The database is decommissioned or unhealthy; has
                `.knowledge_base`.
            DatabaseTimeoutError: The database was not ready in time; has
                `.knowledge_base`.
            OutcomeUnknownError: The response to the start was lost.
            IndexingJobFailedError: The job failed or was cancelled; has `.job`.
            IndexingJobTimeoutError: The job has not ended in time; has `.jobs`.
            NotFoundError: There is no such knowledge base.

        Source: POST /v2/gen-ai/indexing_jobs, `genai_create_indexing_job`.
        """
        check_seconds("timeout", timeout)
        deadline = CLOCK.now() + timeout
        starter = self._starter(knowledge_base_uuid, tuple(data_source_uuids))
        job = await starter.run(deadline)
        try:
            (job,) = await wait_all(
                self._calls,
                (job.uuid,),
                timeout=starter.time_left(timeout, deadline),
                check=check,
                cancel_on_timeout=cancel_on_timeout,
                seen=job,
            )
        except GradientError as error:
            what = "was running already" if starter.is_joined else "was started"
            error.add_note(f"indexing job {printable(job.uuid)} {what}")
            raise
        return job

    def _starter(self, uuid: str, sources: tuple[str, ...]) -> JobStarter:
        return JobStarter(self._calls, KnowledgeBases(self._caller), uuid, sources)
