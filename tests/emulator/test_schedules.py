"""Schedules: one for each knowledge base, and when its time comes."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.core.timestamps import START_TIME, format_timestamp
from gradient_async.emulator.domain.knowledge_bases.schedules import Schedule

from .calling import BASES, Caller

SCHEDULES = "/v2/gen-ai/scheduled-indexing"


@pytest.mark.parametrize(
    ("days", "time", "expected"),
    [
        # The clock starts on a Sunday, at noon.
        ([0], "12:01", "2026-11-01T12:01:00Z"),
        ([7], "12:01", "2026-11-01T12:01:00Z"),
        ([7], "12:00", "2026-11-08T12:00:00Z"),
        ([1], "00:00", "2026-11-02T00:00:00Z"),
        ([6, 3], "23:59", "2026-11-04T23:59:00Z"),
        ([0, 1, 2, 3, 4, 5, 6], "11:59", "2026-11-02T11:59:00Z"),
    ],
)
def test_next_run(days: list[int], time: str, expected: str) -> None:
    """Days count as in cron, and what is due right now comes again in a week."""
    schedule = Schedule(
        uuid="one",
        knowledge_base_uuid="base",
        days=tuple(days),
        time=time,
        created_at=START_TIME,
    )

    assert expected == format_timestamp(schedule.next_run(START_TIME))


async def test_life(api: Emulator, call: Caller) -> None:
    """A schedule is made, found by its knowledge base, and deleted, once."""
    base = await call.create_base(api)
    fields: dict[str, Any] = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    made = await call.post(api, SCHEDULES, **fields)
    info = made.json["indexing_info"]
    found = await call(api, f"{SCHEDULES}/knowledge-base/{base}")
    api.advance(5)
    deleted = await call.delete(api, f"{SCHEDULES}/{info['uuid']}")
    gone = await call(api, f"{SCHEDULES}/knowledge-base/{base}")
    again = await call.delete(api, f"{SCHEDULES}/{info['uuid']}")

    assert {**fields, "time": "18:30:00", "is_active": True}.items() <= info.items()
    assert "2026-11-02T18:30:00Z" == info["next_run_at"]
    assert made.json == found.json
    assert {"is_active": False, "deleted_at": "2026-11-01T12:00:05Z"}.items() <= (
        deleted.json["indexing_info"].items()
    )
    assert "next_run_at" not in deleted.json["indexing_info"]
    assert [404, 404] == [gone.status, again.status]


async def test_only_one(api: Emulator, call: Caller) -> None:
    """A second schedule for a knowledge base is a conflict, until the first is gone."""
    base = await call.create_base(api)
    fields: dict[str, Any] = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    first, second = [await call.post(api, SCHEDULES, **fields) for _ in range(2)]
    uuid = first.json["indexing_info"]["uuid"]
    await call.delete(api, f"{SCHEDULES}/{uuid}")
    third = await call.post(api, SCHEDULES, **fields)

    assert [200, 409, 200] == [it.status for it in (first, second, third)]
    assert uuid in second.message


async def test_deleted_with_its_base(api: Emulator, call: Caller) -> None:
    """A schedule goes with its knowledge base."""
    base = await call.create_base(api)
    made = await call.post(
        api, SCHEDULES, knowledge_base_uuid=base, days=[1], time="18:30"
    )
    await call.delete(api, f"{BASES}/{base}")
    uuid = made.json["indexing_info"]["uuid"]

    assert 404 == (await call.delete(api, f"{SCHEDULES}/{uuid}")).status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"days": []}, 422),
        ({"days": [8]}, 422),
        ({"days": [-1]}, 422),
        ({"days": 1}, 400),
        ({"time": "24:00"}, 422),
        ({"time": "7:00"}, 422),
        ({"time": None}, 422),
        ({"time": 7}, 400),
        ({"knowledge_base_uuid": "nothing"}, 404),
    ],
)
async def test_refused(
    api: Emulator, call: Caller, fields: dict[str, Any], status: int
) -> None:
    """A schedule needs a knowledge base, days of the week and a time of day."""
    base = await call.create_base(api)
    usual = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    reply = await call.post(api, SCHEDULES, **{**usual, **fields})
    unknown = await call(api, f"{SCHEDULES}/knowledge-base/nothing")

    assert status == reply.status
    assert 404 == unknown.status
