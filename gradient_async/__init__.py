"""
An asyncio client for DigitalOcean's Gradient AI platform.

    async with Client() as client:
        async for job in client.iter_indexing_jobs():
            print(job.uuid, job.status, job.total_tokens)
"""

from importlib.metadata import version as _version

from gradient_async.client import Client
from gradient_async.codec import JSON
from gradient_async.errors import (
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    NotFoundError,
    OutcomeUnknownError,
    PaginationError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    ResponseTooLargeError,
    ServerError,
    StatusError,
    TLSError,
    TransportError,
    UnexpectedRedirectError,
    UnprocessableEntityError,
)
from gradient_async.models import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.paging import Page, Paginator, Position
from gradient_async.transport.credentials import Token
from gradient_async.transport.observe import Attempt, OnAttempt
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.sliding_log import RateLimit, Window

__all__ = [
    "JSON",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DecodeError",
    "GradientError",
    "IndexedDataSource",
    "IndexedDataSourceStatus",
    "IndexingJob",
    "IndexingJobPhase",
    "IndexingJobStatus",
    "NotFoundError",
    "OnAttempt",
    "OutcomeUnknownError",
    "Page",
    "PaginationError",
    "Paginator",
    "PermissionDeniedError",
    "Position",
    "ProtocolError",
    "RateLimit",
    "RateLimitError",
    "ResponseTooLargeError",
    "RetryPolicy",
    "ServerError",
    "StatusError",
    "TLSError",
    "Token",
    "TransportError",
    "UnexpectedRedirectError",
    "UnprocessableEntityError",
    "Window",
]


def __getattr__(name: str) -> str:
    """Read the version from the installed package, when it is asked for."""
    if name == "__version__":
        return _version("gradient-async")
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
