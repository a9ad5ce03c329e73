"""What is missing between two places of the log; pure."""

from __future__ import annotations

from collections.abc import Sequence

from gradient_async.changes import Lagged
from gradient_async.shared.log_entry import START, LogEntry, LogPosition, LogReset


def tell_gap(before: LogPosition, entries: Sequence[LogEntry]) -> list[LogEntry]:
    """
    Return entries with what is missing before them, if anything is.

    Args:
        before: The place of the latest entry that was read, `START` to begin with
            whatever there is.
        entries: What was read after it.
    """
    if not entries or before == START:
        return [*entries]
    number = entries[0].position.number
    if number == before.number + 1:
        return [*entries]
    lost = number - before.number - 1
    return [tell_loss(before, Lagged(count=lost) if lost > 0 else LogReset()), *entries]


def tell_loss(before: LogPosition, event: Lagged | LogReset) -> LogEntry:
    """Return an entry for what follows a place no longer."""
    return LogEntry(id=str(before), event=event)
