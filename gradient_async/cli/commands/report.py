"""The command `gradient-async jobs report`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.columns import Listing
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.error_lines import describe_error
from gradient_async.cli.files import replace_when_complete
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.formats.sheet import Sheet
from gradient_async.cli.formats.table_format import write_table
from gradient_async.cli.job_options import BaseJobOptions
from gradient_async.cli.list_progress import show_progress
from gradient_async.cli.report.bases import read_bases
from gradient_async.cli.report.listings import REASONS, SOURCES, list_groups
from gradient_async.cli.report.page import PageFacts, render_page
from gradient_async.cli.report.report import GroupBy, Report
from gradient_async.cli.rows import (
    Row,
    iterate,
    iterate_rows,
    raise_for_failures,
    read_rows,
)
from gradient_async.errors import GradientError
from gradient_async.models import IndexingJob

T = TypeVar("T")

_ALL_JOBS: Final = BaseJobOptions()
_MOST_FAILURES: Final = 10


async def report_jobs(
    *,
    by: GroupBy = "knowledge-base",
    html: Path | None = None,
    jobs: BaseJobOptions = _ALL_JOBS,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Sum up indexing jobs: success, tokens, cost, durations, and why sources failed.

    The cost is that of the tokens at the price of the knowledge base's embedding model;
    it is `unknown` where that is, and `>=` where it is for some of the tokens.

    Args:
        by: What to sum up by; days are those of the creation, in UTC.
        html: Also write a page with tables and charts to this file.
        jobs: Which jobs to sum up.
        output: How to write the sums.
        connection: Which accounts to read.
    """
    list_groups(by).find(output.columns)
    page = nullcontext() if html is None else replace_when_complete(html)
    async with connection.open() as chosen:
        with page as file:
            report, stream = await _read(chosen, by, jobs)
            if file is not None:
                facts = PageFacts(
                    accounts=connection.names_of(chosen),
                    since=jobs.since,
                    until=jobs.until,
                    written=datetime.now(UTC),
                    errors=[*map(_describe, stream.errors.values())],
                )
                file.write(render_page(report, facts))
        await _write(report, output, accounts=connection.names_of(chosen))
    if html is not None:
        write_note(f"wrote {html}")
    raise_for_failures(stream)


async def _read(
    chosen: accounts.Accounts, by: GroupBy, jobs: BaseJobOptions
) -> tuple[Report, accounts.AccountStream[IndexingJob]]:
    """Read all jobs, and return their report, and the stream that has ended."""
    directory = await read_bases(chosen)
    for account, error in directory.problems.items():
        text = f"names or prices of account {account} are unknown: {_describe(error)}"
        write_note(text)
    report = Report(by, directory.bases)
    stream = await jobs.open_stream(chosen, on_error="collect")
    async with show_progress(stream, lambda: report.total.jobs):
        async for row in read_rows(stream):
            report.add(row.account, row.item)
    return report, stream


def _describe(error: GradientError) -> str:
    return "; ".join(describe_error(error))


async def _write(
    report: Report, output: OutputOptions, *, accounts: tuple[str, ...]
) -> None:
    """Write the groups; as a table also their total, and what failed."""
    names = accounts if report.by == "knowledge-base" else ()
    rows = [Row(account, group) for account, group in report.groups]
    is_table = output.format == "table"
    if is_table and len(rows) > 1:
        rows.append(Row("", report.total))
    listing = list_groups(report.by, [row.item for row in rows])
    await output.write(iterate_rows(rows), listing, accounts=names)
    if output.is_for_people:
        await _write_more(report.reasons, REASONS, output)
        await _write_more(report.sources, SOURCES, output)


async def _write_more(
    items: Iterable[T], listing: Listing[T], output: OutputOptions
) -> None:
    """Write another table below the first, with at most ten rows."""
    shown = [*items][:_MOST_FAILURES]
    if shown:
        sys.stdout.write("\n")
    sheet = Sheet(listing=listing, is_wide=output.wide)
    await write_table(iterate(shown), sys.stdout, sheet)
