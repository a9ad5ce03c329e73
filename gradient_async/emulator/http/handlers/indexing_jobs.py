"""Indexing jobs: list, look at, start and cancel them."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gradient_async.emulator.http.answers import Answer, json_answer
from gradient_async.emulator.http.handlers.lists import job_list_answer
from gradient_async.emulator.http.handlers.requests import now, read_message, read_page
from gradient_async.emulator.http.paging import cut_page
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.jobs.indexing import start_job
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.job_changes import indexed_sources, is_going
from gradient_async.emulator.state import ACCOUNT, STATE

_NEWEST: Final = 20
_CANCELLED: Final = "BATCH_JOB_PHASE_CANCELLED"


async def list_jobs(request: web.Request) -> Answer:
    """Answer with one page of the jobs, newest first; then the list may grow."""
    page, per_page = read_page(request)
    account = request[ACCOUNT]
    result = account.jobs.read_page(page, per_page, now(request))
    account.let_grow(now(request))
    return job_list_answer(request, result)


async def list_jobs_of_base(request: web.Request) -> Answer:
    """
    Answer with the newest 20 jobs of a knowledge base.

    The description gives this list no parameters: the numbers and links tell of more,
    but a page that is asked for is not looked at.
    """
    account = request[ACCOUNT]
    base = account.find_base(request.match_info["knowledge_base_uuid"])
    jobs = list(account.jobs.of_base(base.uuid, now(request)))
    page = cut_page(jobs, 1, _NEWEST, total=len(jobs), view=lambda job: job)
    return job_list_answer(request, page)


async def get_job(request: web.Request) -> Answer:
    """Answer with one job."""
    return _job_answer(_find(request, "uuid"))


async def create_job(request: web.Request) -> Answer:
    """Start a job about all data sources of a knowledge base, or about some."""
    message = await read_message(request)
    account = request[ACCOUNT]
    base = account.find_base(message.text("knowledge_base_uuid"))
    named = message.texts("data_source_uuids")
    store = request.app[STATE].store
    return _job_answer(start_job(account, base, named, store, now(request)))


async def cancel_job(request: web.Request) -> Answer:
    """Cancel a job that has not ended; one that is cancelled already stays as it is."""
    await read_message(request)
    job = _find(request, "uuid")
    if is_going(job):
        request[ACCOUNT].jobs.cancel(job.uuid, now(request))
    elif job.fields["phase"] != _CANCELLED:
        raise RefusalError(409, f"Indexing job {job.uuid} has ended already.")
    return _job_answer(_find(request, "uuid"))


async def list_indexed_sources(request: web.Request) -> Answer:
    """Answer with the data sources that a job has got to."""
    sources = indexed_sources(_find(request, "indexing_job_uuid"))
    return json_answer({"indexed_data_sources": sources})


async def get_signed_url(request: web.Request) -> Answer:
    """Answer with a URL of the storage site, where the report on a job is."""
    job = _find(request, "indexing_job_uuid")
    if not job.fields["is_report_available"]:
        raise RefusalError(404, "There is no report on this indexing job.")
    path = f"/reports/{job.uuid}.csv"
    url = request.app[STATE].store.sign("GET", path, now(request))
    return json_answer({"signed_url": url})


def _find(request: web.Request, name: str) -> Job:
    """Give the job that the path names, or refuse."""
    job = request[ACCOUNT].jobs.find(request.match_info[name], now(request))
    if job is None:
        raise RefusalError(404, "There is no indexing job with this uuid.")
    return job


def _job_answer(job: Job) -> Answer:
    """Answer with a job from its text, which is JSON already."""
    return Answer(b'{"job":%b}' % job.text)
