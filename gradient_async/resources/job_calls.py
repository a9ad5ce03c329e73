"""
The API calls for indexing jobs.

`IndexingJobs` starts, lists and cancels jobs with these calls, and `waiting` polls jobs
with them: they are its `JobSource`. `changes` compares jobs with them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from gradient_async.changes.source import ChangeSource, PollSource
from gradient_async.errors import (
    ConflictError,
    DeadlineExceededError,
    DecodeError,
    StatusError,
    TransportError,
)
from gradient_async.models.indexing_jobs import IndexingJob, IndexingJobPhase
from gradient_async.paging import Page
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation
from gradient_async.transport.attempt import Attempt
from gradient_async.transport.calls import Caller
from gradient_async.transport.endpoint import find_id_problem
from gradient_async.waiting import JobSource

PATH: Final = "/v2/gen-ai/indexing_jobs"
"""Path of all jobs."""
LIST: Final = ListOperation("genai_list_indexing_jobs", PATH, IndexingJob, "jobs")
"""The list of all jobs of the account."""
GET: Final = Operation(
    "genai_get_indexing_job", "GET", PATH + "/{uuid}", IndexingJob, "job"
)
"""One job."""

_LIST_OF_BASE: Final = ListOperation(
    "genai_list_indexing_jobs_by_knowledge_base",
    "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/indexing_jobs",
    IndexingJob,
    "jobs",
)
_CREATE: Final = Operation(
    "genai_create_indexing_job", "POST", PATH, IndexingJob, "job"
)
_CANCEL: Final = Operation(
    "genai_cancel_indexing_job", "PUT", PATH + "/{uuid}/cancel", IndexingJob, "job"
)

LOOKUP_ERRORS: Final = (
    StatusError,
    TransportError,
    DeadlineExceededError,
    DecodeError,
)
"""
How the lookup that should explain a refusal may fail. The refusal is then raised
without an explanation, because the caller needs it more than these.
"""


class JobCalls(JobSource, ChangeSource):
    """One call per method, and a lookup where a conflict needs an explanation."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Fetch one page of the account's jobs, newest first."""
        decode = await LIST.fetch_page(self._caller, LIST.request(), page, per_page)
        return decode()

    async def list_for_knowledge_base(
        self, knowledge_base_uuid: str
    ) -> Page[IndexingJob]:
        """Fetch the latest jobs of a knowledge base."""
        request = _LIST_OF_BASE.request(knowledge_base_uuid=knowledge_base_uuid)
        response = await self._caller.call(request, _LIST_OF_BASE.response)
        return _LIST_OF_BASE.build_page(1, response)

    async def get(self, uuid: str, /) -> IndexingJob:
        """Fetch a job."""
        return await GET.call(self._caller, uuid=uuid)

    async def create(
        self, knowledge_base_uuid: str, data_source_uuids: tuple[str, ...]
    ) -> IndexingJob:
        """Start a job for these data sources, or for all if none are named."""
        job = await _CREATE.call(
            self._caller,
            knowledge_base_uuid=knowledge_base_uuid,
            data_source_uuids=data_source_uuids or None,
        )
        if problem := find_id_problem(job.uuid):
            msg = f"the id of the started job {problem}"
            raise DecodeError(msg, method="POST", path=PATH, json_path="$.job.uuid")
        return job

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job; a conflict counts as success if a lost attempt cancelled it."""
        try:
            return await _CANCEL.call(self._caller, uuid=uuid)
        except ConflictError as conflict:
            job = IndexingJob()
            if conflict.attempts > 1:
                with suppress(*LOOKUP_ERRORS):
                    job = await self.get(uuid)
            if job.phase is not IndexingJobPhase.CANCELLED:
                raise
            return job

    async def fingerprint(self) -> str:
        """Return what identifies the account."""
        return await self._caller.fingerprint()

    async def sleep(self, seconds: float, /) -> None:
        """Sleep; raise `ClientClosedError` once the client is closed."""
        await self._caller.sleep(seconds)


class PolledJobCalls(JobCalls, PollSource):
    """The calls for a feed, which counts requests, and whose token may change."""

    def __init__(self, caller: Caller) -> None:
        self._request_count = 0
        super().__init__(caller.observe(self._count))

    @property
    def request_count(self) -> int:
        """Number of requests sent so far, repeated ones included."""
        return self._request_count

    def _count(self, _: Attempt) -> None:
        self._request_count += 1

    async def fingerprint(self) -> str:
        """Return none: a feed's checkpoint does not leave the process."""
        return ""
