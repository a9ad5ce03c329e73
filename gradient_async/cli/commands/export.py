"""The command `gradient-async jobs export`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.export.export import ExportFormat, complete_file, write_part
from gradient_async.cli.export.part_file import PartFile
from gradient_async.cli.export.state import ExportState
from gradient_async.cli.files import name_failed_file
from gradient_async.cli.formats.options import split_names
from gradient_async.cli.formats.parquet_format import import_pyarrow
from gradient_async.cli.formats.sheet import Sheet
from gradient_async.cli.formatting import format_count
from gradient_async.cli.job_options import JobOptions
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.errors import ConfigurationError
from gradient_async.models import IndexingJob

_FORMATS: Final[Mapping[str, ExportFormat]] = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
_ALL_JOBS: Final = JobOptions()


async def export_jobs(
    *,
    to: Path,
    output: Annotated[
        ExportFormat | None, Parameter(name=("--output", "-o"), show_default=False)
    ] = None,
    columns: Annotated[
        tuple[str, ...],
        Parameter(negative=(), converter=split_names, show_default=False),
    ] = (),
    resume: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    force: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    jobs: JobOptions = _ALL_JOBS,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Write indexing jobs to a file, newest first.

    The file gets its name once it is complete; until then it is `FILE.part`. If an
    account fails, or the export is interrupted, `--resume` goes on from there.

    Args:
        to: File to write; one that exists is replaced at the end.
        output: Format of the file; by default, its suffix.
        columns: Write only these columns, in this order, as in `uuid,status`.
        resume: Go on with an interrupted export, with the same options.
        force: Discard an interrupted export, and start over.
        jobs: Which jobs to write.
        connection: Which accounts to read.
    """
    if resume and force:
        msg = "--resume and --force exclude each other"
        raise ConfigurationError(msg)
    kind = output or _find_format(to)
    if kind == "parquet":
        import_pyarrow()
    JOBS.find(columns)
    async with connection.open() as chosen:
        sheet = Sheet(listing=JOBS, names=columns, accounts=connection.names_of(chosen))
        options = _describe(kind, columns, [*chosen], jobs)
        part = PartFile(
            to, ExportState(options=options, since=jobs.since, until=jobs.until)
        )
        with name_failed_file():
            await _export(chosen, jobs, part, sheet, kind, resume=resume, force=force)
    write_note(f"wrote {format_count(part.rows, 'job')} to {to}")


async def _export(
    chosen: accounts.Accounts,
    jobs: JobOptions,
    part: PartFile,
    sheet: Sheet[IndexingJob],
    kind: ExportFormat,
    *,
    resume: bool,
    force: bool,
) -> None:
    out = part.open(resume=resume, force=force)
    try:
        with out:
            stream = await _open_stream(chosen, jobs, part.state)
            await write_part(stream, part, out, sheet, kind)
            complete = complete_file(part, sheet, kind)
        # Windows does not rename a file that is open.
        part.publish(complete)
    except BaseException:
        _leave(part)
        raise


def _leave(part: PartFile) -> None:
    """Keep what there is of an incomplete export, and say so; or remove it."""
    if not part.state.rows:
        part.discard()
        return
    rows = format_count(part.state.rows, "job")
    write_note(f"incomplete: {part.path} has {rows}; go on with --resume")


async def _open_stream(
    chosen: accounts.Accounts, jobs: JobOptions, state: ExportState
) -> accounts.AccountStream[IndexingJob]:
    """Return what is left of the jobs; any failure ends it."""
    # An age such as `7d` counts from when the export began.
    same = attrs.evolve(jobs, since=state.since, until=state.until)
    left = None if jobs.limit is None else jobs.limit - state.rows
    return await same.open_stream(
        chosen, on_error="raise", start=state.position, max_items=left
    )


def _find_format(path: Path) -> ExportFormat:
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        msg = f"choose the format with --output: {', '.join(_FORMATS.values())}"
        raise ConfigurationError(msg)
    return kind


def _describe(
    kind: str, columns: tuple[str, ...], names: list[str], jobs: JobOptions
) -> dict[str, str]:
    """Return the options that decide what is written, apart from times."""
    return {
        "--output": kind,
        "--columns": json.dumps(columns),
        "choice of accounts": json.dumps(sorted(names)),
        "--status": json.dumps(sorted({*jobs.all_statuses})),
        "--knowledge-base": json.dumps(jobs.knowledge_base),
        "--limit": json.dumps(jobs.limit),
    }
