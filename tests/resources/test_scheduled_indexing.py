"""Scheduled indexing: the request of each call, and its result."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import JSON, ScheduledIndexing
from tests.resources.canned_calls import error_message, perform, summarize

PATH = "/v2/gen-ai/scheduled-indexing"
BODY: JSON = {
    "indexing_info": {
        "uuid": "schedule-1",
        "days": [1, "5"],
        "time": "06:30:00",
        "is_active": True,
        "next_run_at": "2026-03-02T06:30:00Z",
    }
}
SCHEDULE = ScheduledIndexing(
    uuid="schedule-1",
    days=(1, 5),
    time="06:30:00",
    is_active=True,
    next_run_at=datetime(2026, 3, 2, 6, 30, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("expected", "days"),
    [
        ([1, 5], [1, 5]),
        ([5, 1], (5, 1)),
        ([0, 7], iter([0, 7])),
        ([0, 1, 2, 3, 4, 5, 6], range(7)),
    ],
)
async def test_create(expected: list[int], days: Iterable[int]) -> None:
    """A schedule is created from a knowledge base, days and a time."""
    schedule, request = await perform(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30"),
        BODY,
    )
    body = {"knowledge_base_uuid": "kb-1", "days": expected, "time": "06:30"}

    assert SCHEDULE == schedule
    assert ("POST", PATH, body) == summarize(request)


@settings(max_examples=50)
@given(moment=st.times())
async def test_every_minute_of_the_day(moment: time) -> None:
    """Every minute of the day is a valid time."""
    text = moment.strftime("%H:%M")
    _, request = await perform(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )

    assert text == summarize(request)[2]["time"]


@settings(max_examples=50)
@given(moment=st.times())
async def test_zero_seconds(moment: time) -> None:
    """Zero seconds, as the API writes them, are not sent."""
    text = moment.strftime("%H:%M:00")
    _, request = await perform(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )

    assert moment.strftime("%H:%M") == summarize(request)[2]["time"]


async def test_copy_of_a_schedule() -> None:
    """The days and the time of a schedule can be passed for another one."""
    schedule, _ = await perform(lambda it: it.scheduled_indexing.get("kb-1"), BODY)
    _, request = await perform(
        lambda it: it.scheduled_indexing.create(
            "kb-2", days=schedule.days, time=schedule.time
        )
    )

    assert ([1, 5], "06:30") == (
        summarize(request)[2]["days"],
        summarize(request)[2]["time"],
    )


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
        ("days must not be empty", ()),
        ("days must be a list of integers, got str", ""),
        ("days must be a list of integers, got str", "1,2"),
        ("days must be a list of integers, got bytes", b""),
        ("days must be a list of integers, got bytes", b"\x01\x05"),
        ("days must be a list of integers, got bytearray", bytearray(b"\x01")),
        ("days must be a list of integers, got dict", {}),
        ("days must be a list of integers, got dict", {1: "06:30"}),
        ("days must be a list of integers, got int", 1),
        ("days must be a list of integers, got NoneType", None),
        ("each of days must be an integer from 0 to 7, got 8", [1, 8]),
        ("each of days must be an integer from 0 to 7, got -1", [-1]),
        ("each of days must be an integer from 0 to 7, got '1'", ["1", "2"]),
        ("each of days must be an integer from 0 to 7, got 'monday'", ["monday"]),
        ("each of days must be an integer from 0 to 7, got 1.0", [1.0]),
        ("each of days must be an integer from 0 to 7, got True", [True]),
        ("each of days must be an integer from 0 to 7, got None", [None]),
    ],
)
async def test_invalid_days(text: str, days: Any) -> None:
    """Anything else than a list of days of the week is refused by name."""
    assert text == await error_message(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30")
    )
