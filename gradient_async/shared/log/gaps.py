"""What is missing between two places of the log; pure."""

from __future__ import annotations

from collections.abc import Iterable

from gradient_async.changes import Lagged
from gradient_async.shared.log.entry import LogEntry, LogPosition, LogReset


def tell_gaps(before: LogPosition, entries: Iterable[LogEntry]) -> list[LogEntry]:
    """
    Return entries with what is missing before and between them, if anything is.

    Args:
        before: The place of the latest entry that was read. Without a number it is a
            time, or `START`, and whatever follows is complete.
        entries: What was read after it.
    """
    found = list[LogEntry]()
    for entry in entries:
        lost = entry.position.number - before.number - 1
        if lost and before.number:
            event = Lagged(count=lost) if lost > 0 else LogReset()
            found.append(tell_loss(before, event))
        found.append(entry)
        before = entry.position
    return found


def tell_loss(before: LogPosition, event: Lagged | LogReset) -> LogEntry:
    """Return an entry for what follows a place no longer."""
    return LogEntry(id=str(before), event=event)
