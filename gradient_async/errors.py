"""
Every error of the package, in one tree.

    GradientError
    ├── ConfigurationError (ValueError)     a setting or an argument is invalid
    ├── ClientClosedError                   the client was closed
    ├── TokenError                          the token could not be obtained
    ├── TransportError                      no complete response; .sent
    │   ├── ConnectError                    could not connect
    │   ├── TLSError                        the server could not be trusted
    │   ├── ConnectionLostError             the connection broke
    │   ├── ProtocolError                   the response was not HTTP
    │   └── ResponseTooLargeError           the response exceeded the cap; .limit
    ├── OutcomeUnknownError                 the request may or may not have taken effect
    ├── DeadlineExceededError (TimeoutError)  the call ran out of time; .retry_after
    │   ├── IndexingJobTimeoutError         jobs had not ended in time; .jobs
    │   └── DatabaseTimeoutError            a database was not ready in time
    ├── IndexingJobFailedError              a job failed or was cancelled; .job .jobs
    ├── IndexingJobRunningError             another job is running; .job
    ├── DatabaseFailedError                 a database will not be ready
    ├── UnknownNameError (LookupError)      nothing has this name or id; .name
    ├── AmbiguousNameError (LookupError)    several things have this name; .uuids
    ├── UploadError                         an upload failed; .sent_bytes .status
    ├── DecodeError                         unexpected response body; .json_path
    ├── PaginationError                     the pages contradict each other; .page
    ├── StatusError                         .status .id .body .request_id .retry_after
    │   ├── UnexpectedRedirectError         3xx
    │   ├── BadRequestError                 400
    │   ├── AuthenticationError             401
    │   ├── PermissionDeniedError           403
    │   ├── NotFoundError                   404
    │   ├── ConflictError                   409
    │   ├── UnprocessableEntityError        422
    │   ├── RateLimitError                  429
    │   └── ServerError                     5xx
    ├── SharedStoreError                    the shared Redis or Valkey failed
    ├── LeaseLostError                      another process may have the account
    ├── AccountsError (ExceptionGroup)      accounts failed; .errors .reports .results
    └── UnknownAccountError (KeyError)      there is no account of this name

Every error can be pickled and copied, and none holds a request's headers or body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Self

import attrs

# The package, not the class: models are imported on first use, and most programs see
# an error about jobs late or never.
from gradient_async import models

_PROXY_AUTHENTICATION: Final = 407

# How a web page or Cloudflare's refusal begins, in lower case.
_WEB_PAGES: Final = ("<!doctype html", "<html", "<!--", "<head", "error code: 1")


def _no_job() -> models.IndexingJob:
    """Return an empty job, so that an error can be created from a message alone."""
    return models.IndexingJob()


def _no_base() -> models.KnowledgeBase:
    """Return an empty knowledge base, for the same reason."""
    return models.KnowledgeBase()


def _rebuild(
    cls: type[GradientError], args: tuple[object, ...], state: dict[str, object]
) -> GradientError:
    """Recreate an error without calling `__init__`, whose facts are keyword-only."""
    error = cls.__new__(cls, *args)
    # OSError, the base of TimeoutError, does not keep them itself here.
    error.args = args
    error.__dict__.update(state)
    return error


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class GradientError(Exception):
    """
    Base class of every error of this package.

    Each fact is an attribute; the text is built from them: what happened, where, and
    what to try.
    """

    _hint: ClassVar[str] = ""
    http_status: ClassVar[int] = 502
    """
    HTTP status for a web backend to respond with: 404, 409, 422 and 429 where the API
    responded so, 504 for an exceeded deadline, 502 for everything else.
    """

    message: str
    """What happened, without the place."""
    account: str = attrs.field(default="", kw_only=True)
    """Name of the account; empty without one."""
    method: str = attrs.field(default="", kw_only=True)
    """HTTP method of the call; empty if no call was made."""
    path: str = attrs.field(default="", kw_only=True)
    """Path of the call, ids percent-encoded, without the query."""
    attempts: int = attrs.field(default=0, kw_only=True)
    """Number of times the call tried to send its request."""
    elapsed: float = attrs.field(default=0.0, kw_only=True)
    """Seconds from the start of the call to the error."""

    def __attrs_post_init__(self) -> None:
        """Keep only the message in `args`, as exceptions usually do."""
        super().__init__(self.message)

    @property
    def hint(self) -> str:
        """What to try, in a sentence; may be empty."""
        return self._hint

    def complete(self, **facts: object) -> Self:
        """
        Fill in facts that are still missing, and return the error itself.

        Facts that are known already stay, and names that this error does not have are
        ignored: whoever handles the error may pass everything it knows.
        """
        for name, value in facts.items():
            if getattr(self, name, self) in {None, "", 0}:
                setattr(self, name, value)
        return self

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain JSON values: its type, its hint and every fact."""
        facts = {
            field.name: _to_json(getattr(self, field.name))
            for field in attrs.fields(type(self))
        }
        return {"type": type(self).__name__, "hint": self.hint, **facts}

    def _describe(self) -> str:
        """Return what happened."""
        return self.message

    def _context(self) -> list[str]:
        """Return the facts in brackets: the place and the progress of the call."""
        account = [f"account {self.account}"] if self.account else []
        if not self.method:
            return account
        place = [*account, f"{self.method} {self.path}"]
        if not self.attempts:
            return place
        plural = "" if self.attempts == 1 else "s"
        return [*place, f"{self.attempts} attempt{plural}", f"{self.elapsed:.2f} s"]

    def __str__(self) -> str:
        """Return what happened, where, and what to try, on one line."""
        context = ", ".join(self._context())
        description = self._describe().rstrip(".")
        sentence = f"{description} ({context})" if context else description
        return f"{sentence}. {self.hint}" if self.hint else sentence

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy without calling `__init__`."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(GradientError, ValueError):
    """A setting or an argument is invalid; nothing was sent."""


