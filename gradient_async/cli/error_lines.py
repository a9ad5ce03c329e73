"""What the command writes about an error; pure."""

from __future__ import annotations

from typing import Final

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.cli.formatting import format_count
from gradient_async.errors import (
    AmbiguousNameError,
    AuthenticationError,
    DeadlineExceededError,
    GradientError,
    IndexingJobRunningError,
    IndexingJobTimeoutError,
    NotFoundError,
    ResponseTooLargeError,
    TokenError,
    UnknownNameError,
)

# Where the library's own hint is about Python. The first class that fits counts.
_HINTS: Final[tuple[tuple[type[GradientError], str], ...]] = (
    (
        AuthenticationError,
        "Check the account's token: `gradient-async accounts check`",
    ),
    (TokenError, "Check where the token comes from: `gradient-async accounts list`"),
    (NotFoundError, "Check the id, and the account: `--account`"),
    (UnknownNameError, "Check the spelling, and the account: `--account`"),
    (AmbiguousNameError, "Use one of these ids"),
    (
        IndexingJobRunningError,
        "Follow it with `gradient-async jobs watch`, or cancel it",
    ),
    (IndexingJobTimeoutError, "It goes on: follow it with `gradient-async jobs watch`"),
    (DeadlineExceededError, "Try again later"),
    (ResponseTooLargeError, "List fewer items at a time"),
    (accounts.UnknownAccountError, "See `gradient-async accounts list`"),
)

# For the commands that check tokens, and would otherwise be named as the next step.
_CHECKS: Final = frozenset({"accounts check", "auth status", "doctor"})
_REPLACE_IT: Final = (
    "Create a token at https://cloud.digitalocean.com/account/api/tokens, and put it "
    "where `gradient-async accounts list` says that it is"
)


def describe_error(error: GradientError, *, command: str = "") -> list[str]:
    """
    Return the lines that describe an error: one for each account that failed.

    Args:
        error: What failed.
        command: Name of the command that failed; empty for any but those about tokens.
    """
    if not isinstance(error, accounts.AccountsError):
        return [_describe(error, command)]
    return [
        _describe_failure(failure, command, written=error.reports[name].items)
        for name, failure in error.errors.items()
    ]


def _describe_failure(error: GradientError, command: str, *, written: int) -> str:
    """Return what failed in one account, and whether some of its items were written."""
    if not written:
        return _describe(error, command)
    items = format_count(written, "item")
    return f"{_describe(error, command)}. Written before the failure: {items}"


def _describe(error: GradientError, command: str) -> str:
    """Return what happened, and the next step in the words of the command."""
    hint = next((it for cls, it in _HINTS if isinstance(error, cls)), error.hint)
    if command in _CHECKS and isinstance(error, AuthenticationError):
        hint = _REPLACE_IT
    text = str(error).removesuffix(f". {error.hint}")
    return f"{text}. {hint}" if hint else text
