"""How values of a job are formatted for a terminal."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.text import Text

from gradient_async.models import (
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    OpenEnum,
)
from gradient_async.printable import printable

_MISSING: Final = "-"

_COLOURS: Final[dict[OpenEnum, str]] = {
    IndexingJobPhase.PENDING: "blue",
    IndexingJobPhase.RUNNING: "blue",
    IndexingJobPhase.SUCCEEDED: "green",
    IndexingJobPhase.FAILED: "red",
    IndexingJobPhase.ERROR: "bold red",
    IndexingJobPhase.CANCELLED: "magenta",
    IndexingJobStatus.PENDING: "blue",
    IndexingJobStatus.IN_PROGRESS: "blue",
    IndexingJobStatus.COMPLETED: "green",
    IndexingJobStatus.NO_CHANGES: "cyan",
    IndexingJobStatus.PARTIAL: "yellow",
    IndexingJobStatus.FAILED: "red",
    IndexingJobStatus.CANCELLED: "magenta",
}


def pluralize(noun: str, number: int) -> str:
    """Return `noun` in the singular or plural that `number` requires."""
    return noun if number == 1 else f"{noun}s"


def format_count(number: int, noun: str) -> str:
    """Format a number of things, such as `5,000 jobs`."""
    return f"{number:,} {pluralize(noun, number)}"


def colour_of(value: OpenEnum) -> str:
    """Return the colour of a phase or status; empty for an undeclared one."""
    return _COLOURS.get(value, "")


def format_enum(value: OpenEnum) -> Text:
    """Format a phase or status: its short name, or an undeclared value as received."""
    name = value.name.lower() if value.is_known else printable(value)
    return Text(name, style=colour_of(value))


def format_time(moment: datetime | None) -> Text:
    """Format a time as RFC 3339 in UTC, to the second."""
    if moment is None:
        return Text(_MISSING)
    with suppress(OverflowError):
        # Otherwise it has no UTC form, in the first or last hours of the calendar.
        moment = moment.astimezone(UTC)
    text = moment.isoformat(timespec="seconds")
    return Text(text.replace("+00:00", "Z"))


def format_duration(duration: timedelta | None) -> Text:
    """Format a duration as hours, minutes and seconds."""
    if duration is None:
        return Text(_MISSING)
    return Text(str(timedelta(seconds=round(duration.total_seconds()))))


def format_sources(job: IndexingJob) -> str:
    """Format how many data sources of a job are completed, of how many."""
    return f"{job.completed_datasources}/{job.total_datasources}"
