"""The rows of a list of jobs, which may be those of several accounts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import NamedTuple

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.models import IndexingJob


class Row(NamedTuple):
    """A job, and the account that it comes from."""

    account: str
    """Name of the account; empty where there is only one, without a name."""
    job: IndexingJob


async def read_jobs(jobs: AsyncIterable[IndexingJob]) -> AsyncIterator[Row]:
    """Yield the jobs of the only account."""
    async for job in jobs:
        yield Row("", job)


async def read_accounts(
    stream: accounts.AccountStream[IndexingJob],
) -> AsyncGenerator[Row, None]:
    """
    Yield the jobs of several accounts.

    Raises:
        AccountsError: Every account failed, so that the list must not look complete.
    """
    async for account, job in stream:
        yield Row(account, job)
    if all(report.error for report in stream.reports.values()):
        raise_for_failures(stream)


def raise_for_failures(stream: accounts.AccountStream[IndexingJob]) -> None:
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
