"""How often a feed polls, as a table."""

from __future__ import annotations

import pytest

from gradient_async import RateLimit, Window
from gradient_async.changes.feed_pace import FeedPace

DEFAULT = RateLimit()
NONE = RateLimit(None)
SHORT = RateLimit([Window(25, 1.0), Window(600, 60.0)])


@pytest.mark.parametrize(
    ("seconds", "limit", "share", "requests", "is_active", "sharers"),
    [
        # With default limits, a quarter is 1,250 requests an hour: one every 2.88 s.
        (2.88, DEFAULT, 0.25, 1, True, 1),
        (30.0, DEFAULT, 0.25, 1, False, 1),
        (2.0, DEFAULT, 0.25, 0, True, 1),
        (8.64, DEFAULT, 0.25, 3, True, 1),
        (57.6, DEFAULT, 0.25, 20, False, 1),
        (5.76, DEFAULT, 0.25, 1, True, 2),
        (30.0, DEFAULT, 0.25, 1, False, 10),
        (31.68, DEFAULT, 0.25, 1, False, 11),
        (2.0, DEFAULT, 1.0, 1, True, 1),
        (7.2, DEFAULT, 0.1, 1, True, 1),
        # The stricter window counts: 600 a minute is less than 25 a second.
        (2.0, SHORT, 0.25, 5, True, 1),
        (4.0, SHORT, 0.25, 10, True, 1),
        (2.0, NONE, 0.25, 100, True, 100),
        (30.0, NONE, 0.25, 100, False, 100),
    ],
)
def test_pace(  # noqa: PLR0917  (a row of the table)
    seconds: float,
    limit: RateLimit,
    share: float,
    requests: int,
    is_active: bool,
    sharers: int,
) -> None:
    """A poll follows after the interval, or later if the share demands it."""
    pace = FeedPace(rate_limit=limit, interval=2.0, idle_interval=30.0, share=share)

    assert pytest.approx(seconds) == pace.seconds_until_next(
        requests=requests, is_active=is_active, sharers=sharers
    )
