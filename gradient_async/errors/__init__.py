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

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

__all__ = [
    "AmbiguousNameError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DatabaseFailedError",
    "DatabaseTimeoutError",
    "DeadlineExceededError",
    "DecodeError",
    "GradientError",
    "IndexingJobFailedError",
    "IndexingJobRunningError",
    "IndexingJobTimeoutError",
    "LeaseLostError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PaginationError",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitError",
    "ResponseTooLargeError",
    "ServerError",
    "SharedStoreError",
    "StatusError",
    "TLSError",
    "TokenError",
    "TransportError",
    "UnexpectedRedirectError",
    "UnknownNameError",
    "UnprocessableEntityError",
    "UploadError",
]

if TYPE_CHECKING:
    from gradient_async.errors.base import *
    from gradient_async.errors.calls import *
    from gradient_async.errors.resources import *
    from gradient_async.errors.shared import *
    from gradient_async.errors.status import *
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.errors.base": (
                "GradientError ConfigurationError ClientClosedError TokenError"
            ),
            "gradient_async.errors.calls": (
                "TransportError ConnectError TLSError ConnectionLostError "
                "ProtocolError ResponseTooLargeError OutcomeUnknownError "
                "DeadlineExceededError DecodeError"
            ),
            "gradient_async.errors.resources": (
                "IndexingJobTimeoutError IndexingJobFailedError "
                "IndexingJobRunningError DatabaseTimeoutError DatabaseFailedError "
                "UnknownNameError AmbiguousNameError UploadError PaginationError"
            ),
            "gradient_async.errors.shared": "SharedStoreError LeaseLostError",
            "gradient_async.errors.status": (
                "StatusError UnexpectedRedirectError BadRequestError "
                "AuthenticationError PermissionDeniedError NotFoundError "
                "ConflictError UnprocessableEntityError RateLimitError ServerError"
            ),
        },
    )
