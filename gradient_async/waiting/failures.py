"""Tell a failure that passes from one that stays; pure."""

from __future__ import annotations

from gradient_async.errors import (
    DeadlineExceededError,
    GradientError,
    ResponseTooLargeError,
    ServerError,
    StatusError,
    TLSError,
    TransportError,
)
from gradient_async.transport.retry import is_transient


def is_passing(error: BaseException) -> bool:
    """Say whether an error means "not now", so that a later look may succeed."""
    match error:
        case TLSError() | ResponseTooLargeError():
            return False
        case TransportError() | ServerError():
            return True
        case StatusError():
            return is_transient(error)
        case _:
            return isinstance(error, DeadlineExceededError)


def asked_wait(error: GradientError) -> float | None:
    """Give the seconds that an error asks to wait; None when it asks for nothing."""
    if isinstance(error, StatusError | DeadlineExceededError):
        return error.retry_after
    return None


def gravest(errors: list[Exception]) -> Exception:
    """Of several errors give the first that stays, or else the first."""
    return next((each for each in errors if not is_passing(each)), errors[0])
