"""Responses, and their bodies as the API and the object store write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from aiohttp import web

from gradient_async.emulator.core.errors import StorageError
from gradient_async.emulator.core.pages import Page
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.handlers.context import RECEIVED

_T = TypeVar("_T")
_MESSAGES: Final = {
    401: ("unauthorized", "Unable to authenticate you"),
    403: ("forbidden", "The token lacks the scope for this action."),
    404: ("not_found", "There is no such resource."),
    # Python 3.13 renamed this status.
    422: ("unprocessable_entity", "The request makes no sense."),
    429: ("too_many_requests", "API rate limit exceeded."),
    500: ("server_error", "Something went wrong on the server."),
}
_ERRORS: Final = {
    status.value: (status.name.lower(), f"{status.phrase}.")
    for status in HTTPStatus
    if status >= HTTPStatus.BAD_REQUEST
} | _MESSAGES
_UNASSIGNED: Final = ("error", "The request failed.")
_STORAGE_CODES: Final = {
    400: "InvalidRequest",
    403: "AccessDenied",
    404: "NoSuchKey",
    405: "MethodNotAllowed",
    500: "InternalError",
    503: "SlowDown",
}


class BytesResponse(web.Response):
    """A response that keeps its whole body as `content`, for faults to cut."""

    def __init__(
        self,
        content: bytes,
        *,
        status: int = 200,
        content_type: str = "application/json",
    ) -> None:
        super().__init__(body=content, status=status, content_type=content_type)
        self.content = content


def json_response(fields: Mapping[str, object]) -> BytesResponse:
    """Create a response with a JSON object."""
    return BytesResponse(json.dumps(fields).encode())


def error_response(
    request: web.Request, status: int, message: str | None = None
) -> BytesResponse:
    """Create the API's error response; `message` replaces the status's default."""
    identifier, default = _ERRORS.get(status, _UNASSIGNED)
    body = {
        "id": identifier,
        "message": message or default,
        "request_id": request[RECEIVED].request_id,
    }
    return BytesResponse(json.dumps(body).encode(), status=status)


def storage_error_response(_: web.Request, status: int) -> BytesResponse:
    """Create the object store's error response for a status."""
    # Not `HTTPStatus(status)`, which raises for unassigned statuses.
    phrase = next(
        (it.phrase for it in HTTPStatus if it == status), "The request failed"
    )
    code = _STORAGE_CODES.get(status, "Error")
    return xml_response(StorageError(status, code, f"{phrase}."))


def xml_response(error: StorageError) -> BytesResponse:
    """Create the object store's error response for an error."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
    )
    return BytesResponse(
        text.encode(), status=error.status, content_type="application/xml"
    )


def list_response(
    request: web.Request, name: str, page: Page[Mapping[str, object]]
) -> BytesResponse:
    """Create a response with a page of JSON objects as the member `name`."""
    texts = (json.dumps(item).encode() for item in page.items)
    return _list_response(request, name, page, texts)


def job_response(job: Job) -> BytesResponse:
    """Create a response with a job, whose JSON is encoded already."""
    return BytesResponse(b'{"job":%b}' % job.text)


def job_list_response(request: web.Request, page: Page[Job]) -> BytesResponse:
    """Create a response with a page of jobs, whose JSON is encoded already."""
    return _list_response(request, "jobs", page, (job.text for job in page.items))


def _list_response(
    request: web.Request, name: str, page: Page[_T], texts: Iterable[bytes]
) -> BytesResponse:
    """Create a response with encoded items, and links if there are other pages."""
    tail: dict[str, object] = {}
    if page.pages > 1:
        tail["links"] = {"pages": page.links(_list_url(request, page.per_page))}
    tail["meta"] = page.meta
    # The items are joined as bytes: decoding and encoding 200 jobs for each page would
    # make up most of the server's work.
    items = b",".join(list(texts))
    end = json.dumps(tail)[1:].encode()
    return BytesResponse(b'{"%b":[%b],%b' % (name.encode(), items, end))


def _list_url(request: web.Request, per_page: int) -> str:
    query = [
        (name, text)
        for name, text in request.query.items()
        if name not in {"page", "per_page"}
    ]
    parameters = urlencode([*query, ("per_page", per_page)])
    return f"{request.url.origin()}{request.rel_url.raw_path}?{parameters}"
