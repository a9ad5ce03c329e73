"""Responses, and their bodies as the API and the object store write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.pages import Page
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.handlers.context import RECEIVED, read_page

_T = TypeVar("_T")
_MESSAGES: Final = {
    401: ("unauthorized", "Unable to authenticate you"),
    403: ("forbidden", "The token lacks the scope for this action."),
    404: ("not_found", "The resource you requested could not be found."),
    # Python 3.13 renamed this status.
    422: ("unprocessable_entity", "The request makes no sense."),
    429: ("too_many_requests", "API rate limit exceeded."),
    500: ("server_error", "Unexpected server-side error"),
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


# aiohttp types a body as bytes, a payload or None, so the bytes are kept apart.
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


def api_error_response(request: web.Request, error: ApiError) -> BytesResponse:
    """Create the API's response for an error."""
    identifier, message = _ERRORS.get(error.status, _UNASSIGNED)
    body = {
        "id": identifier,
        "message": error.message or message,
        "request_id": request[RECEIVED].request_id,
    }
    return BytesResponse(json.dumps(body).encode(), status=error.status)


def storage_error_response(_: web.Request, error: ApiError) -> BytesResponse:
    """Create the object store's response for an error."""
    # Not `HTTPStatus(status)`, which raises for unassigned statuses.
    phrase = next(
        (it.phrase for it in HTTPStatus if it == error.status), "The request failed"
    )
    code = error.code or _STORAGE_CODES.get(error.status, "Error")
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code>"
        f"<Message>{escape(error.message or f'{phrase}.')}</Message></Error>"
    )
    return BytesResponse(
        text.encode(), status=error.status, content_type="application/xml"
    )


def job_response(job: Job) -> BytesResponse:
    """Create a response with a job, whose JSON is encoded already."""
    return BytesResponse(b'{"job":%b}' % job.text)


def list_response(
    request: web.Request,
    name: str,
    items: Sequence[_T],
    describe: Callable[[_T], Mapping[str, object] | bytes],
    *,
    page: tuple[int, int] | None = None,
) -> BytesResponse:
    """
    Create a response with a page of a list as the member `name`.

    `describe` returns an item's JSON, encoded or not. `page` is the number of the page
    and that of items per page; None means those that the query names.
    """
    number, per_page = page or read_page(request)
    position = Page(number=number, per_page=per_page, total=len(items))
    texts = [_encode(describe(item)) for item in position.cut(items)]
    tail: dict[str, object] = {}
    if position.pages > 1:
        tail["links"] = {"pages": position.links(_list_url(request, per_page))}
    tail["meta"] = position.meta
    # The items are joined as bytes: decoding and encoding 200 jobs for each page would
    # make up most of the server's work.
    end = json.dumps(tail)[1:].encode()
    return BytesResponse(b'{"%b":[%b],%b' % (name.encode(), b",".join(texts), end))


def _encode(item: Mapping[str, object] | bytes) -> bytes:
    return item if isinstance(item, bytes) else json.dumps(item).encode()


def _list_url(request: web.Request, per_page: int) -> str:
    query = [
        (name, text)
        for name, text in request.query.items()
        if name not in {"page", "per_page"}
    ]
    # Also if the request had none: pages by links must be of the same size.
    parameters = urlencode([*query, ("per_page", per_page)])
    return f"{request.url.origin()}{request.rel_url.raw_path}?{parameters}"
