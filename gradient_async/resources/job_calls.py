"""The calls about indexing jobs, one by one, as waiting is made of them too."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from gradient_async.errors import (
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    StatusError,
    TransportError,
)
from gradient_async.models.indexing_jobs import (
    DetailsResponse,
    IndexedDataSource,
    IndexedDataSourcesResponse,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobResponse,
    IndexingJobsResponse,
)
from gradient_async.paging import Page
from gradient_async.resources.arguments import build_body
from gradient_async.resources.paged import build_page, fetch_page
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint, problem_of_id

UNEXPLAINED: Final = (
    StatusError,
    TransportError,
    DeadlineExceededError,
    DecodeError,
)
"""What may come of looking for the reason of a conflict, and matters less than it."""

LIST: Final = Endpoint("GET", "/v2/gen-ai/indexing_jobs")
"""The list of all jobs of the account."""

_LIST_OF_BASE: Final = Endpoint(
    "GET", "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/indexing_jobs"
)
_GET: Final = Endpoint("GET", "/v2/gen-ai/indexing_jobs/{uuid}")
_CREATE: Final = Endpoint("POST", "/v2/gen-ai/indexing_jobs")
_CANCEL: Final = Endpoint("PUT", "/v2/gen-ai/indexing_jobs/{uuid}/cancel")
_DATA_SOURCES: Final = Endpoint(
    "GET", "/v2/gen-ai/indexing_jobs/{indexing_job_uuid}/data_sources"
)
_DETAILS: Final = Endpoint(
    "GET", "/v2/gen-ai/indexing_jobs/{indexing_job_uuid}/details_signed_url"
)


class JobCalls:
    """Each method makes one call and gives what its answer carries."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def page(self, page: int, per_page: int) -> Page[IndexingJob]:
        """Give one page of the account's jobs, newest first."""
        return await fetch_page(
            self._caller, LIST.request(), IndexingJobsResponse, page, per_page
        )

    async def page_of_base(self, knowledge_base_uuid: str) -> Page[IndexingJob]:
        """Give the latest jobs of one knowledge base."""
        request = _LIST_OF_BASE.request(knowledge_base_uuid=knowledge_base_uuid)
        return build_page(1, await self._caller.call(request, IndexingJobsResponse))

    async def get(self, uuid: str) -> IndexingJob:
        """Give one job."""
        answer = await self._caller.call(_GET.request(uuid=uuid), IndexingJobResponse)
        return answer.job

    async def create(
        self, knowledge_base_uuid: str, data_source_uuids: tuple[str, ...]
    ) -> IndexingJob:
        """Start a job; without data sources named, for all."""
        body = build_body(
            knowledge_base_uuid=knowledge_base_uuid,
            data_source_uuids=data_source_uuids or None,
        )
        request = _CREATE.request(body=body)
        job = (await self._caller.call(request, IndexingJobResponse)).job
        if problem := problem_of_id(job.uuid):
            msg = f"The id of the job that was started {problem}"
            raise DecodeError(
                msg, method=request.method, path=request.path, json_path="$.job.uuid"
            )
        return job

    async def cancel(self, uuid: str) -> IndexingJob:
        """Cancel a job; one that a lost attempt has cancelled is cancelled."""
        # The API's description has the id in the body too.
        request = _CANCEL.request(uuid=uuid, body=build_body(uuid=uuid))
        try:
            return (await self._caller.call(request, IndexingJobResponse)).job
        except ConflictError as conflict:
            job = IndexingJob()
            if conflict.attempts > 1:
                # Where the reason cannot be found out, the conflict itself has to do.
                with suppress(*UNEXPLAINED):
                    job = await self.get(uuid)
            if job.phase is not IndexingJobPhase.CANCELLED:
                raise
            return job

    async def data_sources(self, uuid: str) -> tuple[IndexedDataSource, ...]:
        """Give how the data sources of a job fared."""
        request = _DATA_SOURCES.request(indexing_job_uuid=uuid)
        answer = await self._caller.call(request, IndexedDataSourcesResponse)
        return answer.indexed_data_sources

    async def details_url(self, uuid: str) -> str:
        """Give the URL of a job's report."""
        request = _DETAILS.request(indexing_job_uuid=uuid)
        return (await self._caller.call(request, DetailsResponse)).signed_url

    async def sleep(self, seconds: float) -> None:
        """Let time pass, for as long as the client is open."""
        await self._caller.sleep(seconds)
