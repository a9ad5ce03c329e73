"""Scheduled indexing: what is sent for each call, and what comes of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import JSON, ScheduledIndexing
from tests.resources.asking import ask, refusal, told

PATH = "/v2/gen-ai/scheduled-indexing"
ANSWER: JSON = {
    "indexing_info": {
        "uuid": "schedule-1",
        "days": [1, "5"],
        "time": "06:30:00",
        "is_active": True,
        "next_run_at": "2026-03-02T06:30:00Z",
    }
}
OBJECT = ScheduledIndexing(
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
    """A schedule is made of a knowledge base, days and a time."""
    schedule, request = await ask(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30"),
        ANSWER,
    )
    body = {"knowledge_base_uuid": "kb-1", "days": expected, "time": "06:30"}

    assert OBJECT == schedule
    assert ("POST", PATH, body) == told(request)


async def test_get() -> None:
    """The schedule of a knowledge base is asked for by the knowledge base's id."""
    schedule, request = await ask(lambda it: it.scheduled_indexing.get("kb-1"), ANSWER)

    assert OBJECT == schedule
    assert ("GET", f"{PATH}/knowledge-base/kb-1", None) == told(request)


async def test_delete() -> None:
    """A schedule is deleted by its own id, and nothing is given."""
    nothing, request = await ask(lambda it: it.scheduled_indexing.delete("schedule-1"))

    assert nothing is None
    assert ("DELETE", f"{PATH}/schedule-1", None) == told(request)


@settings(max_examples=50)
@given(moment=st.times())
async def test_every_minute_of_the_day(moment: time) -> None:
    """Every minute of the day can be asked for, as a clock shows it."""
    text = moment.strftime("%H:%M")
    _, request = await ask(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )

    assert text == told(request)[2]["time"]


@settings(max_examples=50)
@given(moment=st.times())
async def test_seconds_that_are_none(moment: time) -> None:
    """A time as the API gives it, with seconds that are none, is sent without them."""
    text = moment.strftime("%H:%M:00")
    _, request = await ask(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )

    assert moment.strftime("%H:%M") == told(request)[2]["time"]


async def test_the_time_of_a_schedule() -> None:
    """The time that a schedule has can be given for another one."""
    schedule, _ = await ask(lambda it: it.scheduled_indexing.get("kb-1"), ANSWER)
    _, request = await ask(
        lambda it: it.scheduled_indexing.create(
            "kb-2", days=schedule.days, time=schedule.time
        )
    )

    assert ([1, 5], "06:30") == (told(request)[2]["days"], told(request)[2]["time"])


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
async def test_wrong_times(text: str) -> None:
    """What is no time of the day is refused with an example of one."""
    assert f"time must look like 06:30, not {text!r}" == await refusal(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=text)
    )


@pytest.mark.parametrize("value", [None, 630, 6.5, time(6, 30), b"06:30", ["06:30"]])
async def test_times_must_be_texts(value: Any) -> None:
    """A time that is no text is refused by its name."""
    assert f"time must be a string, not {type(value).__name__}" == await refusal(
        lambda it: it.scheduled_indexing.create("kb-1", days=[1], time=value)
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("days must name at least one day", []),
        ("days must name at least one day", ()),
        ("days must be a list of numbers, not str", ""),
        ("days must be a list of numbers, not str", "1,2"),
        ("days must be a list of numbers, not bytes", b""),
        ("days must be a list of numbers, not bytes", b"\x01\x05"),
        ("days must be a list of numbers, not bytearray", bytearray(b"\x01")),
        ("days must be a list of numbers, not dict", {}),
        ("days must be a list of numbers, not dict", {1: "06:30"}),
        ("days must be a list of numbers, not int", 1),
        ("days must be a list of numbers, not NoneType", None),
        ("each of days must be a whole number, from 0 to 7, not 8", [1, 8]),
        ("each of days must be a whole number, from 0 to 7, not -1", [-1]),
        ("each of days must be a whole number, from 0 to 7, not '1'", ["1", "2"]),
        ("each of days must be a whole number, from 0 to 7, not 'monday'", ["monday"]),
        ("each of days must be a whole number, from 0 to 7, not 1.0", [1.0]),
        ("each of days must be a whole number, from 0 to 7, not True", [True]),
        ("each of days must be a whole number, from 0 to 7, not None", [None]),
    ],
)
async def test_wrong_days(text: str, days: Any) -> None:
    """What is no list of days of the week is refused by its name."""
    assert text == await refusal(
        lambda it: it.scheduled_indexing.create("kb-1", days=days, time="06:30")
    )


@pytest.mark.parametrize(
    ("text", "uuid"),
    [
        ("knowledge_base_uuid must not be empty", ""),
        ("knowledge_base_uuid must be a string, not NoneType", None),
        ("knowledge_base_uuid must be a string, not int", 5),
    ],
)
async def test_wrong_ids(text: str, uuid: Any) -> None:
    """A schedule of no knowledge base is refused."""
    assert text == await refusal(
        lambda it: it.scheduled_indexing.create(uuid, days=[1], time="06:30")
    )
