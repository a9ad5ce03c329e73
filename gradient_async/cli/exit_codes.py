"""What an error means to a shell; pure."""

from __future__ import annotations

from enum import IntEnum

from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    GradientError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)


class ExitCode(IntEnum):
    """How the command ended, as a shell sees it."""

    FINE = 0
    """Done, or the reader of a pipe had enough."""
    FAILED = 1
    """The API or the way to it failed."""
    USAGE = 2
    """An argument, an option or a setting cannot work."""
    DENIED = 3
    """The token is wrong, or not for this."""
    NOT_FOUND = 4
    """There is no such thing in this account."""
    TRY_LATER = 5
    """The rate limit or the time was used up."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; 128 and the number of the signal."""


def exit_code(error: GradientError) -> ExitCode:
    """Give the exit code for an error."""
    match error:
        case ConfigurationError():
            return ExitCode.USAGE
        case AuthenticationError() | PermissionDeniedError():
            return ExitCode.DENIED
        case NotFoundError():
            return ExitCode.NOT_FOUND
        case RateLimitError() | DeadlineExceededError():
            return ExitCode.TRY_LATER
        case _:
            return ExitCode.FAILED
