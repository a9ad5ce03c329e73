"""
Every error of the package, in one tree.

    GradientError
    ├── ConfigurationError (ValueError)     a setting or argument cannot work
    ├── ClientClosedError                   the client was closed
    ├── TransportError                      no whole answer arrived; .sent
    │   ├── ConnectError                    no connection came about
    │   ├── TLSError                        the server could not be trusted
    │   ├── ConnectionLostError             the connection broke
    │   ├── ProtocolError                   the answer was not HTTP
    │   └── ResponseTooLargeError           the answer exceeded the cap; .limit
    ├── OutcomeUnknownError                 it may or may not have been done
    ├── DeadlineExceededError (TimeoutError)  the call ran out of time; .retry_after
    │   └── IndexingJobTimeoutError         jobs had not ended in time; .jobs
    ├── IndexingJobFailedError              a job failed or was cancelled; .job .jobs
    ├── IndexingJobRunningError             another job is running; .job
    ├── UploadError                         a file did not arrive; .sent_bytes .status
    ├── DecodeError                         the answer has another shape; .json_path
    ├── PaginationError                     the pages contradict each other; .page
    └── StatusError                         .status .id .request_id .retry_after
        ├── UnexpectedRedirectError         3xx
        ├── BadRequestError                 400
        ├── AuthenticationError             401
        ├── PermissionDeniedError           403
        ├── NotFoundError                   404
        ├── ConflictError                   409
        ├── UnprocessableEntityError        422
        ├── RateLimitError                  429
        └── ServerError                     5xx

Every error pickles and copies, and none holds a header or a request body.
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

from gradient_async.models.indexing_jobs import IndexingJob

# An error can be made of a message alone.
_NO_JOB: Final = IndexingJob()


def _rebuild(
    kind: type[GradientError], args: tuple[object, ...], state: dict[str, object]
) -> GradientError:
    """Make an error again without asking its `__init__` for keyword arguments."""
    error = kind.__new__(kind, *args)
    # OSError, which TimeoutError is, does not keep them by itself here.
    error.args = args
    error.__dict__.update(state)
    return error


class GradientError(Exception):
    """
    Something went wrong; catch this to catch everything of this package.

    The text says what happened, where, and what to try.
    The same facts are attributes.
    """

    hint: ClassVar[str] = ""
    """What to try; a sentence, or empty."""

    def __init__(self, message: str, *, method: str = "", path: str = "") -> None:
        super().__init__(message)
        self.message: str = message
        """What happened, without the place."""
        self.method: str = method
        """HTTP method of the call, empty when no call was made."""
        self.path: str = path
        """Path of the call, ids percent-encoded, without the query."""
        self.attempts: int = 0
        """How often the call tried to send its request."""
        self.elapsed: float = 0.0
        """Seconds from the start of the call to the error."""

    def during(self, *, attempts: int, elapsed: float) -> Self:
        """Note how far the call had come, and give the error back."""
        self.attempts = attempts
        self.elapsed = elapsed
        return self

    def _what(self) -> str:
        return self.message

    def _where(self) -> list[str]:
        """Give the facts in brackets: the place and how far the call came."""
        if not self.method:
            return []
        place = f"{self.method} {self.path}"
        if not self.attempts:
            return [place]
        plural = "" if self.attempts == 1 else "s"
        return [place, f"{self.attempts} attempt{plural}", f"{self.elapsed:.2f} s"]

    def __str__(self) -> str:
        """Say what happened, where, and what to try, on one line."""
        where = ", ".join(self._where())
        what = self._what().rstrip(".")
        sentence = f"{what} ({where})" if where else what
        return f"{sentence}. {self.hint}" if self.hint else sentence

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy without calling `__init__`."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(GradientError, ValueError):
    """A setting or an argument cannot work; nothing was sent."""


class ClientClosedError(GradientError):
    """The client was closed before or during the call."""

    hint = "Make the call while the client, and a session lent to it, is open"


class TransportError(GradientError):
    """No whole answer arrived."""

    def __init__(
        self, message: str, *, method: str = "", path: str = "", sent: bool = True
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.sent: bool = sent
        """Whether the server may have received the request."""


class ConnectError(TransportError):
    """No connection came about, so the server never saw the request."""

    hint = "Check the network, the proxy and the base URL"


class TLSError(TransportError):
    """The server's certificate could not be trusted; never tried again."""

    hint = "Check the base URL, the clock and the certificates of this machine"


class ConnectionLostError(TransportError):
    """The connection broke before the whole answer was here."""

    hint = "Try again later; if it stays so, check the network and the proxy"


class ProtocolError(TransportError):
    """The answer was not valid HTTP."""

    hint = "Check what stands between here and the API, a proxy for example"


