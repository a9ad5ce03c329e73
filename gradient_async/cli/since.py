"""Read the times that people type; pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_AGE: Final = re.compile(r"([0-9]+)([dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


def parse_since(text: str, *, now: datetime) -> datetime:
    """
    Read a moment: an age, a day or a time.

        7d  24h  90m          so long before `now`
        2026-01-31            the start of that day, UTC
        2026-01-31T10:00:00Z  RFC 3339, with its offset

    Raises:
        ValueError: The text is none of these, or no calendar reaches that far.
    """
    try:
        age = _AGE.fullmatch(text)
        if age:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return _parse_day(text) or _parse_time(text)
    except (ValueError, OverflowError):
        msg = (
            f"{text!r} is neither an age (7d, 24h, 90m) nor a time "
            f"(2026-01-31, 2026-01-31T10:00:00Z)"
        )
    raise ValueError(msg)


def _parse_day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        return None


def _parse_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        msg = "a time without an offset could be anywhere"
        raise ValueError(msg)
    return moment
