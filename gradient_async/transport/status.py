"""Convert a response outside 2xx into its error; pure."""

from __future__ import annotations

from http import HTTPStatus

from gradient_async.errors import StatusError
from gradient_async.errors.status import error_class
from gradient_async.transport.credentials import Secret
from gradient_async.transport.error_body import read_error_body
from gradient_async.transport.request_secrets import find_secrets
from gradient_async.transport.sanitize import excerpt, sanitize, sanitize_name
from gradient_async.transport.wire import Request, Response


def status_error(
    request: Request,
    response: Response,
    *,
    retry_after: float | None,
    secret: Secret,
) -> StatusError:
    """
    Return the error for a response, with what the server said and without secrets.

    If the body does not say what happened, the message is the status's standard phrase.
    """
    body = read_error_body(response.body)
    secrets = (secret, *find_secrets(request.body))
    phrase = _phrase(response.status)
    message = sanitize(body.message.removeprefix(f"{response.status} "), *secrets)
    header_id = sanitize_name(response.request_id, *secrets)
    return error_class(response.status)(
        message or phrase,
        method=request.method,
        path=request.path,
        status=response.status,
        id=sanitize_name(body.id, *secrets) or "",
        request_id=sanitize_name(body.request_id, *secrets) or header_id,
        retry_after=retry_after,
        body=excerpt(body.text, *secrets),
        cf_ray=sanitize_name(response.headers.get("cf-ray"), *secrets),
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
