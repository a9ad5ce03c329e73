"""Timestamps as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

SECOND: Final = 1_000_000_000
"""One second; times and durations are whole nanoseconds, as protobuf keeps them."""

MINUTE: Final = 60 * SECOND
"""One minute in nanoseconds."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS: Final = range(2, 9999)

# A fixed date: the same arguments must give the same data on any day.
START_TIME: Final = int(datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()) * SECOND
"""When an emulator's clock starts, and when its newest seeded job was created."""


def format_timestamp(time: int) -> str:
    """
    Format nanoseconds since the epoch as RFC 3339 in UTC.

    The fraction has no, three, six or nine digits, as in protobuf's JSON.
    """
    seconds, fraction = divmod(time, SECOND)
    date = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{date}.{digits}Z" if digits else f"{date}Z"


def format_timestamps(**times: int | None) -> dict[str, str]:
    """Format times by name, without those that are None."""
    return {
        name: format_timestamp(time) for name, time in times.items() if time is not None
    }


def parse_timestamp(text: str) -> int:
    """Return the nanoseconds since the epoch that `format_timestamp` formatted."""
    # `datetime` keeps microseconds only, so the fraction is parsed by hand.
    date, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{date}+00:00").timestamp())
    return seconds * SECOND + int(fraction.ljust(9, "0"))


def to_nanoseconds(time: datetime | str) -> int:
    """
    Return the nanoseconds since the epoch of a time, or of its ISO 8601 text.

    Raises:
        ValueError: The text is no time, or the time has no time zone, or is not in the
            years 2 to 9998.
    """
    value = datetime.fromisoformat(time) if isinstance(time, str) else time
    if value.tzinfo is None:
        msg = f"the time {time!s} needs a time zone, such as `2026-11-01T03:00Z`"
        raise ValueError(msg)
    # Python's dates end with 9999: the ends of jobs, and other time zones, must fit.
    if value.year not in _YEARS:
        msg = f"the time {time!s} is not in the years 2 to 9998"
        raise ValueError(msg)
    return (value - _EPOCH) // timedelta(microseconds=1) * 1_000
