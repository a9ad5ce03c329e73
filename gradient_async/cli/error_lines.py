"""What the command writes about an error; pure."""

from __future__ import annotations

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.cli.formatting import format_count
from gradient_async.errors import GradientError


def describe_error(error: GradientError) -> list[str]:
    """Return the lines that describe an error: one for each account that failed."""
    if not isinstance(error, accounts.AccountsError):
        return [str(error)]
    return [
        _describe_failure(failure, written=error.reports[name].items)
        for name, failure in error.errors.items()
    ]


def _describe_failure(error: GradientError, *, written: int) -> str:
    """Return what failed in one account, and whether some of its jobs were written."""
    if not written:
        return str(error)
    return f"{error}. Written before the failure: {format_count(written, 'job')}"
