"""How schedules are listed."""

from __future__ import annotations

from typing import Final

from gradient_async.cli.columns import Column, ColumnType, Listing
from gradient_async.models import ScheduledIndexing

# As in cron, where 0 and 7 are the same day.
DAY_NAMES: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def name_day(day: int) -> str:
    """Return the name of a day of the week; a number for an unknown one."""
    return DAY_NAMES[day] if day in range(len(DAY_NAMES)) else str(day)


_PLAIN: Final = (
    *("knowledge_base_uuid", "time", "is_active", "last_ran_at", "next_run_at"),
    *("uuid", "created_at", "updated_at"),
)

SCHEDULES: Final = Listing[ScheduledIndexing](
    noun="schedule",
    columns=(
        Column("knowledge_base_uuid", title="KNOWLEDGE BASE", width=36),
        Column("days", width=27),
        Column("time", title="TIME (UTC)"),
        Column("is_active", ColumnType.FLAG, title="ACTIVE"),
        Column("last_ran_at", ColumnType.TIME, title="LAST RUN", width=20),
        Column("next_run_at", ColumnType.TIME, title="NEXT RUN", width=20),
        Column("uuid", width=36),
        Column("created_at", ColumnType.TIME, title="CREATED", width=20),
        Column("updated_at", ColumnType.TIME, title="UPDATED", width=20),
    ),
    table=("knowledge_base_uuid", "days", "time", "is_active", "next_run_at"),
    to_row=lambda schedule: {
        **{name: getattr(schedule, name) for name in _PLAIN},
        "days": ",".join(map(name_day, schedule.days)),
    },
    to_dict=ScheduledIndexing.to_dict,
)
"""Schedules by which knowledge bases are indexed."""
