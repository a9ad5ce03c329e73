"""Make one call per account, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TypeVar, cast

from gradient_async.accounts.errors import AccountsError
from gradient_async.accounts.lane import name_account
from gradient_async.accounts.reactions import Reaction
from gradient_async.client import Client
from gradient_async.errors import GradientError
from gradient_async.tick_limit import STARTS_PER_TICK

T = TypeVar("T")


class AccountResults(Mapping[str, T]):
    """The result of each account by its name, without those that failed."""

    def __init__(
        self, results: Mapping[str, T], errors: Mapping[str, GradientError]
    ) -> None:
        self._results = results
        self.errors: Mapping[str, GradientError] = errors
        """Error of each account that failed, by its name."""

    @property
    def is_complete(self) -> bool:
        """Whether no account failed."""
        return not self.errors

    def __getitem__(self, account: str) -> T:
        """Return the result of an account; KeyError if it failed, with the cause."""
        if account in self._results:
            return self._results[account]
        raise KeyError(account) from self.errors.get(account)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the accounts that did not fail."""
        return iter(self._results)

    def __len__(self) -> int:
        """Return the number of accounts that did not fail."""
        return len(self._results)

    def __repr__(self) -> str:
        """Return the numbers of results and of errors."""
        return f"<AccountResults {len(self)} results, {len(self.errors)} errors>"


async def call_each(
    openers: Mapping[str, Callable[[], Client]],
    call: Callable[[Client], Awaitable[T]],
    *,
    on_error: Reaction,
) -> AccountResults[T]:
    """
    Make a call with each client, concurrently, and collect results and errors.

    The clients are opened when their turn comes, a few per tick of the event loop.

    An error that is to be raised, or is no `GradientError`, cancels the other calls.

    Raises:
        AccountsError: Accounts have failed; it has the results of the others.
        GradientError: An account has failed, and `on_error` is `"raise"`.
    """
    errors: dict[str, GradientError] = {}

    async def run(name: str, open_client: Callable[[], Client]) -> T | None:
        try:
            return await call(open_client())
        except Exception as error:
            name_account(error, name)
            if not isinstance(error, GradientError) or on_error == "raise":
                raise
            errors[name] = error
        return None

    tasks: dict[str, asyncio.Task[T | None]] = {}
    try:
        async with asyncio.TaskGroup() as group:
            for name, open_client in openers.items():
                tasks[name] = group.create_task(run(name, open_client))
                if len(tasks) % STARTS_PER_TICK == 0:
                    await asyncio.sleep(0)
    except BaseExceptionGroup as group_error:
        # The first says it all: it has cancelled the others.
        failure = group_error.exceptions[0]
    else:
        done = {name: it.result() for name, it in tasks.items() if name not in errors}
        # In the accounts' order, not in the order in which they failed.
        errors = {name: errors[name] for name in tasks if name in errors}
        return _check(AccountResults(cast("dict[str, T]", done), errors), on_error)
    raise failure


def _check(results: AccountResults[T], on_error: Reaction) -> AccountResults[T]:
    if not results.errors or on_error == "collect":
        return results
    count = len(results.errors)
    msg = f"{count} of {count + len(results)} accounts failed"
    raise AccountsError(msg, errors=results.errors, results=results)
