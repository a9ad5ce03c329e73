"""The endpoints: a request in, an answer out."""

from __future__ import annotations

import json
import re
from typing import Final

from aiohttp import web

from gradient_async.emulator.accounts import JobPage
from gradient_async.emulator.answers import Answer, error_answer
from gradient_async.emulator.state import ACCOUNT

JOBS: Final = "/v2/gen-ai/indexing_jobs"
"""The path of the list of indexing jobs."""

_PER_PAGE: Final = 20
_MOST_PER_PAGE: Final = 200
_COUNTING_NUMBER: Final = re.compile("[1-9][0-9]{0,8}")


async def list_jobs(request: web.Request) -> Answer:
    """
    Answer `GET /v2/gen-ai/indexing_jobs`: one page of the jobs, newest first.

    `page` counts from 1, which is the default; `per_page` is 20 by default, and more
    than 200 means 200.
    Anything but a whole number from 1 to 999,999,999 is a bad request.
    A page behind the last one is an empty list.
    """
    page = _counting_number(request, "page", 1)
    per_page = _counting_number(request, "per_page", _PER_PAGE)
    if page is None or per_page is None:
        return error_answer(request, 400, "page and per_page count from 1.")
    result = request[ACCOUNT].read_page(page, min(per_page, _MOST_PER_PAGE))
    url = f"{request.url.origin()}{JOBS}?per_page={result.per_page}"
    return Answer(_list_body(result, url))


async def get_job(request: web.Request) -> Answer:
    """Answer `GET /v2/gen-ai/indexing_jobs/{uuid}`: one job."""
    job = request[ACCOUNT].find_job(request.match_info["uuid"])
    if job is None:
        return error_answer(request, 404, "There is no indexing job with this uuid.")
    return Answer(b'{"job":%b}' % job.text)


def _counting_number(request: web.Request, name: str, default: int) -> int | None:
    """Read a parameter that counts from 1, or give None if it does not."""
    text = request.query.get(name, str(default))
    return int(text) if _COUNTING_NUMBER.fullmatch(text) else None


def _list_body(result: JobPage, url: str) -> bytes:
    """Write a page of jobs from their texts, which are JSON already."""
    tail: dict[str, object] = {}
    if result.pages > 1:
        tail["links"] = {"pages": _links(result.page, result.pages, url)}
    tail["meta"] = {"page": result.page, "pages": result.pages, "total": result.total}
    jobs = b",".join([job.text for job in result.jobs])
    return b'{"jobs":[%b],%b' % (jobs, json.dumps(tail)[1:].encode())


def _links(page: int, pages: int, url: str) -> dict[str, str]:
    """Point to the pages around, where there are any."""
    numbers: dict[str, int] = {}
    if page > 1:
        numbers |= {"first": 1, "previous": min(page - 1, pages)}
    if page < pages:
        numbers |= {"next": page + 1, "last": pages}
    return {name: f"{url}&page={number}" for name, number in numbers.items()}
