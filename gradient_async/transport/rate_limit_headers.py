"""Read what a response's headers say about rate limits; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

import attrs

_MAX_DIGITS: Final = 10


@attrs.frozen(kw_only=True)
class Limits:
    """
    What one response says about the rate limit.

    docs.digitalocean.com/reference/api, "Rate Limit": `ratelimit-remaining` is about
    the hour, `ratelimit-reset` is when its oldest request expires, and `retry-after`
    is sent only when a minute's burst was too large.
    """

    remaining: int | None = None
    """Number of requests left in the longest window; None if not sent."""
    reset_in: float | None = None
    """Seconds until the longest window allows one more request; None if not sent."""
    retry_after: float | None = None
    """Seconds that the server asks to wait; None if not sent."""
    refused: bool = False
    """Whether the response refused the request: status 429."""

    @property
    def wait(self) -> float | None:
        """
        Seconds to wait before the next attempt; None if the server does not say.

        A refusal for the hour comes without `retry-after`, and has only the reset.
        """
        if self.refused and self.retry_after is None:
            return self.reset_in
        return self.retry_after


def read_limits(headers: Mapping[str, str], *, now: float, refused: bool) -> Limits:
    """
    Return the limits in a response's headers, whose names are in lower case.

    The server's clock is read from `date`, since the local one may be wrong; `now`,
    the local epoch second, replaces it where it is missing. Invalid values are None.
    `refused` says whether the status was 429.
    """
    server_now = _parse_date(headers.get("date", ""))
    if server_now is None:
        server_now = now
    reset = _parse_seconds(headers.get("ratelimit-reset", ""))
    return Limits(
        remaining=_parse_seconds(headers.get("ratelimit-remaining", "")),
        reset_in=None if reset is None else max(0.0, reset - server_now),
        retry_after=_parse_retry_after(headers.get("retry-after", ""), server_now),
        refused=refused,
    )


def _parse_retry_after(text: str, server_now: float) -> float | None:
    """Parse seconds or an HTTP date (RFC 9110, section 10.2.3)."""
    seconds = _parse_seconds(text)
    if seconds is not None:
        return float(seconds)
    moment = _parse_date(text)
    return None if moment is None else max(0.0, moment - server_now)


def _parse_seconds(text: str) -> int | None:
    digits = text.strip()
    # `int()` would also accept signs, underscores, other scripts and any length.
    is_plain = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS
    return int(digits) if is_plain else None


# All responses of one second carry the same date, and parsing is not cheap.
@lru_cache(maxsize=16)
def _parse_date(text: str) -> float | None:
    """Parse an HTTP date into epoch seconds."""
    try:
        moment: datetime = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
