"""Parse times given on the command line; pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_AGE: Final = re.compile(r"([0-9]+)([dhm])")
_DAYS: Final = {"today": timedelta(0), "yesterday": timedelta(days=1)}
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


def parse_time(text: str, *, now: datetime) -> datetime:
    """
    Parse an age, a date or a time.

        today  yesterday      the start of that day, UTC
        7d  24h  90m          that long before `now`
        2026-01-31            the start of that day, UTC
        2026-01-31T10:00:00Z  RFC 3339, with its offset

    Raises:
        ValueError: The text is none of these, or the result is out of range.
    """
    if text in _DAYS:
        return datetime.combine(now.astimezone(UTC) - _DAYS[text], time(tzinfo=UTC))
    with suppress(ValueError, OverflowError):
        if age := _AGE.fullmatch(text):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
    with suppress(ValueError):
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        # Without an offset it would be a different moment in each time zone.
        if moment.tzinfo is not None:
            return moment
    msg = (
        f"{text!r} is neither a day (today, 2026-01-31), nor an age (7d, 24h, 90m), "
        f"nor a time (2026-01-31T10:00:00Z)"
    )
    raise ValueError(msg)
