"""Operations on indexing jobs."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.indexing import start_job
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    PLATFORM,
    find_knowledge_base,
    get_time,
    read_message,
)
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    job_response,
    json_response,
    list_response,
)

_FIRST_PAGE: Final = (1, 15)


async def list_indexing_jobs(request: web.Request) -> BytesResponse:
    """List one page of the jobs, newest first; then the list may grow."""
    account, now = request[ACCOUNT], get_time(request)
    ages = account.jobs.newest_first()
    response = list_response(
        request, "jobs", ages, lambda age: account.jobs.at(age, now).text
    )
    # After the page was read: the list grows between the client's requests.
    account.apply_growth(now)
    return response


async def list_indexing_jobs_by_knowledge_base(request: web.Request) -> BytesResponse:
    """
    List the newest 15 jobs of a knowledge base.

    The API's description gives this list no parameters, so `page` is ignored, although
    the numbers and links describe further pages.
    """
    knowledge_base = find_knowledge_base(request)
    jobs, now = request[ACCOUNT].jobs, get_time(request)
    ages = tuple(jobs.of_knowledge_base(knowledge_base.uuid))
    return list_response(
        request, "jobs", ages, lambda age: jobs.at(age, now).text, page=_FIRST_PAGE
    )


async def get_indexing_job(request: web.Request) -> BytesResponse:
    """Return one job."""
    return job_response(_find(request, "uuid"))


async def create_indexing_job(request: web.Request) -> BytesResponse:
    """Start indexing all data sources of a knowledge base, or some of them."""
    message = await read_message(request)
    account = request[ACCOUNT]
    knowledge_base = account.get_knowledge_base(message.string("knowledge_base_uuid"))
    source_uuids = message.strings("data_source_uuids")
    store = request.app[PLATFORM].store
    job = start_job(account, knowledge_base, source_uuids, store, get_time(request))
    return job_response(job)


async def cancel_indexing_job(request: web.Request) -> BytesResponse:
    """Cancel a job that has not ended; a cancelled one stays unchanged."""
    await read_message(request)
    job = _find(request, "uuid")
    if job.is_unfinished:
        request[ACCOUNT].jobs.cancel(job.uuid, get_time(request))
    elif not job.is_cancelled:
        raise ApiError(409, f"Indexing job {job.uuid} has ended already.")
    return job_response(_find(request, "uuid"))


async def list_indexing_job_data_sources(request: web.Request) -> BytesResponse:
    """List the data sources that a job has started to index."""
    job = _find(request, "indexing_job_uuid")
    return json_response({"indexed_data_sources": job.sources})


async def get_indexing_job_details_signed_url(request: web.Request) -> BytesResponse:
    """Return the URL of the report on a job, at the storage site."""
    job = _find(request, "indexing_job_uuid")
    if not job.fields["is_report_available"]:
        raise ApiError(404)
    path = f"/reports/{job.uuid}.csv"
    url = request.app[PLATFORM].store.sign_url("GET", path, get_time(request))
    return json_response({"signed_url": url})


def _find(request: web.Request, name: str) -> Job:
    """Return the job in the path, or raise an `ApiError`."""
    job = request[ACCOUNT].jobs.find(request.match_info[name], get_time(request))
    if job is None:
        raise ApiError(404)
    return job