class ResponseTooLargeError(TransportError):
    """The answer's decoded body exceeded the client's cap."""

    hint = "Ask for fewer items a page, or raise `max_response_bytes`"

    def __init__(
        self, message: str, *, method: str = "", path: str = "", limit: int = 0
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.limit: int = limit
        """The cap, in bytes."""


class OutcomeUnknownError(GradientError):
    """
    The server may or may not have done what was asked, once at most.

    Raised for a call that is not safe to repeat (a POST) when its answer was lost.
    `__cause__` is the error of the lost answer.
    """

    hint = "Look whether it was done before you ask again"


class DeadlineExceededError(GradientError, TimeoutError):
    """The call did not end within the client's `timeout`."""

    hint = "Raise `timeout`, or try again later"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.retry_after: float | None = retry_after
        """Seconds until the rate limit has room again, None when not the reason."""

    def _where(self) -> list[str]:
        return [*super()._where(), *_retry_after(self.retry_after)]


class IndexingJobTimeoutError(DeadlineExceededError):
    """Indexing jobs that were waited for had not ended within the `timeout`."""

    hint = "`jobs` tells how they are; wait again, or longer, for those that run on"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        jobs: tuple[IndexingJob, ...] = (),
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.jobs: tuple[IndexingJob, ...] = jobs
        """Each job as last seen, ended or not; without those never seen."""


class IndexingJobFailedError(GradientError):
    """An indexing job that was waited for failed or was cancelled."""

    hint = "`job.failed_sources` tells why; `check=False` returns such jobs"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        job: IndexingJob = _NO_JOB,
        jobs: tuple[IndexingJob, ...] = (),
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.job: IndexingJob = job
        """The job; of several, the first in the order given."""
        self.jobs: tuple[IndexingJob, ...] = jobs or (job,)
        """All jobs that were waited for, failed or not, in the order given."""


class IndexingJobRunningError(GradientError):
    """A job of this knowledge base is pending or running, so none was started."""

    hint = "Wait for it, or cancel it"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        job: IndexingJob = _NO_JOB,
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.job: IndexingJob = job
        """The job that stands in the way."""


class UploadError(GradientError):
    """A file did not arrive where it was to be stored."""

    hint = "Upload it again, from the start"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        sent_bytes: int = 0,
        total_bytes: int = 0,
        status: int | None = None,
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.sent_bytes: int = sent_bytes
        """Bytes handed to the network; the host has that many at most."""
        self.total_bytes: int = total_bytes
        """Size of the file, in bytes."""
        self.status: int | None = status
        """HTTP status with which the host refused the file, None when it did not."""

    def _what(self) -> str:
        come = f"{self.sent_bytes:,} of {self.total_bytes:,} bytes"
        return f"{self.message}, after {come}"


class DecodeError(GradientError):
    """A successful answer did not have the shape it was promised to have."""

    hint = "The API or something before it sent another shape; nothing was guessed"

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        json_path: str = "$",
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.json_path: str = json_path
        """Where in the JSON, for example `$.jobs[3].total_tokens`."""
        self.request_id: str | None = request_id
        """The server's name for the request, None when it gave none."""

    def _what(self) -> str:
        return f"cannot decode the answer at {self.json_path}: {self.message}"

    def _where(self) -> list[str]:
        return [*super()._where(), *_request_id(self.request_id)]


class PaginationError(GradientError):
    """The pages contradict each other, so the list could never be whole."""

    hint = "Try again; if it stays so, the server or something before it is at fault"

    def __init__(
        self, message: str, *, method: str = "", path: str = "", page: int = 0
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.page: int = page
        """Number of the page that gave it away, counted from 1."""


class StatusError(GradientError):
    """The server answered with a status other than 2xx."""

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        status: int = 0,
        id: str = "",  # noqa: A002  (the API's own word)
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.status: int = status
        """HTTP status code."""
        self.id: str = id
        """The API's short name of the error, `not_found` for example, or empty."""
        self.request_id: str | None = request_id
        """The server's name for the request, None when it gave none."""
        self.retry_after: float | None = retry_after
        """Seconds the server asked to wait, None when it did not."""

    def _what(self) -> str:
        name = f"{self.status} {self.id}".rstrip()
        return f"{name}: {self.message}" if self.message else name

    def _where(self) -> list[str]:
        wait = _retry_after(self.retry_after)
        return [*super()._where(), *_request_id(self.request_id), *wait]


class UnexpectedRedirectError(StatusError):
    """3xx: the server points elsewhere; the token is never taken there."""

    hint = "Check the base URL"


class BadRequestError(StatusError):
    """400: the server did not accept the request."""

    hint = "Check the arguments against what the server says"


class AuthenticationError(StatusError):
    """401: the token is missing, wrong or revoked."""

    hint = "Check the token: DIGITALOCEAN_ACCESS_TOKEN, or the one given to Client"


class PermissionDeniedError(StatusError):
    """403: the token is valid but not for this."""

    hint = "Check the scopes of the token"


class NotFoundError(StatusError):
    """404: there is no such thing in this account."""

    hint = "Check the id and the base URL, and that the token is of that account"


class ConflictError(StatusError):
    """409: it cannot be done in the present state."""

    hint = "Look at the present state, then ask again"


class UnprocessableEntityError(StatusError):
    """422: the request was understood but makes no sense to the server."""

    hint = "Check the arguments against what the server says"


class RateLimitError(StatusError):
    """429: too many requests for this token."""

    hint = "Wait for `retry_after` seconds, or send less from elsewhere"


class ServerError(StatusError):
    """5xx: the server failed."""

    hint = "Try again later, and name the request id to support"


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
    """Give the class for an HTTP status; odd ones are plain `StatusError`."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    families = {3: UnexpectedRedirectError, 5: ServerError}
    return families.get(status // 100, StatusError)


def _retry_after(value: float | None) -> list[str]:
    return [] if value is None else [f"retry after {value:.0f} s"]


def _request_id(value: str | None) -> list[str]:
    return [] if value is None else [f"request id {value}"]
