"""Answers: their JSON bodies, and the headers that all of them carry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from aiohttp import web

from gradient_async.emulator.clock import Clock
from gradient_async.emulator.state import FAULT, RECEIVED, VERDICT

JSON: Final = "application/json"
"""The content type of all answers that no fault has changed."""

_TEXTS: Final = {
    401: ("unauthorized", "Unable to authenticate you"),
    403: ("forbidden", "The token lacks the scope for this action."),
    404: ("not_found", "There is no such resource."),
    # Python 3.13 has another name for it.
    422: ("unprocessable_entity", "The request makes no sense."),
    429: ("too_many_requests", "API rate limit exceeded."),
    500: ("server_error", "Something went wrong on the server."),
}
_ERRORS: Final = {
    status.value: (status.name.lower(), f"{status.phrase}.")
    for status in HTTPStatus
    if status >= HTTPStatus.BAD_REQUEST
} | _TEXTS
_UNASSIGNED: Final = ("error", "The request failed.")


class Answer(web.Response):
    """An answer whose whole body is known before any of it is sent."""

    def __init__(
        self, content: bytes, *, status: int = 200, content_type: str = JSON
    ) -> None:
        """Keep the body at hand as `content`."""
        super().__init__(body=content, status=status, content_type=content_type)
        self.content = content


def json_answer(fields: Mapping[str, object]) -> Answer:
    """Answer with a JSON object."""
    return Answer(json.dumps(fields).encode())


def error_answer(
    request: web.Request, status: int, message: str | None = None
) -> Answer:
    """Answer with the error body of a status; `message` replaces the usual text."""
    identifier, usual = _ERRORS.get(status, _UNASSIGNED)
    body = {
        "id": identifier,
        "message": message or usual,
        "request_id": request[RECEIVED].request_id,
    }
    return Answer(json.dumps(body).encode(), status=status)


def add_headers(
    request: web.Request, response: web.StreamResponse, clock: Clock, now: float
) -> None:
    """
    Give an answer the headers of the platform, and those of a fault over them.

    `now` is the loop's time; the clock turns it into a date.
    Only requests that the limiter has seen get the `ratelimit-` headers.
    """
    headers = response.headers
    headers["date"] = formatdate(clock.date(now, seen_at=now), usegmt=True)
    headers["x-request-id"] = request[RECEIVED].request_id
    if verdict := request.get(VERDICT):
        headers["ratelimit-limit"] = str(verdict.limit)
        headers["ratelimit-remaining"] = str(verdict.remaining)
        resets_at = clock.date(verdict.resets_at, seen_at=now)
        headers["ratelimit-reset"] = str(math.ceil(resets_at))
    add_fault_headers(request, response)


def add_fault_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Let the headers of a fault replace those of an answer."""
    if fault := request.get(FAULT):
        response.headers.update(fault.headers)
