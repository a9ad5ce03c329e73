"""How the parts of a job look in a terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from rich.text import Text

from gradient_async.models import IndexingJobPhase, IndexingJobStatus, OpenEnum
from gradient_async.printable import printable

NOTHING: Final = "-"
"""What stands for a value that is not there."""

_STYLES: Final[dict[OpenEnum, str]] = {
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


def noun_for(number: int, noun: str) -> str:
    """Give a noun in the plural, unless there is one of it."""
    return noun if number == 1 else f"{noun}s"


def count(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun_for(number, noun)}"


def style_of(value: OpenEnum) -> str:
    """Give the colour of a phase or status; none for an unknown one."""
    return _STYLES.get(value, "")


def show_name(value: OpenEnum) -> Text:
    """Show a phase or status: its short name, or an undeclared value as it came."""
    name = value.name.lower() if value.is_known else printable(value)
    return Text(name, style=style_of(value))


def show_moment(moment: datetime | None) -> Text:
    """Show a time in RFC 3339, UTC, to the second."""
    if moment is None:
        return Text(NOTHING)
    text = moment.astimezone(UTC).isoformat(timespec="seconds")
    return Text(text.replace("+00:00", "Z"))


def show_duration(duration: timedelta | None) -> Text:
    """Show hours, minutes and seconds."""
    if duration is None:
        return Text(NOTHING)
    return Text(str(timedelta(seconds=round(duration.total_seconds()))))
