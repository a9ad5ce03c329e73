"""Errors for responses outside 2xx."""

from __future__ import annotations

from typing import Final

import attrs

from gradient_async.errors.base import (
    GradientError,
    describe_request_id,
    describe_retry_after,
)

_PROXY_AUTHENTICATION: Final = 407

# How a web page or Cloudflare's refusal begins, in lower case.
_WEB_PAGES: Final = ("<!doctype html", "<html", "<!--", "<head", "error code: 1")


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class StatusError(GradientError):
    """The server responded with a status other than 2xx."""

    status: int = attrs.field(default=0, kw_only=True)
    """HTTP status code."""
    id: str = attrs.field(default="", kw_only=True)
    """The API's short name of the error, for example `not_found`; may be empty."""
    request_id: str | None = attrs.field(default=None, kw_only=True)
    """The server's id of the request; None if it sent none."""
    retry_after: float | None = attrs.field(default=None, kw_only=True)
    """Seconds that the server asked to wait; None if it did not."""
    body: str = attrs.field(default="", kw_only=True)
    """Start of the response's body, on one line and without secrets; 2,000 bytes."""
    cf_ray: str | None = attrs.field(default=None, kw_only=True)
    """Cloudflare's id of the request; None if it sent none."""

    @property
    def hint(self) -> str:
        """What to try, in a sentence; may be empty."""
        if self.status == _PROXY_AUTHENTICATION:
            return "Check the user and the password of the proxy"
        is_refused = 400 <= self.status < 500  # noqa: PLR2004  (4xx)
        # Whoever limits the rate, what to try is to wait.
        is_limited = isinstance(self, RateLimitError)
        is_foreign = self.body.lower().startswith(_WEB_PAGES)
        if is_refused and is_foreign and not is_limited:
            return (
                "The response is not from the API: check the base URL and what is in "
                "between, such as a proxy or Cloudflare"
            )
        return self._status_hint()

    def _status_hint(self) -> str:
        """Return what to try after a response of the API or its gateway."""
        return self._hint

    def _describe(self) -> str:
        name = f"{self.status} {self.id}".rstrip()
        return f"{name}: {self.message}" if self.message else name

    def _context(self) -> list[str]:
        wait = describe_retry_after(self.retry_after)
        ray = [f"cf-ray {self.cf_ray}"] if self.cf_ray and not self.request_id else []
        return [*super()._context(), *describe_request_id(self.request_id), *ray, *wait]


class UnexpectedRedirectError(StatusError):
    """3xx: the server redirects elsewhere; redirects are never followed."""

    _hint = "Check the base URL"


class BadRequestError(StatusError):
    """400: the server rejected the request."""

    _hint = "Check the arguments against the server's message"


class AuthenticationError(StatusError):
    """401: the token is missing, wrong or revoked."""

    _hint = (
        "Check the token: the account's, DIGITALOCEAN_ACCESS_TOKEN or the one passed "
        "to Client"
    )


class PermissionDeniedError(StatusError):
    """403: the token is valid, but does not permit this."""

    _hint = "Check the scopes of the token"


class NotFoundError(StatusError):
    """404: the account has no such object."""

    _hint = "Check the id, the base URL, and that the token belongs to that account"
    http_status = 404


class ConflictError(StatusError):
    """409: the current state does not allow it."""

    _hint = "Check the current state, then try again"
    http_status = 409


class UnprocessableEntityError(StatusError):
    """422: the server understood the request, but it is invalid."""

    _hint = "Check the arguments against the server's message"
    http_status = 422


class RateLimitError(StatusError):
    """429: too many requests with this token."""

    _hint = "Send fewer requests, here and from elsewhere, or try again later"
    http_status = 429

    def _status_hint(self) -> str:
        if self.retry_after is None:
            return self._hint
        return "Wait `retry_after` seconds, or send fewer requests from elsewhere"


class ServerError(StatusError):
    """5xx: the server failed."""

    _hint = "Try again later"

    def _status_hint(self) -> str:
        reported = "request id" if self.request_id else "cf-ray"
        if not self.request_id and not self.cf_ray:
            return self._hint
        return f"{self._hint}, and report the {reported} to support"


_BY_STATUS: Final[dict[int, type[StatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def error_class(status: int) -> type[StatusError]:
    """Return the class for an HTTP status; odd ones are plain `StatusError`."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    families = {3: UnexpectedRedirectError, 5: ServerError}
    return families.get(status // 100, StatusError)
