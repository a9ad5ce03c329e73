"""Exit codes of the command; pure."""

from __future__ import annotations

from enum import IntEnum

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.errors import (
    AmbiguousNameError,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    GradientError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnknownNameError,
)


class ExitCode(IntEnum):
    """Exit code of the command."""

    SUCCESS = 0
    """Everything was written, or the reader of the pipe closed it."""
    FAILURE = 1
    """The API or the network failed, or the output could not be written."""
    USAGE = 2
    """An argument, an option or a setting is invalid."""
    DENIED = 3
    """The token is wrong or lacks a permission."""
    NOT_FOUND = 4
    """There is no such account, or it has nothing of that name or id."""
    TRY_LATER = 5
    """The rate limit or a deadline was exceeded."""
    PARTIAL = 6
    """Some accounts failed, and the output has what the others have; or a job that was
    waited for ended partial."""
    JOB_FAILED = 7
    """A job that was waited for failed or was cancelled."""
    INTERRUPTED = 130
    """Interrupted by Ctrl-C: 128 plus the number of SIGINT."""


def exit_code(error: GradientError) -> ExitCode:
    """Return the exit code for an error."""
    match error:
        case ConfigurationError() | AmbiguousNameError():
            return ExitCode.USAGE
        case AuthenticationError() | PermissionDeniedError():
            return ExitCode.DENIED
        case NotFoundError() | UnknownNameError() | accounts.UnknownAccountError():
            return ExitCode.NOT_FOUND
        case RateLimitError() | DeadlineExceededError():
            return ExitCode.TRY_LATER
        case accounts.AccountsError():
            return _exit_code_of_accounts(error)
        case _:
            return ExitCode.FAILURE


def _exit_code_of_accounts(error: accounts.AccountsError) -> ExitCode:
    if len(error.errors) < len(error.reports):
        return ExitCode.PARTIAL
    codes = {exit_code(failure) for failure in error.errors.values()}
    return codes.pop() if len(codes) == 1 else ExitCode.FAILURE
