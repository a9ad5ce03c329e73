"""Start an indexing job where none is running, or say which one is."""

from __future__ import annotations

from contextlib import suppress

from gradient_async.errors import ConflictError, IndexingJobRunningError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.printable import printable
from gradient_async.resources.job_calls import UNEXPLAINED, JobCalls


async def start_where_idle(
    calls: JobCalls, knowledge_base_uuid: str, data_source_uuids: tuple[str, ...]
) -> IndexingJob:
    """
    Start a job, unless one of this knowledge base is pending or running.

    Raises:
        IndexingJobRunningError: One is, before or because somebody was quicker.
        GradientError: Whatever else the calls may raise.
    """
    await _check_idle(calls, knowledge_base_uuid)
    try:
        return await calls.create(knowledge_base_uuid, data_source_uuids)
    except ConflictError as conflict:
        # Where the reason cannot be found out, the conflict itself has to do.
        with suppress(*UNEXPLAINED):
            await _check_idle(calls, knowledge_base_uuid)
        raise conflict from None


async def _check_idle(calls: JobCalls, knowledge_base_uuid: str) -> None:
    page = await calls.page_of_base(knowledge_base_uuid)
    running = next((job for job in page.items if job.is_running), None)
    if running is not None:
        msg = (
            f"indexing job {printable(running.uuid)} of knowledge base "
            f"{printable(knowledge_base_uuid)} is {running.phase.short_name}, "
            f"so no other was started"
        )
        raise IndexingJobRunningError(msg, job=running)
