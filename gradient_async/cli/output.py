"""
Output formats for lists of jobs: JSON, JSON lines and CSV here, tables in `table`.

Headings and brackets are written with the first job, or at the end of an empty list: a
failure before the first job must not look like an empty list.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, Mapping, Sequence
from functools import cache
from typing import Final, Literal, Protocol, TextIO, TypeAlias

import attrs
import msgspec

from gradient_async.cli.escaping import escape_cell, escape_json
from gradient_async.cli.rows import Row
from gradient_async.cli.table import write_table
from gradient_async.models import IndexingJob

OutputFormat: TypeAlias = Literal["table", "json", "jsonl", "csv"]

CSV_COLUMNS: Final = (
    "uuid",
    "knowledge_base_uuid",
    "phase",
    "status",
    "created_at",
    "updated_at",
    "started_at",
    "finished_at",
    "duration_seconds",
    "completed_datasources",
    "total_datasources",
    "total_tokens",
    "is_report_available",
)
"""Columns of the CSV format after `account`; new ones are added at the end."""


class Writer(Protocol):
    """Writes jobs to a file, each as soon as it arrives."""

    async def __call__(
        self, rows: AsyncIterable[Row], out: TextIO, *, accounts: Sequence[str] = ()
    ) -> None:
        """Write all rows, with their account if `accounts` has the names of any."""
        ...


async def write_json_lines(
    rows: AsyncIterable[Row], out: TextIO, *, accounts: Sequence[str] = ()
) -> None:
    """Write each job, with all its fields, as a JSON object on a line."""
    async for row in rows:
        text = _to_json(row, with_account=bool(accounts))
        out.write(f"{escape_json(text, out.encoding)}\n")
        # A pipe's reader would otherwise wait until a buffer of many jobs is full.
        out.flush()


async def write_json(
    rows: AsyncIterable[Row], out: TextIO, *, accounts: Sequence[str] = ()
) -> None:
    """
    Write one JSON array.

    After an error the array stays open, so that no parser accepts an incomplete list.
    """
    before, end = "[\n", "[]\n"
    async for row in rows:
        text = _to_json(row, with_account=bool(accounts))
        out.write(f"{before}{escape_json(text, out.encoding)}")
        out.flush()
        before, end = ",\n", "\n]\n"
    out.write(end)
    out.flush()


async def write_csv(
    rows: AsyncIterable[Row], out: TextIO, *, accounts: Sequence[str] = ()
) -> None:
    """Write a heading and a row for each job; a missing value is an empty cell."""
    columns = ("account", *CSV_COLUMNS) if accounts else CSV_COLUMNS
    table: csv.DictWriter[str] = csv.DictWriter(
        out, columns, extrasaction="ignore", lineterminator="\n"
    )
    write_heading_once = cache(table.writeheader)
    async for row in rows:
        write_heading_once()
        table.writerow(_to_cells(row))
        out.flush()
    write_heading_once()
    out.flush()


WRITERS: Final[Mapping[OutputFormat, Writer]] = {
    "table": write_table,
    "json": write_json,
    "jsonl": write_json_lines,
    "csv": write_csv,
}


def _to_json(row: Row, *, with_account: bool) -> str:
    # msgspec alone would sort the fields and omit those of older API versions.
    values = attrs.asdict(row.job)
    account = {"account": row.account} if with_account else {}
    # Inherited fields, which few responses carry, come last.
    own = {name: values[name] for name in IndexingJob.__annotations__}
    return msgspec.json.encode(account | own | values).decode()


def _to_cells(row: Row) -> Mapping[str, object]:
    cells: dict[str, object] = msgspec.to_builtins(row.job)
    duration = row.job.duration
    cells |= {
        "account": row.account,
        "duration_seconds": None if duration is None else duration.total_seconds(),
        # `true`, as in JSON; csv would write `True`.
        "is_report_available": str(row.job.is_report_available).lower(),
    }
    return {name: escape_cell(cell) for name, cell in cells.items()}
