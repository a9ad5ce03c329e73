"""Read what the server says about limits and waiting; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import attrs

# `int()` also takes other scripts' digits, underscores and 400 of them.
_SECONDS: Final = re.compile(r"[0-9]{1,10}", re.ASCII)


@attrs.frozen(kw_only=True)
class Limits:
    """
    What one answer says about the rate limit.

    docs.digitalocean.com/reference/api, "Rate Limit": `ratelimit-remaining` speaks
    of the hour, `ratelimit-reset` is when the oldest request of it expires, and
    `retry-after` comes only when a minute's burst was too large.
    """

    remaining: int | None = None
    """Requests left in the longest window."""
    reset_in: float | None = None
    """Seconds until the longest window has one more request."""
    retry_after: float | None = None
    """Seconds the server asks to wait."""


def read_limits(headers: Mapping[str, str], *, now: float) -> Limits:
    """
    Read the limits from an answer's headers, names in lower case.

    `now` is the local epoch second, used only where the answer has no `date`:
    a reset is compared with the server's own clock. What cannot be read is None.
    """
    server_now = _epoch(headers.get("date", ""))
    if server_now is None:
        server_now = now
    reset = _seconds(headers.get("ratelimit-reset", ""))
    return Limits(
        remaining=_seconds(headers.get("ratelimit-remaining", "")),
        reset_in=None if reset is None else max(0.0, reset - server_now),
        retry_after=_wait(headers.get("retry-after", ""), server_now),
    )


def _wait(text: str, server_now: float) -> float | None:
    """Read `retry-after`: seconds or an HTTP date (RFC 9110, section 10.2.3)."""
    seconds = _seconds(text)
    if seconds is not None:
        return float(seconds)
    moment = _epoch(text)
    return None if moment is None else max(0.0, moment - server_now)


def _seconds(text: str) -> int | None:
    return int(text) if _SECONDS.fullmatch(text.strip()) else None


def _epoch(text: str) -> float | None:
    """Read an HTTP date as epoch seconds."""
    try:
        moment: datetime = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
