"""Limits in response headers, valid and invalid."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.transport.rate_limit_headers import Limits, read_limits

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = NOON.timestamp()


def http_date(seconds: float) -> str:
    """Return the HTTP date of a time in seconds after noon."""
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
    """Plain seconds and HTTP dates are read, never below zero; all else is None."""
    assert (
        expected
        == read_limits({"retry-after": text}, now=NOW, refused=False).retry_after
    )


@pytest.fixture
def _local_time_in_new_york() -> Iterator[None]:
    """Set the local time zone to five hours west of UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EST5")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_local_time_in_new_york")
def test_dates_without_zone() -> None:
    """A date without a time zone is UTC, whatever the local time zone."""
    headers = {"retry-after": "Sun Mar  1 12:01:30 2026"}

    assert 90.0 == read_limits(headers, now=NOW, refused=False).retry_after


@pytest.mark.parametrize(
    ("expected", "text"),
    [(0, "0"), (4999, "4999"), (None, "-1"), (None, "many"), (None, ""), (None, "1.5")],
)
def test_remaining(expected: int | None, text: str) -> None:
    """The number of remaining requests is a plain number, or None."""
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
def test_resets_use_the_servers_clock(expected: float, date: str | None) -> None:
    """A reset is relative to the response's date; without one, to the local time."""
    headers = {"ratelimit-reset": f"{NOW + 600:.0f}"}
    if date is not None:
        headers["date"] = date

    assert expected == read_limits(headers, now=NOW, refused=False).reset_in


def test_retry_dates_use_the_servers_clock() -> None:
    """A date in `retry-after` is relative to the response's date, too."""
    headers = {"date": http_date(-3600), "retry-after": http_date(-3570)}

    assert 30.0 == read_limits(headers, now=NOW, refused=False).retry_after


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "9" * 400])
def test_invalid_resets(text: str) -> None:
    """A reset that is not a plain number is None."""
    assert (
        read_limits({"ratelimit-reset": text}, now=NOW, refused=False).reset_in is None
    )


def test_no_headers() -> None:
    """Without headers, nothing is known."""
    assert Limits() == read_limits({}, now=NOW, refused=False)


def test_all_at_once() -> None:
    """All facts are read independently."""
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


@pytest.mark.parametrize("refused", [True, False])
def test_refusals(refused: bool) -> None:
    """Whether the request was refused is kept beside the headers."""
    limits = read_limits({"retry-after": "29"}, now=NOW, refused=refused)

    assert Limits(retry_after=29.0, refused=refused) == limits


@pytest.mark.parametrize(
    ("expected", "limits"),
    [
        (29.0, Limits(retry_after=29.0, reset_in=600.0, refused=True)),
        (600.0, Limits(reset_in=600.0, refused=True)),
        (0.0, Limits(retry_after=0.0, reset_in=600.0, refused=True)),
        (None, Limits(remaining=0, refused=True)),
        (29.0, Limits(retry_after=29.0, reset_in=600.0)),
        (None, Limits(reset_in=600.0)),
        (None, Limits()),
    ],
)
def test_wait(expected: float | None, limits: Limits) -> None:
    """`retry-after` takes precedence over the reset, which only refusals wait for."""
    assert expected == limits.wait


# Wrongly combined pieces of dates are what breaks date parsers.
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
    """Whatever the headers contain, each fact is None or at least zero."""
    names = ("date", "retry-after", "ratelimit-reset", "ratelimit-remaining")
    limits = read_limits(dict.fromkeys(names, text), now=NOW, refused=False)

    assert limits.remaining is None or limits.remaining >= 0
    assert limits.reset_in is None or 0 <= limits.reset_in < 1e11
    assert limits.retry_after is None or 0 <= limits.retry_after < 1e12
