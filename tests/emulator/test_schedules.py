"""Schedules of knowledge bases."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.core.timestamps import START_TIME, format_timestamp
from gradient_async.emulator.domain.knowledge_bases.schedules import Schedule

from .http_client import BASES, HttpClient

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
    """Days count as in cron, and a run that is due now is next due in a week."""
    schedule = Schedule(
        uuid="one",
        knowledge_base_uuid="base",
        days=tuple(days),
        time=time,
        created_at=START_TIME,
    )

    assert expected == format_timestamp(schedule.next_run(START_TIME))


async def test_life_cycle(api: Emulator, call: HttpClient) -> None:
    """A schedule is created, found by its knowledge base, and deleted once."""
    base = await call.create_base(api)
    fields: dict[str, Any] = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    created = await call.post(api, SCHEDULES, **fields)
    info = created.json["indexing_info"]
    found = await call(api, f"{SCHEDULES}/knowledge-base/{base}")
    api.advance(5)
    deleted = await call.delete(api, f"{SCHEDULES}/{info['uuid']}")
    missing = await call(api, f"{SCHEDULES}/knowledge-base/{base}")
    again = await call.delete(api, f"{SCHEDULES}/{info['uuid']}")

    assert {**fields, "time": "18:30:00", "is_active": True}.items() <= info.items()
    assert "2026-11-02T18:30:00Z" == info["next_run_at"]
    assert created.json == found.json
    assert {"is_active": False, "deleted_at": "2026-11-01T12:00:05Z"}.items() <= (
        deleted.json["indexing_info"].items()
    )
    assert "next_run_at" not in deleted.json["indexing_info"]
    assert [404, 404] == [missing.status, again.status]


async def test_second_schedule(api: Emulator, call: HttpClient) -> None:
    """A second schedule is a conflict until the first is deleted."""
    base = await call.create_base(api)
    fields: dict[str, Any] = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    first, second = [await call.post(api, SCHEDULES, **fields) for _ in range(2)]
    uuid = first.json["indexing_info"]["uuid"]
    await call.delete(api, f"{SCHEDULES}/{uuid}")
    third = await call.post(api, SCHEDULES, **fields)

    assert [200, 409, 200] == [it.status for it in (first, second, third)]
    assert uuid in second.message


async def test_deleted_with_its_knowledge_base(api: Emulator, call: HttpClient) -> None:
    """A schedule is deleted with its knowledge base."""
    base = await call.create_base(api)
    created = await call.post(
        api, SCHEDULES, knowledge_base_uuid=base, days=[1], time="18:30"
    )
    await call.delete(api, f"{BASES}/{base}")
    uuid = created.json["indexing_info"]["uuid"]

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
async def test_rejected(
    api: Emulator, call: HttpClient, fields: dict[str, Any], status: int
) -> None:
    """A schedule needs a knowledge base, days of the week and a time of day."""
    base = await call.create_base(api)
    valid = {"knowledge_base_uuid": base, "days": [1], "time": "18:30"}
    response = await call.post(api, SCHEDULES, **{**valid, **fields})
    unknown = await call(api, f"{SCHEDULES}/knowledge-base/nothing")

    assert status == response.status
    assert 404 == unknown.status
