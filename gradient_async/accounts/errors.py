"""The errors of several accounts: some failed, or there is none of a name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final, Self

import attrs

from gradient_async.accounts.reports import AccountReport
from gradient_async.errors import GradientError

_MAX_NAMES: Final = 10
"""Number of accounts that the text names."""


class _Message:
    """Lets errors store `message`, which exception groups have read-only."""

    message = ""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class AccountsError(_Message, GradientError, ExceptionGroup[GradientError]):
    """
    Some accounts failed, and the others were read or called.

    It is an exception group, so `except*` works, and a traceback shows each error.
    """

    _hint = "See `errors` for each account"

    errors: Mapping[str, GradientError] = attrs.field(factory=dict, kw_only=True)
    """Error of each account that failed, by its name."""
    reports: Mapping[str, AccountReport] = attrs.field(factory=dict, kw_only=True)
    """Report of each account, by its name; empty for `Accounts.map`."""
    results: Mapping[str, object] = attrs.field(factory=dict, kw_only=True)
    """Results of `Accounts.map` from the accounts that did not fail, by their names."""

    def __new__(
        cls,
        message: str,
        *,
        errors: Mapping[str, GradientError] | None = None,
        **_: Any,
    ) -> Self:
        """Create the group of the errors."""
        members = [*errors.values()] if errors else []
        # Python refuses an empty group; an error is never raised without any.
        return super().__new__(cls, message, members or [GradientError(message)])

    def _context(self) -> list[str]:
        failures = islice(self.errors.items(), _MAX_NAMES)
        names = [f"{name}: {type(error).__name__}" for name, error in failures]
        if len(self.errors) > _MAX_NAMES:
            names.append(f"and {len(self.errors) - _MAX_NAMES} more")
        return [*super()._context(), *names]

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy with the errors, which the group is made of."""
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(
    cls: type[AccountsError], message: str, state: dict[str, Any]
) -> AccountsError:
    error = cls.__new__(cls, message, errors=state["errors"])
    error.args = (message,)
    error.__dict__.update(state)
    return error


class UnknownAccountError(GradientError, KeyError):
    """There is no account of this name; nothing was sent."""

    _hint = "See `list(accounts)`"
    http_status = 404
