"""Errors of a call that has no response, or an unexpected one."""

from __future__ import annotations

import attrs

from gradient_async.errors.base import (
    GradientError,
    describe_request_id,
    describe_retry_after,
)


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class TransportError(GradientError):
    """No complete response was received."""

    sent: bool = attrs.field(default=True, kw_only=True)
    """Whether the server may have received the request."""


class ConnectError(TransportError):
    """Could not connect, so the server never received the request."""

    _hint = "Check the network, the proxy and the base URL"


class TLSError(TransportError):
    """The server's certificate could not be trusted; never retried."""

    _hint = "Check the base URL, the clock and the certificates of this machine"


class ConnectionLostError(TransportError):
    """The connection broke before the complete response was received."""

    _hint = "Try again later; if it persists, check the network and the proxy"


class ProtocolError(TransportError):
    """The response was not valid HTTP."""

    _hint = "Check what is between here and the API, such as a proxy"


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class ResponseTooLargeError(TransportError):
    """The response's decoded body exceeded the client's cap."""

    _hint = "Request fewer items per page, or raise `max_response_bytes`"

    limit: int = attrs.field(default=0, kw_only=True)
    """The cap, in bytes."""


class OutcomeUnknownError(GradientError):
    """
    The request may or may not have taken effect, at most once.

    Raised for a call that is not safe to repeat (a POST) if its response was lost.
    `__cause__` is the error that lost it.
    """

    _hint = "Check whether it took effect before repeating the call"


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DeadlineExceededError(GradientError, TimeoutError):
    """The call did not finish within the client's `timeout`."""

    _hint = "Raise `timeout`, or try again later"
    http_status = 504

    retry_after: float | None = attrs.field(default=None, kw_only=True)
    """Seconds until the rate limit allows a request; None for any other reason."""

    def _context(self) -> list[str]:
        return [*super()._context(), *describe_retry_after(self.retry_after)]


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DecodeError(GradientError):
    """A successful response did not have the expected body."""

    _hint = "The API, or something before it, sent another shape; nothing was guessed"

    json_path: str = attrs.field(default="$", kw_only=True)
    """Place in the JSON, for example `$.jobs[3].total_tokens`."""
    request_id: str | None = attrs.field(default=None, kw_only=True)
    """The server's id of the request; None if it sent none."""

    def _describe(self) -> str:
        return f"cannot decode the response at {self.json_path}: {self.message}"

    def _context(self) -> list[str]:
        return [*super()._context(), *describe_request_id(self.request_id)]
