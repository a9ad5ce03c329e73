"""What the server says about limits, however it says it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.transport.headers import Limits, read_limits

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = NOON.timestamp()


def http_date(seconds: float) -> str:
    """Write the moment so many seconds after noon as HTTP does."""
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (0.0, "0"),
        (29.0, "29"),
        (29.0, " 29 "),
        (7.0, "007"),
        (9999999999.0, "9999999999"),
        (90.0, http_date(90)),
        (0.0, http_date(0)),
        (0.0, http_date(-90)),
        (90.0, "Sunday, 01-Mar-26 12:01:30 GMT"),
        (90.0, "Sun Mar  1 12:01:30 2026"),
        (90.0, "Sun, 01 Mar 2026 14:01:30 +0200"),
        (None, ""),
        (None, " "),
        (None, "-1"),
        (None, "+1"),
        (None, "nan"),
        (None, "inf"),
        (None, "1e9"),
        (None, "29.5"),
        (None, "5, 6"),
        (None, "1_000"),
        (None, "0x10"),
        (None, "\u0663"),
        (None, "٢٩"),
        (None, "9" * 11),
        (None, "9" * 400),
        (None, "soon"),
        (None, "Sun, 99 Mar 2026 12:00:00 GMT"),
        (None, "Sun, 01 Mar 99999 12:00:00 GMT"),
        (None, "Sun, 01 Mar 2026 12:00:00 +99999999999999"),
        (None, "\udcff\udcfe"),
    ],
)
def test_retry_after(expected: float | None, text: str) -> None:
    """Plain seconds and HTTP dates are read, never below zero; the rest is nothing."""
    assert (
        expected
        == read_limits({"retry-after": text}, now=NOW, refused=False).retry_after
    )


@pytest.fixture
def _far_from_greenwich() -> Iterator[None]:
    """Put this machine five hours west."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EST5")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_greenwich")
def test_dates_without_zone() -> None:
    """A date that names no zone is UTC, wherever this machine is."""
    headers = {"retry-after": "Sun Mar  1 12:01:30 2026"}

    assert 90.0 == read_limits(headers, now=NOW, refused=False).retry_after


@pytest.mark.parametrize(
    ("expected", "text"),
    [(0, "0"), (4999, "4999"), (None, "-1"), (None, "many"), (None, ""), (None, "1.5")],
)
def test_remaining(expected: int | None, text: str) -> None:
    """What is left is a plain number, or nothing."""
    assert (
        expected
        == read_limits({"ratelimit-remaining": text}, now=NOW, refused=False).remaining
    )


@pytest.mark.parametrize(
    ("expected", "date"),
    [
        (600.0, http_date(0)),
        (4200.0, http_date(-3600)),
        (0.0, http_date(3600)),
        (600.0, ""),
        (600.0, "nonsense"),
        (600.0, None),
    ],
)
def test_resets_go_by_the_servers_clock(expected: float, date: str | None) -> None:
    """A reset is compared with the answer's own date, and with ours for want of one."""
    headers = {"ratelimit-reset": f"{NOW + 600:.0f}"}
    if date is not None:
        headers["date"] = date

    assert expected == read_limits(headers, now=NOW, refused=False).reset_in


def test_dates_to_wait_for_go_by_the_servers_clock() -> None:
    """A date in `retry-after` is compared with the answer's own date too."""
    headers = {"date": http_date(-3600), "retry-after": http_date(-3570)}

    assert 30.0 == read_limits(headers, now=NOW, refused=False).retry_after


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "9" * 400])
def test_unreadable_resets(text: str) -> None:
    """A reset that is no plain number is nothing."""
    assert (
        read_limits({"ratelimit-reset": text}, now=NOW, refused=False).reset_in is None
    )


def test_no_headers() -> None:
    """Without headers nothing is known."""
    assert Limits() == read_limits({}, now=NOW, refused=False)


def test_all_at_once() -> None:
    """The three facts are read side by side."""
    headers = {
        "date": http_date(0),
        "ratelimit-limit": "5000",
        "ratelimit-remaining": "17",
        "ratelimit-reset": f"{NOW + 60:.0f}",
        "retry-after": "29",
    }

    assert Limits(remaining=17, reset_in=60.0, retry_after=29.0) == read_limits(
        headers, now=0.0, refused=False
    )


# Pieces of dates, put together wrongly, are what breaks readers of dates.
PIECES = st.sampled_from(
    [
        *("Sun", "Mar", "GMT", "01", "2026", "12:00:00", "12:00", "12.00.00", ","),
        *(":", ".", "-", "+0000", "-9999", "+99999999999", "99", "/", "(", "T", ""),
    ]
)
TEXTS = st.text(max_size=20) | st.lists(PIECES, max_size=7).map(" ".join)


@example("Sun, 01 Mar 2026 12:00:00 +-1")
@given(TEXTS)
def test_nothing_raises(text: str) -> None:
    """Whatever the headers say, each fact is None or a number from zero on."""
    names = ("date", "retry-after", "ratelimit-reset", "ratelimit-remaining")
    limits = read_limits(dict.fromkeys(names, text), now=NOW, refused=False)

    assert limits.remaining is None or limits.remaining >= 0
    assert limits.reset_in is None or 0 <= limits.reset_in < 1e11
    assert limits.retry_after is None or 0 <= limits.retry_after < 1e12
