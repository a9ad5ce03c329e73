"""The error for several accounts at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from gradient_async.accounts.reports import AccountReport
from gradient_async.errors import GradientError


class _Message:
    """Lets errors store `message`, which exception groups have read-only."""

    message = ""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class AccountsError(_Message, GradientError, ExceptionGroup[GradientError]):
    """
    Some accounts failed, after everything was read from the others.

    It is an exception group, so `except*` works, and a traceback shows each error.
    """

    hint = "See `errors` for each account; the others were read completely"

    errors: Mapping[str, GradientError] = attrs.field(factory=dict, kw_only=True)
    """Error of each account that failed, by its name."""
    reports: Mapping[str, AccountReport] = attrs.field(factory=dict, kw_only=True)
    """Report of each account, by its name; empty for `Accounts.map`."""
    results: Mapping[str, object] = attrs.field(factory=dict, kw_only=True)
    """Results of `Accounts.map` from the accounts that did not fail, by their names."""

    def __new__(
        cls,
        message: str,
        exceptions: Iterable[GradientError] = (),
        /,
        *,
        errors: Mapping[str, GradientError] | None = None,
        **_: Any,
    ) -> Self:
        """Create the group of the errors."""
        errors = {} if errors is None else errors
        # Python refuses an empty group; an error is never raised without any.
        members = [*errors.values(), *exceptions] or [GradientError(message)]
        return super().__new__(cls, message, members)

    def __attrs_post_init__(self) -> None:
        """Keep what pickle needs to create the group again."""
        self.args = (self.message, self.exceptions)

    def _context(self) -> list[str]:
        return [f"{name}: {type(it).__name__}" for name, it in self.errors.items()]
