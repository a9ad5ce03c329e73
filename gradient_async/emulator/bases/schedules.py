"""Schedules: when a knowledge base is to be indexed again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.timestamps import SECOND, timestamp

_TIME: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_WEEK: Final = 7
_DAYS: Final = range(_WEEK + 1)


@attrs.frozen(kw_only=True)
class Schedule:
    """The days and the time for one knowledge base; it is shown and starts nothing."""

    uuid: str
    knowledge_base_uuid: str
    days: tuple[int, ...]
    """As in cron: 1 is Monday, and both 0 and 7 are Sunday."""
    time: str
    """Hours and minutes in UTC, as HH:MM."""
    created_at: int

    def describe(self, now: int) -> dict[str, object]:
        """Write it as in the API's JSON."""
        return self._common(self.created_at) | {
            "is_active": True,
            "next_run_at": timestamp(self.next_run(now)),
        }

    def describe_deleted(self, now: int) -> dict[str, object]:
        """Write it as in the API's JSON, as it is when it has just been deleted."""
        return self._common(now) | {"is_active": False, "deleted_at": timestamp(now)}

    def next_run(self, now: int) -> int:
        """Tell when its time comes next, after now."""
        today = datetime.fromtimestamp(now // SECOND, UTC)
        hour, minute = map(int, self.time.split(":"))
        begin = today.replace(hour=hour, minute=minute, second=0)
        coming = (begin + timedelta(days=days) for days in _DAYS)
        weekdays = {day % _WEEK for day in self.days}
        return next(
            int(run.timestamp()) * SECOND
            for run in coming
            if run > today and run.isoweekday() % _WEEK in weekdays
        )

    def _common(self, updated_at: int) -> dict[str, object]:
        """Write what is always there."""
        return {
            "uuid": self.uuid,
            "knowledge_base_uuid": self.knowledge_base_uuid,
            "days": list(self.days),
            "time": f"{self.time}:00",
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(updated_at),
        }


def read_schedule(
    message: Message, knowledge_base_uuid: str, *, uuid: str, now: int
) -> Schedule:
    """
    Read a schedule.

    Raises:
        RefusalError: It has no days or others than 0 to 7, or no time as HH:MM.
    """
    days = tuple(message.whole_numbers("days"))
    if not days or not set(days) <= set(_DAYS):
        raise RefusalError(422, "days must name at least one day, each 0 to 7.")
    time = message.text("time")
    if not _TIME.fullmatch(time):
        raise RefusalError(422, "time must be HH:MM.")
    return Schedule(
        uuid=uuid,
        knowledge_base_uuid=knowledge_base_uuid,
        days=days,
        time=time,
        created_at=now,
    )
