"""Lists as answers: a page of items, where it stands, and where the others are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from gradient_async.emulator.http.answers import Answer
from gradient_async.emulator.http.paging import Page
from gradient_async.emulator.jobs.job import Job

_T = TypeVar("_T")


def list_answer(
    request: web.Request, name: str, page: Page[Mapping[str, object]]
) -> Answer:
    """Answer with a page of JSON objects as the member `name`."""
    texts = (json.dumps(item).encode() for item in page.items)
    return _answer(request, name, page, texts)


def job_list_answer(request: web.Request, page: Page[Job]) -> Answer:
    """Answer with a page of jobs from their texts, which are JSON already."""
    return _answer(request, "jobs", page, (job.text for job in page.items))


def _answer(
    request: web.Request, name: str, page: Page[_T], texts: Iterable[bytes]
) -> Answer:
    """Write the items, the links if there are other pages, and the numbers."""
    tail: dict[str, object] = {}
    if page.pages > 1:
        tail["links"] = {"pages": page.links(_url(request, page.per_page))}
    tail["meta"] = page.meta
    items = b",".join(list(texts))
    end = json.dumps(tail)[1:].encode()
    return Answer(b'{"%b":[%b],%b' % (name.encode(), items, end))


def _url(request: web.Request, per_page: int) -> str:
    """Repeat the URL of a request, without the number of its page."""
    query = [
        (name, text)
        for name, text in request.query.items()
        if name not in {"page", "per_page"}
    ]
    parameters = urlencode([*query, ("per_page", per_page)])
    return f"{request.url.origin()}{request.rel_url.raw_path}?{parameters}"
