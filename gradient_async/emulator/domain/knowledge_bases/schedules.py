"""Schedules: when a knowledge base is indexed again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import SECOND, format_timestamps

_TIME: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_WEEK: Final = 7
_DAYS: Final = range(_WEEK + 1)


@attrs.frozen(kw_only=True)
class Schedule:
    """The days and time of one knowledge base; they are shown and start no job."""

    uuid: str
    knowledge_base_uuid: str
    days: tuple[int, ...]
    """As in cron: 1 is Monday, and both 0 and 7 are Sunday."""
    time: str
    """Hours and minutes in UTC, as HH:MM."""
    created_at: int

    def describe(self, now: int, *, is_deleted: bool = False) -> dict[str, object]:
        """Return its JSON, or what the response to its deletion shows."""
        return {
            "uuid": self.uuid,
            "knowledge_base_uuid": self.knowledge_base_uuid,
            "days": list(self.days),
            "time": f"{self.time}:00",
            "is_active": not is_deleted,
            **format_timestamps(
                created_at=self.created_at,
                updated_at=now if is_deleted else self.created_at,
                deleted_at=now if is_deleted else None,
                next_run_at=None if is_deleted else self.next_run(now),
            ),
        }

    def next_run(self, now: int) -> int:
        """Return when it is next due, later than now."""
        today = datetime.fromtimestamp(now // SECOND, UTC)
        hour, minute = map(int, self.time.split(":"))
        begin = today.replace(hour=hour, minute=minute, second=0)
        # Eight days: a run that is due now comes again on the same day of next week.
        runs = (begin + timedelta(days=days) for days in _DAYS)
        weekdays = {day % _WEEK for day in self.days}
        return next(
            int(run.timestamp()) * SECOND
            for run in runs
            if run > today and run.isoweekday() % _WEEK in weekdays
        )


def read_schedule(
    message: Message, knowledge_base_uuid: str, *, uuid: str, now: int
) -> Schedule:
    """Create the schedule that a request describes, or raise an `ApiError`."""
    days = tuple(message.integers("days"))
    if not days or not set(days) <= set(_DAYS):
        raise ApiError(422, "days must name at least one day, each 0 to 7.")
    time = message.string("time")
    if not _TIME.fullmatch(time):
        raise ApiError(422, "time must be HH:MM.")
    return Schedule(
        uuid=uuid,
        knowledge_base_uuid=knowledge_base_uuid,
        days=days,
        time=time,
        created_at=now,
    )
