"""Convert a response outside 2xx into its error; pure."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from gradient_async.codec import decode_json
from gradient_async.errors import DecodeError, StatusError, error_class
from gradient_async.transport.credentials import Secret
from gradient_async.transport.sanitize import sanitize
from gradient_async.transport.wire import Request, Response


def status_error(
    request: Request,
    response: Response,
    *,
    retry_after: float | None,
    secret: Secret,
) -> StatusError:
    """
    Return the error for a response, with the API's message and without the token.

    If the body is not a JSON object, such as a proxy's HTML page, the message is the
    status's standard phrase.
    """
    body = _error_body(response.body)

    def text(key: str) -> str | None:
        value = body.get(key)
        return sanitize(value, secret) if isinstance(value, str) else None

    header_id = sanitize(response.request_id, secret)
    return error_class(response.status)(
        text("message") or _phrase(response.status),
        method=request.method,
        path=request.path,
        status=response.status,
        id=text("id") or "",
        request_id=text("request_id") or header_id,
        retry_after=retry_after,
    )


def _error_body(body: bytes) -> Mapping[str, object]:
    try:
        value = decode_json(body)
    except DecodeError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
