"""The commands for indexing jobs, `gradient-async jobs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter, Token
from cyclopts.validators import Number

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.cli.account_options import AccountOptions
from gradient_async.cli.output import WRITERS, OutputFormat
from gradient_async.cli.proxy import Proxy, find_proxy
from gradient_async.cli.rows import raise_for_failures, read_accounts, read_jobs
from gradient_async.cli.time_arguments import parse_since
from gradient_async.client import Client
from gradient_async.models import IndexingJobStatus
from gradient_async.resources.job_filter import JobFilters


def _parse_since(_: object, tokens: Sequence[Token]) -> datetime:
    return parse_since(tokens[0].value, now=datetime.now(UTC))


def _parse_statuses(_: object, tokens: Sequence[Token]) -> list[IndexingJobStatus]:
    names = ",".join(token.value for token in tokens).split(",")
    return [IndexingJobStatus.parse(name.strip()) for name in names]


async def list_jobs(
    *,
    # Without `negative=()`, cyclopts would add an option `--empty-status`.
    statuses: Annotated[
        list[IndexingJobStatus] | None,
        Parameter(name="--status", negative=(), converter=_parse_statuses),
    ] = None,
    knowledge_base: str | None = None,
    since: Annotated[datetime | None, Parameter(converter=_parse_since)] = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    output: OutputFormat = "table",
    proxy: Proxy = None,
    account_options: AccountOptions = AccountOptions(),  # noqa: B008  (frozen)
) -> None:
    """
    List indexing jobs, newest first.

    The token in DIGITALOCEAN_ACCESS_TOKEN is the account `default`, the one in
    DIGITALOCEAN_ACCESS_TOKEN_PROD the account `prod`, and so on. Without an option
    for accounts, only `default` is listed if there is one, or else all of them.

    Args:
        statuses: Keep only jobs with this status. Separate several with commas, as in
            `failed,partial`, or repeat the option.
        knowledge_base: Keep only jobs of the knowledge base with this UUID.
        since: Keep only jobs created at this time or later: `7d`, `24h`, `90m`,
            `2026-01-31` or an RFC 3339 time.
        limit: Maximum number of jobs to list.
        output: Output format; `json`, `jsonl` and `csv` are for other programs.
        proxy: URL of an HTTP proxy, instead of the one in HTTPS_PROXY or ALL_PROXY.
        account_options: Which accounts to list.
    """
    filters = JobFilters(
        statuses=statuses, knowledge_base_uuid=knowledge_base, created_after=since
    )
    if account_options.is_plain:
        await _list_plain(filters, limit, output, proxy)
    else:
        await _list_accounts(account_options, filters, limit, output, proxy)


async def _list_plain(
    filters: JobFilters, limit: int | None, output: OutputFormat, proxy: str | None
) -> None:
    async with Client(proxy=find_proxy(proxy)) as client:
        jobs = client.iter_indexing_jobs(max_items=limit, **filters)
        await WRITERS[output](read_jobs(jobs), sys.stdout)


async def _list_accounts(
    options: AccountOptions,
    filters: JobFilters,
    limit: int | None,
    output: OutputFormat,
    proxy: str | None,
) -> None:
    everyone = accounts.Accounts(options.read(), proxy=find_proxy(proxy))
    async with everyone:
        chosen = everyone.select(names=options.names or None)
        stream = chosen.iter_indexing_jobs(
            order="newest", max_items=limit, on_error="collect", **filters
        )
        async with aclosing(read_accounts(stream)) as rows:
            await WRITERS[output](rows, sys.stdout, accounts=tuple(chosen))
        raise_for_failures(stream)
