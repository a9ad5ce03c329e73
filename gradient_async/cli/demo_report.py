"""A short report on the jobs of several accounts, for the demo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Column, Table
from rich.text import Text

from gradient_async.cli.reasons import reason_of_job
from gradient_async.cli.rows import Row
from gradient_async.models import IndexingJob


def render_report(rows: Sequence[Row[IndexingJob]]) -> Table:
    """Render how many jobs of each account succeeded, and what they used."""
    table = Table(
        "ACCOUNT",
        *(
            Column(title, justify="right")
            for title in ("JOBS", "WHOLE", "PARTIAL", "FAILED", "TOKENS")
        ),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for account in dict.fromkeys(sorted(row.account for row in rows)):
        jobs = [row.item for row in rows if row.account == account]
        table.add_row(Text(account), *_numbers(jobs))
    return table


def _numbers(jobs: Sequence[IndexingJob]) -> list[Text]:
    whole = sum(job.succeeded for job in jobs)
    partial = sum(job.is_partial for job in jobs)
    failed = len(jobs) - whole - partial
    tokens = sum(job.total_tokens for job in jobs)
    return [
        Text(f"{len(jobs):,}"),
        Text(f"{whole / len(jobs):.0%}", "green"),
        Text(f"{partial:,}", "yellow"),
        Text(f"{failed:,}", "red"),
        Text(f"{tokens:,}"),
    ]


def describe_partial(jobs: Iterable[IndexingJob]) -> list[str]:
    """Return a line for each job that is partial, with its reason."""
    return [
        f"Job {job.uuid[:8]} is partial: {reason_of_job(job)}"
        for job in jobs
        if job.is_partial
    ]
