"""Parsing times given on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gradient_async.cli.time_arguments import parse_time

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-01T00:00:00+00:00"),
        ("yesterday", "2026-10-31T00:00:00+00:00"),
        ("7d", "2026-10-25T12:00:00+00:00"),
        ("24h", "2026-10-31T12:00:00+00:00"),
        ("90m", "2026-11-01T10:30:00+00:00"),
        ("0m", "2026-11-01T12:00:00+00:00"),
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00+00:00"),
        ("2026-01-31T10:00:00.123456789+02:00", "2026-01-31T10:00:00.123456+02:00"),
    ],
)
def test_parses_ages_dates_and_times(text: str, expected: str) -> None:
    """An age is subtracted from now, a date means midnight UTC, a time stays as is."""
    assert expected == parse_time(text, now=NOW).isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lately",
        "Today",
        "7",
        "7w",
        "-7d",
        "7 d",
        "\u0667d",
        "99999999999d",
        "9" * 5000 + "d",
        "2026-02-30",
        "2026-01-31T10:00:00",
    ],
)
def test_rejects_ambiguous_text(text: str) -> None:
    """Anything ambiguous is rejected with a message that shows all valid forms."""
    with pytest.raises(ValueError, match=r"nor an age \(7d, 24h, 90m\)"):
        parse_time(text, now=NOW)