class ClientClosedError(GradientError):
    """The client was closed before or during the call."""

    _hint = "Make calls while the client, and the session passed to it, are open"


class TokenError(GradientError):
    """The token could not be obtained; the request was not sent."""

    _hint = "Check where the token comes from: the variable, file, command or function"


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
        return [*super()._context(), *_retry_after(self.retry_after)]


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobTimeoutError(DeadlineExceededError):
    """Awaited indexing jobs did not end within the `timeout`."""

    _hint = "`jobs` has their latest state; wait again, or longer, for those running"

    jobs: tuple[models.IndexingJob, ...] = attrs.field(default=(), kw_only=True)
    """Latest known state of each job, ended or not; jobs never seen are missing."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobFailedError(GradientError):
    """An awaited indexing job failed or was cancelled."""

    _hint = "See `job.failed_sources` for reasons; `check=False` returns such jobs"

    job: models.IndexingJob = attrs.field(factory=_no_job, kw_only=True)
    """The job; of several, the first in the order given."""
    jobs: tuple[models.IndexingJob, ...] = attrs.field(default=(), kw_only=True)
    """All awaited jobs, failed or not, in the order given."""

    def __attrs_post_init__(self) -> None:
        """Count a single job among the awaited ones."""
        super().__attrs_post_init__()
        self.jobs = self.jobs or (self.job,)


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobRunningError(GradientError):
    """A job of this knowledge base is pending or running, so none was started."""

    _hint = "Wait for it, or cancel it"
    http_status = 409

    job: models.IndexingJob = attrs.field(factory=_no_job, kw_only=True)
    """The job that is pending or running."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DatabaseTimeoutError(DeadlineExceededError):
    """The database of a knowledge base was not ready within the `timeout`."""

    _hint = "A new database takes 3 to 10 minutes; wait again, or longer"

    knowledge_base: models.KnowledgeBase = attrs.field(factory=_no_base, kw_only=True)
    """The knowledge base as last seen; with its id alone if it never was."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DatabaseFailedError(GradientError):
    """The database of a knowledge base is decommissioned or unhealthy."""

    _hint = "Check the database in DigitalOcean's control panel"

    knowledge_base: models.KnowledgeBase = attrs.field(factory=_no_base, kw_only=True)
    """The knowledge base, with its `database_status`."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class UnknownNameError(GradientError, LookupError):
    """The account has nothing of this name or id."""

    _hint = "Check the spelling, which must match exactly, and the account"
    http_status = 404

    name: str = attrs.field(default="", kw_only=True)
    """The name or id."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class AmbiguousNameError(GradientError, LookupError):
    """Several things of the account have this name."""

    _hint = "Use one of their ids, `uuids`"
    http_status = 409

    name: str = attrs.field(default="", kw_only=True)
    """The name."""
    uuids: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    """The ids of all that have it, in the order of the list."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class UploadError(GradientError):
    """A file was not uploaded completely."""

    _hint = "Upload it again, from the start"

    sent_bytes: int = attrs.field(default=0, kw_only=True)
    """Bytes handed to the network; the host has at most that many."""
    total_bytes: int = attrs.field(default=0, kw_only=True)
    """Size of the file, in bytes."""
    status: int | None = attrs.field(default=None, kw_only=True)
    """HTTP status with which the host rejected the file; None if it did not."""

    def _describe(self) -> str:
        progress = f"{self.sent_bytes:,} of {self.total_bytes:,} bytes"
        return f"{self.message}, after {progress}"


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
        return [*super()._context(), *_request_id(self.request_id)]


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class PaginationError(GradientError):
    """The pages contradict each other, so the list cannot be read completely."""

    _hint = "Try again; if it persists, the server, or something before it, is at fault"

    page: int = attrs.field(default=0, kw_only=True)
    """Number of the page that revealed it, counted from 1."""


class SharedStoreError(GradientError):
    """The Redis or Valkey server of a `SharedStore` failed, or was not reached."""

    _hint = "Check the server, its URL and its password"
    http_status = 503


class LeaseLostError(GradientError):
    """The lease of an account is over, so another process may look after it."""

    _hint = "Stop working on the account; this process takes it again when it is free"
    http_status = 503


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
        wait = _retry_after(self.retry_after)
        ray = [f"cf-ray {self.cf_ray}"] if self.cf_ray and not self.request_id else []
        return [*super()._context(), *_request_id(self.request_id), *ray, *wait]


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


def _retry_after(value: float | None) -> list[str]:
    return [] if value is None else [f"retry after {value:.0f} s"]


def _request_id(value: str | None) -> list[str]:
    return [] if value is None else [f"request id {value}"]


def _to_json(fact: object) -> object:
    """Return a fact as plain JSON values; what has no JSON form as its repr."""
    if fact is None or isinstance(fact, str | int | float):
        return fact
    if isinstance(fact, list | tuple):
        return [_to_json(item) for item in fact]
    if isinstance(fact, Mapping):
        return {str(name): _to_json(it) for name, it in fact.items()}
    # Models, reports and other errors.
    to_dict = getattr(fact, "to_dict", None)
    return to_dict() if callable(to_dict) else repr(fact)
