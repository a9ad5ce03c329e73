"""The rows of a list, which may be those of several accounts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import Generic, NamedTuple, TypeVar

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts

T = TypeVar("T")


class Row(NamedTuple, Generic[T]):
    """An item, and the account that it comes from."""

    account: str
    """Name of the account."""
    item: T


async def read_rows(stream: accounts.AccountStream[T]) -> AsyncGenerator[Row[T], None]:
    """
    Yield the items of all accounts.

    Raises:
        AccountsError: Every account failed, so that the list must not look complete.
    """
    async for account, item in stream:
        yield Row(account, item)
    if all(report.error for report in stream.reports.values()):
        raise_for_failures(stream)


def iterate(items: Iterable[T]) -> AsyncGenerator[Row[T], None]:
    """Yield items of the only account chosen, which is not named."""
    return iterate_rows(Row("", item) for item in items)


async def iterate_rows(rows: Iterable[Row[T]]) -> AsyncGenerator[Row[T], None]:
    """Yield rows that are all there."""
    for row in rows:
        yield row


def raise_for_failures(stream: accounts.AccountStream[T]) -> None:
    """
    Raise if accounts have failed.

    Raises:
        AccountsError: It names each account that failed.
    """
    reports = stream.reports
    errors = {name: it.error for name, it in reports.items() if it.error is not None}
    if errors:
        msg = f"{len(errors)} of {len(reports)} accounts failed"
        raise accounts.AccountsError(msg, errors=errors, reports=reports)
