"""Moments as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

SECOND: Final = 1_000_000_000
"""A second; moments and durations here are whole nanoseconds."""

MINUTE: Final = 60 * SECOND
"""A minute in nanoseconds."""

NEWEST: Final = int(datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()) * SECOND
"""The creation of the newest of the jobs that an emulator starts with."""


def timestamp(moment: int) -> str:
    """
    Write nanoseconds since the epoch as RFC 3339 in UTC.

    As protobuf does, the fraction has no, three, six or nine digits.
    """
    seconds, fraction = divmod(moment, SECOND)
    date = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{date}.{digits}Z" if digits else f"{date}Z"


def moment(text: str) -> int:
    """Read nanoseconds since the epoch from what `timestamp` wrote."""
    date, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{date}+00:00").timestamp())
    return seconds * SECOND + int(fraction.ljust(9, "0"))
