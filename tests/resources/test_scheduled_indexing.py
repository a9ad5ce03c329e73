"""Scheduled indexing: its days and its time of the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resources.canned_calls import decode_body, error_message, perform


@pytest.mark.parametrize(
    ("expected", "days"),
    [
        ([1, 5], [1, 5]),
        ([5, 1], (5, 1)),
        ([0, 7], iter([0, 7])),
        ([0, 1, 2, 3, 4, 5, 6], range(7)),
    ],
)
async def test_days(expected: list[int], days: Iterable[int]) -> None:
    """Days are sent in their order, 0 and 7 for Sunday."""
    _, request = await perform(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30")
    )

    assert expected == decode_body(request)["days"]


@settings(max_examples=50)
@given(moment=st.times(), form=st.sampled_from(["%H:%M", "%H:%M:00"]))
async def test_every_minute_of_the_day(moment: time, form: str) -> None:
    """Every minute is valid; the zero seconds that the API writes are not sent."""
    _, request = await perform(
        lambda it: it.scheduled_indexing.create(
            "kb-1", days=(1, 5), time=moment.strftime(form)
        )
    )

    assert moment.strftime("%H:%M") == decode_body(request)["time"]


@pytest.mark.parametrize(
    "text",
    [
        *("06:30:01", "06:30:30", "06:30:59", "06:30:60", "00:00:01", "06:30:0"),
        *("06:30:", "06:30:000", "06:30:00.0", "06:30:00:00", "06:30:00Z", "6:30:00"),
        *("24:00:00", "06:30:00\n", "06:30:\u0660\u0660", "00:06:30"),
        *("", " ", "6:30", "24:00", "23:60", "06:30Z", "06.30", "0630"),
        *(" 06:30", "06:30\n", "-6:30", "٠٦:٣٠", "06:3", "noon", "06:30 AM", "6:30am"),
    ],
)
async def test_invalid_times(text: str) -> None:
    """An invalid time of the day is refused with an example."""
    assert f"time must look like 06:30, got {text!r}" == await error_message(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("days must not be empty", []),
        ("days must be a list of integers, got str", "1,2"),
        ("days must be a list of integers, got bytes", b"\x01\x05"),
        ("days must be a list of integers, got int", 1),
        ("days must be a list of integers, got NoneType", None),
        ("each of days must be an integer from 0 to 7, got 8", [1, 8]),
        ("each of days must be an integer from 0 to 7, got -1", [-1]),
        ("each of days must be an integer from 0 to 7, got '1'", ["1", "2"]),
        ("each of days must be an integer from 0 to 7, got True", [True]),
        ("each of days must be an integer from 0 to 7, got None", [None]),
    ],
)
async def test_invalid_days(text: str, days: Any) -> None:
    """Anything else than a list of days of the week is refused by name."""
    assert text == await error_message(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30")
    )
